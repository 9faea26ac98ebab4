"""Tasks of feeds. They are apart from tasks.py, since an import enqueues some of those."""

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from bookstore.stopping import WorkerEnds

from . import feed_work, import_runs
from .imports import ImportIsRunning


@task
def work_on_feed(upload_id: int) -> None:
    """Look at an uploaded feed or apply it, as soon as no other import is running."""
    try:
        feed_work.work_on(upload_id=upload_id, now=timezone.now())
    except ImportIsRunning:
        soon = timezone.now() + timedelta(seconds=15)
        work_on_feed.using(run_after=soon).enqueue(upload_id)
    except WorkerEnds:
        work_on_feed.enqueue(upload_id)


@task
def find_left_feeds() -> None:
    for upload_id in feed_work.find_left():
        work_on_feed.enqueue(upload_id)


@task
def delete_old_imports() -> None:
    feed_work.delete_old(now=timezone.now())
    import_runs.delete_old(now=timezone.now())
