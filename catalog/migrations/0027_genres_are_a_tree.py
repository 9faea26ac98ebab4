"""No genre is part of itself, however many steps up, whoever moves genres at once."""

from django.db import migrations

# One move after another: each then sees what the others have made of the tree. A new genre has
# nothing below it, so that only moves can make a circle.
TREE = """
CREATE FUNCTION catalog_genre_stays_a_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('catalog_genre'));
    IF EXISTS (
        WITH RECURSIVE up (id) AS (
            SELECT NEW.parent_id
            UNION
            SELECT above.parent_id FROM catalog_genre above JOIN up ON above.id = up.id
        )
        SELECT FROM up WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A genre is never part of itself.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER catalog_genre_stays_a_tree
    BEFORE UPDATE OF parent_id ON catalog_genre
    FOR EACH ROW
    -- Being part of itself at once is refused by a constraint.
    WHEN (
        NEW.parent_id IS NOT NULL
        AND NEW.parent_id IS DISTINCT FROM OLD.parent_id
        AND NEW.parent_id <> NEW.id
    )
    EXECUTE FUNCTION catalog_genre_stays_a_tree();
"""
BACK = """
DROP TRIGGER catalog_genre_stays_a_tree ON catalog_genre;
DROP FUNCTION catalog_genre_stays_a_tree();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0026_lists_of_staff")]

    operations = [migrations.RunSQL(TREE, BACK)]
