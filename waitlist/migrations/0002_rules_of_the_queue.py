"""Rules of waiting lists that only the database can keep."""

from django.db import migrations

# How many wait stands on the book's row, for cards and lists, and is changed by places alone.
LENGTH = """
CREATE FUNCTION waitlist_count_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before int := 0;
    after int := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        before := (OLD.state IN ('waiting', 'offered'))::int;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := (NEW.state IN ('waiting', 'offered'))::int;
    END IF;
    IF before <> after THEN
        UPDATE catalog_book SET queue_length = queue_length + after - before
        WHERE id = coalesce(NEW.book_id, OLD.book_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER waitlist_prebooking_counted
    AFTER INSERT OR DELETE OR UPDATE OF state ON waitlist_prebooking
    FOR EACH ROW EXECUTE FUNCTION waitlist_count_places();

CREATE TRIGGER waitlist_queue_length_by_places
    BEFORE UPDATE OF queue_length ON catalog_book
    FOR EACH ROW WHEN (
        pg_trigger_depth() = 0 AND OLD.queue_length IS DISTINCT FROM NEW.queue_length
    )
    EXECUTE FUNCTION catalog_refuse('Only places on a waiting list change its length.');
"""
LENGTH_BACK = """
DROP TRIGGER waitlist_queue_length_by_places ON catalog_book;
DROP TRIGGER waitlist_prebooking_counted ON waitlist_prebooking;
DROP FUNCTION waitlist_count_places();
"""
# Nobody is moved on a list: a place keeps its key, its book and its time, and once ended it stays so.
ORDER = """
CREATE TRIGGER waitlist_prebooking_is_never_moved
    BEFORE UPDATE ON waitlist_prebooking
    FOR EACH ROW WHEN (
        OLD.id <> NEW.id OR OLD.book_id <> NEW.book_id OR OLD.joined_at <> NEW.joined_at
    )
    EXECUTE FUNCTION catalog_refuse('A place on a waiting list is never moved.');

CREATE TRIGGER waitlist_prebooking_ends_once
    BEFORE UPDATE OF state ON waitlist_prebooking
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL AND OLD.state <> NEW.state)
    EXECUTE FUNCTION catalog_refuse('A place on a waiting list ends once.');
"""
ORDER_BACK = """
DROP TRIGGER waitlist_prebooking_ends_once ON waitlist_prebooking;
DROP TRIGGER waitlist_prebooking_is_never_moved ON waitlist_prebooking;
"""
HISTORY = """
CREATE TRIGGER waitlist_prebookingevent_stays
    BEFORE DELETE ON waitlist_prebookingevent
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A step of a place is never changed or deleted.');

CREATE TRIGGER waitlist_prebookingevent_is_final
    BEFORE UPDATE ON waitlist_prebookingevent
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'who' IS DISTINCT FROM to_jsonb(NEW) - 'who' OR NEW.who <> 'erased'
    )
    EXECUTE FUNCTION catalog_refuse('A step of a place is never changed or deleted.');
"""
HISTORY_BACK = """
DROP TRIGGER waitlist_prebookingevent_is_final ON waitlist_prebookingevent;
DROP TRIGGER waitlist_prebookingevent_stays ON waitlist_prebookingevent;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("waitlist", "0001_queue"),
        ("catalog", "0021_waiting_list"),
    ]

    operations = [
        migrations.RunSQL(LENGTH, LENGTH_BACK),
        migrations.RunSQL(ORDER, ORDER_BACK),
        migrations.RunSQL(HISTORY, HISTORY_BACK),
    ]
