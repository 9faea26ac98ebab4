"""Rules that only the database can keep: stock is the sum of its movements, prices leave a trace."""

from django.db import migrations

# A decrement then finds room on its page, and rewrites neither indexes nor the search column.
FILLFACTOR = "ALTER TABLE catalog_book SET (fillfactor = 90)"
FILLFACTOR_BACK = "ALTER TABLE catalog_book RESET (fillfactor)"

# Movements are added up by statement, so that a feed of many thousand costs one update.
STOCK = """
CREATE FUNCTION catalog_add_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_book SET stock = stock + added.quantity
    FROM (SELECT book_id, sum(quantity)::int AS quantity FROM new_movements GROUP BY book_id) added
    WHERE catalog_book.id = added.book_id;
    RETURN NULL;
END $$;

CREATE TRIGGER catalog_stockmovement_added
    AFTER INSERT ON catalog_stockmovement REFERENCING NEW TABLE AS new_movements
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_add_movements();

CREATE FUNCTION catalog_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER catalog_stockmovement_is_final
    BEFORE UPDATE OR DELETE ON catalog_stockmovement
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A stock movement is never changed or deleted.');

-- The trigger above works one level deep; whatever writes stock at the surface goes round the ledger.
CREATE TRIGGER catalog_book_stock_by_movement
    BEFORE UPDATE OF stock ON catalog_book
    FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND OLD.stock IS DISTINCT FROM NEW.stock)
    EXECUTE FUNCTION catalog_refuse('Stock changes only through a stock movement.');

CREATE TRIGGER catalog_book_starts_without_stock
    BEFORE INSERT ON catalog_book
    FOR EACH ROW WHEN (NEW.stock <> 0)
    EXECUTE FUNCTION catalog_refuse('A new book has no stock until a stock movement gives it some.');
"""
STOCK_BACK = """
DROP TRIGGER catalog_book_starts_without_stock ON catalog_book;
DROP TRIGGER catalog_book_stock_by_movement ON catalog_book;
DROP TRIGGER catalog_stockmovement_is_final ON catalog_stockmovement;
DROP TRIGGER catalog_stockmovement_added ON catalog_stockmovement;
DROP FUNCTION catalog_add_movements();
DROP FUNCTION catalog_refuse();
"""

PRICES = """
CREATE FUNCTION catalog_note_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_pricechange (book_id, old_price, new_price, at)
    VALUES (NEW.id, OLD.price, NEW.price, clock_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER catalog_book_price_changed
    AFTER UPDATE OF price ON catalog_book
    FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price)
    EXECUTE FUNCTION catalog_note_price();
"""
PRICES_BACK = """
DROP TRIGGER catalog_book_price_changed ON catalog_book;
DROP FUNCTION catalog_note_price();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_catalogue")]

    operations = [
        migrations.RunSQL(FILLFACTOR, FILLFACTOR_BACK),
        migrations.RunSQL(STOCK, STOCK_BACK),
        migrations.RunSQL(PRICES, PRICES_BACK),
    ]
