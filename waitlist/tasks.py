from django.tasks import task
from django.utils import timezone

from . import offers


@task
def expire_holds() -> None:
    """What `manage.py expire_holds` does, every minute."""
    now = timezone.now()
    offers.expire(now=now)
    offers.offer_left_over(now=now)
    offers.remind(now=now)
