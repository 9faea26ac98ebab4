"""Sending what stands in the outbox.

Each mail is sent at least once: only a crash between the mail server's answer and our mark sends it
again, under the same Message-ID.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from .models import OutboxMessage

log = logging.getLogger("bookstore.mail")

MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=6)
SWEEP_SIZE = 500


def deliver(*, message_id: str, now: datetime) -> bool:
    """Send one mail if it is due. False when it is gone, sent, not due, or in another worker's hands.

    A mail server that refuses or cannot be reached leaves the row with its error and a later try,
    each pause twice the last; after MOST_ATTEMPTS the mail stays as failed for staff to see.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(message_id=message_id, next_try_at__lte=now)
            .first()
        )
        if message is None:
            return False
        message.attempts += 1
        try:
            _send(message)
        except (OSError, SMTPException) as error:
            _note_failure(message, error, now)
            return False
        _note_success(message, now)
        return True


def due(*, now: datetime) -> list[str]:
    """The Message-IDs of mails that should have left by `now`, oldest first, a bounded number."""
    messages = OutboxMessage.objects.filter(next_try_at__lte=now).order_by("next_try_at", "pk")
    return list(messages.values_list("message_id", flat=True)[:SWEEP_SIZE])


def _send(message: OutboxMessage) -> None:
    EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to],
        headers={"Message-ID": message.message_id},
    ).send()


def _note_failure(message: OutboxMessage, error: Exception, now: datetime) -> None:
    pause = min(timedelta(minutes=2 ** (message.attempts - 1)), LONGEST_PAUSE)
    message.next_try_at = None if message.attempts >= MOST_ATTEMPTS else now + pause
    message.last_error = f"{type(error).__name__}: {error}"[:300]
    message.save(update_fields=["attempts", "next_try_at", "last_error"])
    log.warning(
        "mail %s not sent, attempt %d: %s", message.pk, message.attempts, message.last_error
    )


def _note_success(message: OutboxMessage, now: datetime) -> None:
    message.sent_at, message.next_try_at, message.last_error = now, None, ""
    if message.has_one_time_link and not settings.MAIL_KEEP_ONE_TIME_LINKS:
        message.body = ""
    message.save(update_fields=["attempts", "sent_at", "next_try_at", "last_error", "body"])
