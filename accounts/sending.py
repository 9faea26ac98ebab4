"""Sending what stands in the outbox.

Each mail is sent at least once: only a crash between the mail server's answer and our mark sends it
again, under the same Message-ID.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.db.models import F

from bookstore import request_ids
from bookstore.pauses import pause_after

from .mail_headers import Mail
from .models import OutboxMessage

log = logging.getLogger("bookstore.mail")

MOST_ATTEMPTS = 12
# How long a mail belongs to the worker that began to send it; the mail server gets 20 seconds.
LEASE = timedelta(minutes=1)
SWEEP_SIZE = 500
# How long a mail that was sent or given up stays to be looked at (templates/pages/privacy.html).
KEPT = timedelta(days=90)
DELETED_AT_A_TIME = 1000


def deliver(*, message_id: str, now: datetime) -> bool:
    """Send one mail if it is due. False when it is gone, sent, not due, or in another worker's hands.

    No transaction is open while the mail server is spoken to: the mail is claimed for a minute, and
    if its worker dies, it is due again after that. A mail server that refuses or cannot be reached
    leaves the row with its error and a later try, each pause twice the last; after MOST_ATTEMPTS the
    mail stays as failed for staff to see.
    """
    due_mail = OutboxMessage.objects.due(now).filter(message_id=message_id)
    if not due_mail.update(attempts=F("attempts") + 1, next_try_at=now + LEASE):
        return False
    message = OutboxMessage.objects.filter(message_id=message_id).first()
    if message is None:
        # Whom it was for has just had their data erased.
        return False
    with request_ids.carried(message.request_id):
        return _try(message, now)


def _try(message: OutboxMessage, now: datetime) -> bool:
    try:
        _send(message)
    # ValueError: an address that cannot be written in a mail's header.
    except (OSError, SMTPException, ValueError) as error:
        _note_failure(message, error, now)
        return False
    _note_success(message, now)
    return True


def due(*, now: datetime) -> list[str]:
    """The Message-IDs of mails that should have left by `now`, oldest first, a bounded number."""
    messages = OutboxMessage.objects.due(now).order_by("next_try_at", "pk")
    return list(messages.values_list("message_id", flat=True)[:SWEEP_SIZE])


def delete_old(*, now: datetime) -> int:
    """Delete mails that were written 90 days ago and wait no longer. Returns how many they were.

    They go in batches, each in its own transaction, so that none is long.
    """
    old = OutboxMessage.objects.filter(next_try_at__isnull=True, created_at__lt=now - KEPT)
    deleted = 0
    while batch := list(old.order_by("pk").values_list("pk", flat=True)[:DELETED_AT_A_TIME]):
        deleted += OutboxMessage.objects.filter(pk__in=batch).delete()[0]
    return deleted


def _send(message: OutboxMessage) -> None:
    headers = {"Message-ID": message.message_id}
    if message.request_id:
        headers[request_ids.HEADER] = message.request_id
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        # RFC 8058: mail programs may post this to the address by themselves.
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = Mail(subject=message.subject, body=message.body, to=[message.to], headers=headers)
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()


def _note_failure(message: OutboxMessage, error: Exception, now: datetime) -> None:
    message.next_try_at = (
        None if message.attempts >= MOST_ATTEMPTS else now + pause_after(message.attempts)
    )
    message.last_error = f"{type(error).__name__}: {error}"[:300]
    if message.has_failed:
        _forget_link(message)
    _write_back(message, "next_try_at", "last_error", "body", "html")
    # The words of a mail server name whom the mail is for: they stand in the row alone.
    facts = {"mail": message.pk, "attempt": message.attempts, "error": type(error).__name__}
    log.warning("mail not sent", extra={"facts": facts})


def _note_success(message: OutboxMessage, now: datetime) -> None:
    message.sent_at, message.next_try_at, message.last_error = now, None, ""
    _forget_link(message)
    _write_back(message, "sent_at", "next_try_at", "last_error", "body", "html")
    log.info("mail sent", extra={"facts": {"mail": message.pk, "attempt": message.attempts}})


def _write_back(message: OutboxMessage, *fields: str) -> None:
    """Without a complaint if the mail was deleted while it was sent: its reader has left the shop."""
    same = OutboxMessage.objects.filter(pk=message.pk)
    same.update(**{field: getattr(message, field) for field in fields})


def _forget_link(message: OutboxMessage) -> None:
    """A one-time link is its reader's alone; nobody needs it once the mail is sent or given up."""
    if message.has_one_time_link and not settings.MAIL_KEEP_ONE_TIME_LINKS:
        message.body = message.html = ""
