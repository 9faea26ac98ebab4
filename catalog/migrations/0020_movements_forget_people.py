"""A movement may forget who it was, and nothing else: people have their data erased."""

from django.db import migrations

# Compared as a whole but for one column, so that a column to come is guarded, too.
FORGET = """
DROP TRIGGER catalog_stockmovement_is_final ON catalog_stockmovement;

CREATE TRIGGER catalog_stockmovement_stays
    BEFORE DELETE ON catalog_stockmovement
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A stock movement is never changed or deleted.');

CREATE TRIGGER catalog_stockmovement_is_final
    BEFORE UPDATE ON catalog_stockmovement
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'who' IS DISTINCT FROM to_jsonb(NEW) - 'who' OR NEW.who <> 'erased'
    )
    EXECUTE FUNCTION catalog_refuse('A stock movement is never changed or deleted.');
"""
BACK = """
DROP TRIGGER catalog_stockmovement_is_final ON catalog_stockmovement;
DROP TRIGGER catalog_stockmovement_stays ON catalog_stockmovement;

CREATE TRIGGER catalog_stockmovement_is_final
    BEFORE UPDATE OR DELETE ON catalog_stockmovement
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A stock movement is never changed or deleted.');
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0019_tax_class")]

    operations = [migrations.RunSQL(FORGET, BACK)]
