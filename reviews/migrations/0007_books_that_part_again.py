"""What a wrong join of two books took away comes back when they part again."""

from django.db import migrations, models
from django.db.models import Q

# Runs after reviews_book_changed_work, as triggers of one event do by their names: that has locked
# the books of both works, and given the book's reviews their new one. A review comes back if the
# newer one, for which it went, is of the other work now; not where its writer deleted that, wrote
# another since, or has cancelled the order (reviews/unbought.py looks at living ones alone).
PARTED = """
CREATE FUNCTION reviews_book_parted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    works bigint[] := ARRAY[coalesce(OLD.work_id, -OLD.id), coalesce(NEW.work_id, -NEW.id)];
BEGIN
    UPDATE reviews_review SET deleted_at = NULL, deleted_by = '' WHERE id IN (
        SELECT DISTINCT ON (merged.work_key, merged.user_id) merged.id
        FROM reviews_review merged
        WHERE merged.deleted_by = 'merged' AND merged.work_key = ANY (works)
            AND EXISTS (
                SELECT FROM reviews_review newer
                WHERE newer.user_id = merged.user_id AND newer.work_key = ANY (works)
                    AND newer.deleted_at IS NULL AND NEW.id IN (merged.book_id, newer.book_id)
            )
            AND NOT EXISTS (
                SELECT FROM reviews_review living
                WHERE living.user_id = merged.user_id AND living.work_key = merged.work_key
                    AND living.deleted_at IS NULL
            )
            AND EXISTS (
                SELECT FROM shop_orderitem line JOIN shop_order bought ON bought.id = line.order_id
                WHERE line.book_id = merged.book_id AND bought.user_id = merged.user_id
                    AND bought.status = 'confirmed' AND bought.erased_at IS NULL
            )
        ORDER BY merged.work_key, merged.user_id, merged.created_at DESC, merged.id DESC
    );
    RETURN NULL;
END $$;

CREATE TRIGGER reviews_book_parted
    AFTER UPDATE OF work_id ON catalog_book
    FOR EACH ROW WHEN (OLD.work_id IS DISTINCT FROM NEW.work_id)
    EXECUTE FUNCTION reviews_book_parted();
"""
PARTED_BACK = """
DROP TRIGGER reviews_book_parted ON catalog_book;
DROP FUNCTION reviews_book_parted();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0006_deleted_with_the_order"),
        ("shop", "0023_cancelled_orders_by_time"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                fields=["work_key", "user"],
                condition=Q(deleted_by="merged"),
                name="reviews_review_merged",
            ),
        ),
        migrations.RunSQL(PARTED, PARTED_BACK),
    ]
