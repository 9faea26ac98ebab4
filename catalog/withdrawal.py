"""Taking a book off sale for good or for a while, instead of deleting it, and putting it back.

What becomes of those who wait for it, or have it in a basket, other apps know: each of them lists it
in `withdrawn.EFFECTS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bookstore.modules import modules_named

from . import history
from .models import Book


class CannotWithdraw(Exception):
    """Base of the refusals here; str() is written for staff, and nothing was changed."""


class IsWithdrawn(CannotWithdraw):
    def __init__(self) -> None:
        super().__init__(_("This book has been withdrawn already."))


class IsOnSale(CannotWithdraw):
    def __init__(self) -> None:
        super().__init__(_("This book is on sale: it was not withdrawn, or is back already."))


@dataclass(frozen=True)
class Withdrawal:
    """Who takes a book off sale, when and why, and whether those who wait lose their places."""

    reason: str
    end_places: bool
    who: str
    now: datetime


class Effect:
    """What a withdrawal means for rows of one app."""

    def words(self, book: Book) -> str:
        """What becomes of them, for staff; empty if there are none."""
        raise NotImplementedError

    def follow(self, book: Book, withdrawal: Withdrawal) -> None:
        """Do it, if there is anything to do. The book is locked and withdrawn."""


def effects() -> list[Effect]:
    """Those of every app, in the order of apps."""
    return [effect for module in modules_named("withdrawn") for effect in module.EFFECTS]


@transaction.atomic
def withdraw(*, book_id: int, reason: str, end_places: bool, who: str, now: datetime) -> Book:
    """Take a book off sale: it has no page any more, and nobody can order it from now on.

    Whoever is ordering it this moment is either first, and gets it, or is told that it cannot be
    had: an order locks the same row. Raises IsWithdrawn.
    """
    book = _locked(book_id, now)
    if book.is_withdrawn:
        raise IsWithdrawn
    book.withdrawn_at = now
    book.save(update_fields=["withdrawn_at"])
    history.note(book, history.CHANGED, who=who, now=now, reason=reason)
    said = Withdrawal(reason=reason, end_places=end_places, who=who, now=now)
    for effect in effects():
        effect.follow(book, said)
    return book


@transaction.atomic
def put_back(*, book_id: int, reason: str, who: str, now: datetime) -> Book:
    """Sell a withdrawn book again, as it stands. Raises IsOnSale.

    Its copies go to those who have kept their places first, as soon as the worker sweeps the lists.
    """
    book = _locked(book_id, now)
    if not book.is_withdrawn:
        raise IsOnSale
    book.withdrawn_at = None
    book.save(update_fields=["withdrawn_at"])
    history.note(book, history.CHANGED, who=who, now=now, reason=reason)
    return book


def latest(book: Book) -> Any:
    """The step of its history by which a book was withdrawn; None where a feed or nobody did."""
    rows = Book.history.filter(id=book.pk, withdrawn_at=book.withdrawn_at)
    return rows.order_by("history_date", "history_id").first() if book.is_withdrawn else None


def _locked(book_id: int, now: datetime) -> Book:
    book: Book = Book.objects.locked([book_id]).get()
    history.catch_up(Book, book.pk, now=now)
    return book
