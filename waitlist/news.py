"""What has become of the books on somebody's wishlists since they heard of them last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, Q

from catalog.availability import availability
from catalog.models import Book
from catalog.money import format_money

from .models import NoticeChoice, WishlistItem


class News(NamedTuple):
    """Of one book: the higher price that its reader knows, if it fell, and whether it is back."""

    book: Book
    price_was: Decimal | None
    is_back: bool

    @property
    def price_was_text(self) -> str:
        return "" if self.price_was is None else format_money(self.price_was)


def changed(today: date) -> Any:
    """Wishes of everybody that are no longer as they were told."""
    on_sale = Q(book__in=Book.objects.can_be_bought(today))
    price = Q(book__price__isnull=False) & (
        Q(price_told__isnull=True) | ~Q(price_told=F("book__price"))
    )
    return WishlistItem.objects.filter(
        price | (Q(in_stock_told=True) & ~on_sale) | (Q(in_stock_told=False) & on_sale)
    )


def changed_of(user_id: int, today: date) -> list[WishlistItem]:
    """The same of one member: a book that is on two lists twice, one after the other."""
    items = changed(today).of(user_id).select_related("book")
    items = items.defer("book__search", "book__search_text")
    return list(items.order_by("book__sort_title", "book_id", "pk"))


def news_in(items: Sequence[WishlistItem], choice: NoticeChoice, today: date) -> list[News]:
    """What is told of these, as changed_of() gives them: each book once, and only what is wanted."""
    found = []
    for _book_id, wishes in groupby(items, key=lambda item: item.book_id):
        same = list(wishes)
        known = [price for item in same if (price := fallen_from(item)) is not None]
        price_was = max(known) if known and choice.wants_price_falls else None
        is_back = choice.wants_restock and any(came_back(item, today) for item in same)
        if price_was or is_back:
            found.append(News(same[0].book, price_was, is_back))
    return found


def remember(items: Sequence[WishlistItem], today: date) -> None:
    """Keep what books are like now as what was told of them: also a rise, so that a fall counts anew."""
    for item in items:
        item.price_told = item.price_told if item.book.price is None else item.book.price
        item.in_stock_told = availability(item.book, today).can_buy
    WishlistItem.objects.bulk_update(items, ["price_told", "in_stock_told"], batch_size=500)


def fallen_from(item: WishlistItem) -> Decimal | None:
    """The price told last, if it is less now and the book is still sold here."""
    book, told = item.book, item.price_told
    if book.withdrawn_at or book.price is None or told is None or book.price >= told:
        return None
    return told


def came_back(item: WishlistItem, today: date) -> bool:
    return not item.in_stock_told and availability(item.book, today).can_buy
