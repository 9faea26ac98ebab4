from django.tasks import task
from django.utils import timezone

from . import sending


@task
def send_mail(*, message_id: str) -> None:
    sending.deliver(message_id=message_id, now=timezone.now())


@task
def sweep_outbox() -> None:
    """Send what a crash left behind, or a mail server refused earlier."""
    for message_id in sending.due(now=timezone.now()):
        sending.deliver(message_id=message_id, now=timezone.now())
