"""The database counts helpful votes, refuses those for one's own review, and keeps versions."""

from django.db import migrations

VOTES = """
CREATE FUNCTION reviews_count_votes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM reviews_review WHERE id IN (SELECT review_id FROM changed_votes)
    ORDER BY id FOR NO KEY UPDATE;
    UPDATE reviews_review review SET helpful_count = (
        SELECT count(*) FROM reviews_reviewvote vote WHERE vote.review_id = review.id
    ) WHERE id IN (SELECT review_id FROM changed_votes);
    RETURN NULL;
END $$;

CREATE FUNCTION reviews_refuse_own_vote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM reviews_review WHERE id = NEW.review_id AND user_id = NEW.user_id
    ) THEN
        RAISE EXCEPTION 'Nobody votes for a review of their own.' USING
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reviews_reviewvote_not_own';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reviews_reviewvote_not_own
    BEFORE INSERT OR UPDATE ON reviews_reviewvote
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_own_vote();
CREATE TRIGGER reviews_reviewvote_added
    AFTER INSERT ON reviews_reviewvote REFERENCING NEW TABLE AS changed_votes
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_count_votes();
CREATE TRIGGER reviews_reviewvote_taken_back
    AFTER DELETE ON reviews_reviewvote REFERENCING OLD TABLE AS changed_votes
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_count_votes();
"""
VOTES_BACK = """
DROP TRIGGER reviews_reviewvote_taken_back ON reviews_reviewvote;
DROP TRIGGER reviews_reviewvote_added ON reviews_reviewvote;
DROP TRIGGER reviews_reviewvote_not_own ON reviews_reviewvote;
DROP FUNCTION reviews_refuse_own_vote();
DROP FUNCTION reviews_count_votes();
"""

# They go with their review, when its writer has their data erased.
VERSIONS = """
CREATE TRIGGER reviews_reviewversion_is_final
    BEFORE UPDATE ON reviews_reviewversion
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('An earlier version is never changed.');
"""
VERSIONS_BACK = "DROP TRIGGER reviews_reviewversion_is_final ON reviews_reviewversion"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_ratings_of_books")]

    operations = [
        migrations.RunSQL(VOTES, VOTES_BACK),
        migrations.RunSQL(VERSIONS, VERSIONS_BACK),
    ]
