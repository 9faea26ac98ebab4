from django.tasks import task
from django.utils import timezone

from . import unbought


@task
def withdraw_unbought() -> None:
    now = timezone.now()
    unbought.withdraw(since=now - unbought.LATELY, now=now)
