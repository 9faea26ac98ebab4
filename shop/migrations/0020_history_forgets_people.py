"""The history of an order and a withdrawal may forget who it was; all else in them stays for good."""

from django.db import migrations

# Compared as a whole but for the columns that name people, so that a column to come is guarded, too.
FORGET = """
DROP TRIGGER shop_orderevent_is_final ON shop_orderevent;

CREATE TRIGGER shop_orderevent_is_final
    BEFORE UPDATE ON shop_orderevent
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'who' - 'note' IS DISTINCT FROM to_jsonb(NEW) - 'who' - 'note'
        OR NEW.who NOT IN (OLD.who, 'erased') OR NEW.note NOT IN (OLD.note, '')
    )
    EXECUTE FUNCTION catalog_refuse('The history of an order is never changed.');

DROP TRIGGER shop_withdrawal_is_final ON shop_withdrawal;

CREATE TRIGGER shop_withdrawal_stays
    BEFORE DELETE ON shop_withdrawal
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A withdrawal is never changed or deleted.');

CREATE TRIGGER shop_withdrawal_is_final
    BEFORE UPDATE ON shop_withdrawal
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'name' - 'email' - 'words'
            IS DISTINCT FROM to_jsonb(NEW) - 'name' - 'email' - 'words'
        OR NEW.name <> 'erased' OR NEW.email <> ''
        -- No words are the whole order, so there must go on being some where there were.
        OR NEW.words <> CASE WHEN OLD.words = '' THEN '' ELSE 'erased' END
    )
    EXECUTE FUNCTION catalog_refuse('A withdrawal is never changed or deleted.');
"""
BACK = """
DROP TRIGGER shop_withdrawal_is_final ON shop_withdrawal;
DROP TRIGGER shop_withdrawal_stays ON shop_withdrawal;

CREATE TRIGGER shop_withdrawal_is_final
    BEFORE UPDATE OR DELETE ON shop_withdrawal
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A withdrawal is never changed or deleted.');

DROP TRIGGER shop_orderevent_is_final ON shop_orderevent;

CREATE TRIGGER shop_orderevent_is_final
    BEFORE UPDATE ON shop_orderevent
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('The history of an order is never changed.');
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0019_orders_without_their_person")]

    operations = [migrations.RunSQL(FORGET, BACK)]
