"""Rules that only the database can keep: what is refunded is the sum of the refunds, and what
has been written of the past stays as it is."""

from django.db import migrations

# Refunds that failed have given nothing back. CHECK (refunded <= paid) refuses what is too much,
# whoever writes, and locks the payment meanwhile.
REFUNDS = """
CREATE FUNCTION shop_counted(refund shop_refund) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN refund.status = 'failed' THEN 0 ELSE refund.amount END
$$;

CREATE FUNCTION shop_add_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.payment_id <> NEW.payment_id OR OLD.amount <> NEW.amount THEN
            RAISE EXCEPTION 'A refund is never changed to another sum or payment.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        UPDATE shop_payment SET refunded = refunded + shop_counted(NEW) - shop_counted(OLD)
        WHERE id = NEW.payment_id;
    ELSE
        UPDATE shop_payment SET refunded = refunded + shop_counted(NEW) WHERE id = NEW.payment_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER shop_refund_added
    AFTER INSERT OR UPDATE OF status, amount, payment_id ON shop_refund
    FOR EACH ROW EXECUTE FUNCTION shop_add_refund();

CREATE TRIGGER shop_refund_stays
    BEFORE DELETE ON shop_refund
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A refund is never deleted.');

CREATE TRIGGER shop_payment_refunded_by_refunds
    BEFORE UPDATE OF refunded ON shop_payment
    FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND OLD.refunded IS DISTINCT FROM NEW.refunded)
    EXECUTE FUNCTION catalog_refuse('What was refunded changes only through a refund.');
"""
REFUNDS_BACK = """
DROP TRIGGER shop_payment_refunded_by_refunds ON shop_payment;
DROP TRIGGER shop_refund_stays ON shop_refund;
DROP TRIGGER shop_refund_added ON shop_refund;
DROP FUNCTION shop_add_refund();
DROP FUNCTION shop_counted(shop_refund);
"""

PAST = """
CREATE TRIGGER shop_invoice_is_final
    BEFORE UPDATE OR DELETE ON shop_invoice
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('An invoice is never changed or deleted.');

CREATE TRIGGER shop_orderevent_is_final
    BEFORE UPDATE ON shop_orderevent
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('The history of an order is never changed.');
"""
PAST_BACK = """
DROP TRIGGER shop_orderevent_is_final ON shop_orderevent;
DROP TRIGGER shop_invoice_is_final ON shop_invoice;
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_payments_and_history"), ("catalog", "0018_copies_come_back")]

    operations = [
        migrations.RunSQL(REFUNDS, REFUNDS_BACK),
        migrations.RunSQL(PAST, PAST_BACK),
    ]
