"""Which news of their wishlists somebody wants by mail: off until they say so.

Whoever writes a choice holds its member's row first, as for wishlists.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Book

from .models import NoticeChoice, WishlistItem


class NoSuchChoice(Exception):
    """The key belongs to nobody; str() is written for whoever came with it."""

    def __init__(self) -> None:
        super().__init__(_("This link leads to nobody’s emails."))


def choice_of(user: User) -> NoticeChoice | None:
    choice: NoticeChoice | None = NoticeChoice.objects.filter(user=user).first()
    return choice


@transaction.atomic
def choose(
    *, user: User, wants_price_falls: bool, wants_restock: bool, now: datetime
) -> NoticeChoice:
    """Keep what `user` wants to be told of. News of a kind begin when it is turned on."""
    User.objects.hold(user.pk)
    before = choice_of(user) or NoticeChoice(user=user)
    present: dict[str, Any] = {}
    if wants_price_falls and not before.wants_price_falls:
        price = Book.objects.filter(pk=OuterRef("book")).values("price")
        present["price_told"] = Coalesce(Subquery(price), F("price_told"))
    if wants_restock and not before.wants_restock:
        on_sale = Book.objects.can_be_bought(timezone.localdate(now))
        present["in_stock_told"] = Exists(on_sale.filter(pk=OuterRef("book")))
    if present:
        WishlistItem.objects.of(user).update(**present)
    wanted = {"wants_price_falls": wants_price_falls, "wants_restock": wants_restock}
    kept: NoticeChoice = NoticeChoice.objects.update_or_create(
        user=user, defaults={**wanted, "chosen_at": now}
    )[0]
    return kept


@transaction.atomic
def stop(*, key: uuid.UUID, now: datetime) -> None:
    """Send no more of these mails to whoever has this key. Raises NoSuchChoice."""
    user = User.objects.filter(notice_choice__key=key).first()
    if user is None:
        raise NoSuchChoice
    choose(user=user, wants_price_falls=False, wants_restock=False, now=now)
