"""What staff did with reviews is never changed; it may forget who did it, and whose review it was."""

from django.db import migrations

HISTORY = """
CREATE TRIGGER reviews_moderationevent_stays
    BEFORE DELETE ON reviews_moderationevent
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('What was done with a review is never changed.');

CREATE TRIGGER reviews_moderationevent_is_final
    BEFORE UPDATE ON reviews_moderationevent
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - '{who,review_id,words}'::text[]
            IS DISTINCT FROM to_jsonb(NEW) - '{who,review_id,words}'::text[]
        OR NEW.who NOT IN (OLD.who, 'erased')
        OR NEW.words NOT IN (OLD.words, '')
        OR NEW.review_id <> OLD.review_id
        OR (OLD.review_id IS NULL AND NEW.review_id IS NOT NULL)
    )
    EXECUTE FUNCTION catalog_refuse('What was done with a review is never changed.');
"""
HISTORY_BACK = """
DROP TRIGGER reviews_moderationevent_is_final ON reviews_moderationevent;
DROP TRIGGER reviews_moderationevent_stays ON reviews_moderationevent;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_moderation")]

    operations = [migrations.RunSQL(HISTORY, HISTORY_BACK)]
