"""The length of a list may be set by hand to the number of its places, and to nothing else."""

from django.db import migrations

# Places lock their book before they count, so that the number stays until the row is written.
COUNTED = """
CREATE FUNCTION waitlist_length_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.queue_length <> (
        SELECT count(*) FROM waitlist_prebooking
        WHERE book_id = NEW.id AND state IN ('waiting', 'offered')
    ) THEN
        RAISE EXCEPTION 'Only places on a waiting list change its length.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER waitlist_queue_length_by_places
    BEFORE UPDATE OF queue_length ON catalog_book
    FOR EACH ROW WHEN (
        pg_trigger_depth() = 0 AND OLD.queue_length IS DISTINCT FROM NEW.queue_length
    )
    EXECUTE FUNCTION waitlist_length_is_counted();
"""
BACK = """
CREATE OR REPLACE TRIGGER waitlist_queue_length_by_places
    BEFORE UPDATE OF queue_length ON catalog_book
    FOR EACH ROW WHEN (
        pg_trigger_depth() = 0 AND OLD.queue_length IS DISTINCT FROM NEW.queue_length
    )
    EXECUTE FUNCTION catalog_refuse('Only places on a waiting list change its length.');
DROP FUNCTION waitlist_length_is_counted();
"""


class Migration(migrations.Migration):
    dependencies = [("waitlist", "0009_reasons_by_hand")]

    operations = [migrations.RunSQL(COUNTED, BACK)]
