from django.tasks import task
from django.utils import timezone

from . import alert_mails, alerts, offers


@task
def expire_holds() -> None:
    """What `manage.py expire_holds` does, every minute."""
    now = timezone.now()
    offers.expire(now=now)
    offers.offer_left_over(now=now)
    offers.remind(now=now)
    # After the queue: copies that somebody waits for are theirs.
    alert_mails.mail_left_behind(now=now)


@task
def delete_old_alerts() -> None:
    alerts.delete_old(now=timezone.now())
