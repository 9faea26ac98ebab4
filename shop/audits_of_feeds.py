"""What of uploaded feeds `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check

from .feed_work import TASK
from .models import FeedUpload

# A sweep finds within ten minutes what the queue has lost.
WORKED_ON = f"""
SELECT upload.id, upload.file_name, upload.state FROM shop_feedupload upload
WHERE upload.state IN ('looking', 'applying')
    AND coalesce(upload.decided_at, upload.uploaded_at) < now() - interval '1 hour'
    AND NOT EXISTS (
        SELECT FROM procrastinate_jobs job
        WHERE job.status IN ('todo', 'doing') AND job.args ->> 'path' = '{TASK}'
            AND job.args -> 'args' -> 0 = to_jsonb(upload.id)
    )
ORDER BY upload.id
"""

CHECKS = [
    Check(
        "feeds",
        "A feed that is being looked at or applied is in the queue",
        of=FeedUpload,
        differing=WORKED_ON,
        says="upload {} ({}): {}, and the queue knows nothing of it",
    ),
]
