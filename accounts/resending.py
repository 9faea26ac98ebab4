"""Staff send a mail again: one that failed is tried anew, one that was sent goes once more."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from . import outbox
from .languages import language_of
from .letters import with_note
from .models import OutboxMessage

# Keys of repeats begin as that of the mail itself does, so that they are found with it.
AGAIN = "-again-"
LONGEST_BEGINNING = 60


class CannotSendAgain(Exception):
    """Base of every refusal to send a mail again; str() is for staff, and nothing was changed."""


class IsGone(CannotSendAgain):
    def __init__(self) -> None:
        super().__init__(_("This mail is not there any more: whom it was for left the shop."))


class IsUnderWay(CannotSendAgain):
    def __init__(self) -> None:
        super().__init__(_("This mail is on its way already, and is tried again by itself."))


class WasSent(CannotSendAgain):
    def __init__(self) -> None:
        super().__init__(_("This mail was sent. On its own page it can be sent once more."))


class HoldsOneTimeLink(CannotSendAgain):
    def __init__(self) -> None:
        text = _(
            "This mail held a link that works once and for a while, so it is not sent again. Its "
            "reader can ask for a new one on the page where they asked for this one."
        )
        super().__init__(text)


class WasSubscribedTo(CannotSendAgain):
    def __init__(self) -> None:
        text = _(
            "Its reader may have said meanwhile that they want no more mails of this kind, so it is "
            "not sent again."
        )
        super().__init__(text)


@transaction.atomic
def send_again(*, message_id: int, key: uuid.UUID, now: datetime) -> None:
    """Try a failed mail anew, or send one that was sent once more, to the same address.

    The second is a mail of its own, which says so. `key` names the form: sent twice it is one mail.
    Raises CannotSendAgain.
    """
    message = _locked(message_id)
    if message.has_failed:
        _try_anew(message, now)
    else:
        _write_once_more(message, key, now)


@transaction.atomic
def try_again(*, message_id: int, now: datetime) -> None:
    """Try a failed mail anew. Raises CannotSendAgain, also for one that was sent."""
    message = _locked(message_id)
    if not message.has_failed:
        raise WasSent
    _try_anew(message, now)


def _locked(message_id: int) -> OutboxMessage:
    mails = OutboxMessage.objects.select_for_update(of=("self",), no_key=True)
    message = mails.filter(pk=message_id).first()
    if message is None:
        raise IsGone
    if message.is_waiting:
        raise IsUnderWay
    if message.has_one_time_link:
        raise HoldsOneTimeLink
    if message.unsubscribe_url:
        raise WasSubscribedTo
    return message


def _try_anew(message: OutboxMessage, now: datetime) -> None:
    message.try_anew(now)
    outbox.tell_worker(message)


def _write_once_more(message: OutboxMessage, key: uuid.UUID, now: datetime) -> None:
    body, html = _once_more(message)
    beginning = (message.dedupe_key or "mail").partition(AGAIN)[0][:LONGEST_BEGINNING]
    outbox.write(
        to=message.to,
        subject=message.subject,
        body=body,
        html=html,
        language=message.language,
        now=now,
        # Scoped to the mail, so that the key of another one's form is none.
        dedupe_key=f"{beginning}{AGAIN}{uuid.uuid5(key, str(message.pk)).hex}",
        thread=message.thread,
        user=message.user,
        is_repeat=True,
    )


def _once_more(message: OutboxMessage) -> tuple[str, str]:
    """Its text and its HTML, which say once that they were sent before."""
    if message.is_repeat:
        return message.body, message.html
    words = _words_of(message)
    return f"{words}\n\n{message.body}", with_note(message.html, words)


def _words_of(message: OutboxMessage) -> str:
    """What stands above it, in its own language and not in that of whoever sends it again."""
    with translation.override(language_of(message)):
        day = formats.date_format(timezone.localtime(message.sent_at), "DATE_FORMAT")
        words = _("We send you this mail once more. The first time was on %(day)s.")
        return words % {"day": day}
