from django.tasks import task
from django.utils import timezone

from . import alert_mails, alerts, notice_mails, offers


@task
def expire_holds() -> None:
    """What `manage.py expire_holds` does, every minute; then the alerts that were left behind."""
    now = timezone.now()
    offers.sweep(now=now)
    # After the queue: copies that somebody waits for are theirs.
    alert_mails.mail_left_behind(now=now)


@task
def mail_notices() -> None:
    """The mail of the day about wishlists, or what is left of it."""
    notice_mails.mail(now=timezone.now())


@task
def delete_old_alerts() -> None:
    alerts.delete_old(now=timezone.now())
