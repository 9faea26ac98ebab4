from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from . import attempts, confirming, sending, sessions


@task(queue_name="mail")
def send_mail(*, message_id: str) -> None:
    sending.deliver(message_id=message_id, now=timezone.now())


@task(queue_name="mail")
def sweep_outbox() -> None:
    """Send what a crash left behind, or a mail server refused earlier."""
    for message_id in sending.due(now=timezone.now()):
        sending.deliver(message_id=message_id, now=timezone.now())


@task
def delete_old_mails() -> None:
    sending.delete_old(now=timezone.now())


@task
def clear_sessions() -> None:
    """Delete the sessions that have ended, and what the lists of sessions say of them."""
    call_command("clearsessions")
    sessions.forget_ended(now=timezone.now())


@task
def forget_attempts() -> None:
    """Delete what was counted to limit attempts and no longer limits any."""
    attempts.forget_old(now=timezone.now())


@task
def delete_unconfirmed_accounts() -> None:
    confirming.delete_unconfirmed(now=timezone.now())
