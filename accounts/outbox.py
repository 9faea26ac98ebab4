"""Mail that is never lost and never sent for what did not happen.

A mail is a row of the transaction that causes it. When that has committed, a worker is told; a
sweep every minute finds what a crash left behind (accounts/sending.py).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from .letters import letter
from .models import OutboxMessage, User
from .tasks import send_mail


def write_from(template: str, context: Mapping[str, Any], *, language: str, **mail: Any) -> None:
    """Write the mail that a template makes (accounts/letters.py), whoever causes it in `language`.

    `mail` is what write() is told otherwise.
    """
    write(**letter(template, context, language=language)._asdict(), **mail)


def write(
    *,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    language: str = "",
    now: datetime,
    dedupe_key: str | None = None,
    thread: str = "",
    has_one_time_link: bool = False,
    unsubscribe_url: str = "",
    user: User | None = None,
    is_repeat: bool = False,
) -> None:
    """Add a mail to the current transaction; it leaves when that commits, and never if it does not.

    With a `dedupe_key` that was used before, nothing is added: that mail exists. Mails of one
    `thread` leave one after another; write them under a lock of what they are about. `user` is whose
    account it is about. A POST to `unsubscribe_url`, by nobody in particular, ends mails of its kind.
    `is_repeat`: it was sent before.
    """
    message = OutboxMessage(
        to=to,
        user=user,
        subject=" ".join(subject.split()),
        body=body,
        html=html,
        language=language,
        dedupe_key=dedupe_key,
        thread=thread,
        has_one_time_link=has_one_time_link,
        unsubscribe_url=unsubscribe_url,
        is_repeat=is_repeat,
        message_id=f"<{uuid.uuid4()}@{settings.SHOP['email'].rpartition('@')[2]}>",
        created_at=now,
        next_try_at=now,
    )
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=dedupe_key is not None)
    tell_worker(message)


def tell_worker(message: OutboxMessage) -> None:
    """Have a mail that is due sent at once, when the current transaction commits."""
    transaction.on_commit(partial(send_mail.enqueue, message_id=message.message_id))
