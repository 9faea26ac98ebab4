from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from . import repricing, retagging
from .models import MissedSearch
from .search import suggestions, vocabulary

DAYS_TO_KEEP_MISSED_SEARCHES = 90


@task
def retag_books(genre_id: int) -> None:
    retagging.retag_genre(genre_id)


@task
def repair_tags() -> None:
    retagging.retag_all()


@task
def refresh_vocabulary() -> None:
    vocabulary.refresh()


@task
def refresh_suggestions() -> None:
    suggestions.refresh()


@task
def delete_old_missed_searches() -> None:
    oldest = timezone.localdate() - timedelta(days=DAYS_TO_KEEP_MISSED_SEARCHES)
    MissedSearch.objects.filter(day__lt=oldest).delete()


@task
def change_prices() -> None:
    """Work off the changes of prices whose day has come."""
    for repricing_id in repricing.due(now=timezone.now()):
        repricing.work_off(repricing_id=repricing_id, now=timezone.now())
