"""A new book starts with the stock that the ledger gives it, and is written once for it, not twice."""

from django.db import migrations

# Movements may be written before their book in the same transaction, since the foreign key is
# checked at its end.
START = """
CREATE FUNCTION catalog_start_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved int := coalesce(
        (SELECT sum(quantity) FROM catalog_stockmovement WHERE book_id = NEW.id), 0);
BEGIN
    IF NEW.stock NOT IN (0, moved) THEN
        RAISE EXCEPTION 'A new book has no stock until a stock movement gives it some.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.stock := moved;
    RETURN NEW;
END $$;

DROP TRIGGER catalog_book_starts_without_stock ON catalog_book;
CREATE TRIGGER catalog_book_starts_with_its_movements
    BEFORE INSERT ON catalog_book FOR EACH ROW EXECUTE FUNCTION catalog_start_stock();
"""
BACK = """
DROP TRIGGER catalog_book_starts_with_its_movements ON catalog_book;
CREATE TRIGGER catalog_book_starts_without_stock
    BEFORE INSERT ON catalog_book
    FOR EACH ROW WHEN (NEW.stock <> 0)
    EXECUTE FUNCTION catalog_refuse('A new book has no stock until a stock movement gives it some.');
DROP FUNCTION catalog_start_stock();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_publishing_status")]

    operations = [migrations.RunSQL(START, BACK)]
