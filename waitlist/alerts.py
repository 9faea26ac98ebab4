"""What readers do with restock alerts: "tell me when it is back".

Whoever writes an alert holds its reader's row first, as for wishlists.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.availability import CANCELLED, RECALLED, WITHDRAWN, Availability
from catalog.models import Book

from .models import RestockAlert

if TYPE_CHECKING:
    from catalog.volumes import Volume

MOST_OPEN = 100
# As long as a copy of the mail, whose link it is, is kept (accounts/sending.py).
KEPT = timedelta(days=90)
NEVER_BACK: tuple[Availability, ...] = (WITHDRAWN, CANCELLED, RECALLED)


class CannotAlert(Exception):
    """Base of every refusal here; str() is written for the reader, and nothing was changed."""


class CanBeBought(CannotAlert):
    def __init__(self, book: Book) -> None:
        words = _("“%(title)s” can be bought now: there is nothing to be told of.")
        super().__init__(words % {"title": book.title})


class NotComingBack(CannotAlert):
    def __init__(self, book: Book) -> None:
        words = _("“%(title)s” does not come any more, so there will be nothing to tell you.")
        super().__init__(words % {"title": book.title})


class TooManyAlerts(CannotAlert):
    def __init__(self) -> None:
        words = _("You asked to be told of %(most)d books, the most we keep. Remove one first.")
        super().__init__(words % {"most": MOST_OPEN})


class NoAlert(CannotAlert):
    def __init__(self) -> None:
        super().__init__(_("There was no alert for this book any more."))


def may_be_asked_for(book: Book | Volume) -> bool:
    """Whether somebody may ask to be told when copies of a book come."""
    availability = book.availability
    return not availability.can_buy and availability not in NEVER_BACK


def alert_of(*, user: User, book_id: int) -> RestockAlert | None:
    """The open alert of `user` for a book."""
    alert: RestockAlert | None = RestockAlert.objects.open().filter(user=user, book=book_id).first()
    return alert


def open_alert(reader: Any, book: Book | Volume) -> RestockAlert | None:
    """The same for whoever reads a page; a stranger has none."""
    return alert_of(user=reader, book_id=book.pk) if reader.is_authenticated else None


@transaction.atomic
def ask(*, user: User, book: Book, now: datetime) -> RestockAlert:
    """Have `user` mailed once, when copies of a book are on sale. To ask twice changes nothing.

    Copies that come at this moment are found by the sweep (waitlist/tasks.py). Raises CanBeBought,
    NotComingBack or TooManyAlerts.
    """
    User.objects.hold(user.pk)
    if alert := alert_of(user=user, book_id=book.pk):
        return alert
    if book.availability.can_buy:
        raise CanBeBought(book)
    if not may_be_asked_for(book):
        raise NotComingBack(book)
    if RestockAlert.objects.open().filter(user=user).count() >= MOST_OPEN:
        raise TooManyAlerts
    made: RestockAlert = RestockAlert.objects.create(user=user, book=book, asked_at=now)
    return made


@transaction.atomic
def remove(*, user: User, book: Book, now: datetime) -> None:
    """Take an alert back. Raises NoAlert."""
    User.objects.hold(user.pk)
    if not RestockAlert.objects.open().filter(user=user, book=book).update(ended_at=now):
        raise NoAlert


@transaction.atomic
def stop(*, key: uuid.UUID, now: datetime) -> int:
    """End all alerts of whoever had the one with this key. Doing it twice is doing it once.

    Returns how many were open. Raises NoAlert if there is no such key.
    """
    user = User.objects.filter(restock_alerts__key=key).first()
    if user is None:
        raise NoAlert
    User.objects.hold(user.pk)
    ended: int = RestockAlert.objects.open().filter(user=user).update(ended_at=now)
    return ended


def count_open_with(alert: RestockAlert) -> int:
    """How many alerts of the same reader are open, this one among them if it is."""
    return int(RestockAlert.objects.open().filter(user=alert.user_id).count())


def delete_old(*, now: datetime) -> int:
    """Delete alerts that ended 90 days ago. Returns how many they were."""
    old = RestockAlert.objects.filter(ended_at__lt=now - KEPT)
    deleted: int = old.delete()[0]
    return deleted
