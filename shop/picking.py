"""What is to be fetched from the shelves for some orders, and what goes into each parcel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.models import Book

from .fulfilment import IN_THE_SHOP, Fulfilment
from .models import Order, OrderItem, RefundRequest

MOST_ORDERS = 100


@dataclass
class Pick:
    """Copies of one book, and which orders want how many."""

    book: Book
    wanted: list[OrderItem] = field(default_factory=list)

    @property
    def copies(self) -> int:
        return sum(item.copies_left for item in self.wanted)


@dataclass
class Slip:
    """What goes into the next parcel of an order, and what of it waits for its day of sale.

    `asked` are the requests to pay some of it back that nobody has decided on.
    """

    order: Order
    now: list[OrderItem] = field(default_factory=list)
    later: list[OrderItem] = field(default_factory=list)
    asked: list[RefundRequest] = field(default_factory=list)


@dataclass
class PickList:
    """`picks` go along the shelves, `slips` are by order, oldest first. `gone` are in it no more:
    they were chosen, and have left the shop or were cancelled meanwhile. With `is_cut` there are
    more orders than one can carry, which are not in it.
    """

    picks: list[Pick]
    slips: list[Slip]
    gone: list[Order]
    is_cut: bool = False

    @property
    def copies(self) -> int:
        return sum(pick.copies for pick in self.picks)

    @property
    def to_begin(self) -> list[Order]:
        """Those that nobody has begun to pick."""
        return [slip.order for slip in self.slips if slip.order.fulfilment == Fulfilment.PAID]


def pick_list(order_ids: Sequence[int], *, today: date) -> PickList:
    """The list for these orders; for those that are being picked, where none is named.

    In three queries, of the first 100 orders; it says if there are more.
    """
    known = Order.objects.filter(pk__in=order_ids)
    if not order_ids:
        known = Order.objects.filter(fulfilment=Fulfilment.PICKING)
    found = list(known.order_by("pk")[: MOST_ORDERS + 1])
    orders = found[:MOST_ORDERS]
    slips = {order.pk: Slip(order) for order in orders if order.fulfilment in IN_THE_SHOP}
    picks: dict[int, Pick] = {}
    for item in _to_send(list(slips)):
        slip = slips[item.order_id]
        item.order = slip.order
        if item.waits_on(today):
            slip.later.append(item)
            continue
        slip.now.append(item)
        picks.setdefault(item.book_id, Pick(item.book)).wanted.append(item)
    for request in RefundRequest.objects.waiting().filter(order__in=list(slips)):
        slips[request.order_id].asked.append(request)
    return PickList(
        sorted(picks.values(), key=_along_the_shelves),
        list(slips.values()),
        [order for order in orders if order.pk not in slips],
        is_cut=len(found) > MOST_ORDERS,
    )


def _to_send(order_ids: list[int]) -> list[OrderItem]:
    """Lines of these orders with copies that are still to leave, order by order."""
    items = OrderItem.objects.filter(order__in=order_ids).to_send()
    books = items.select_related("book").defer("book__search", "book__search_text")
    return list(books.order_by("order_id", "pk"))


def _along_the_shelves(pick: Pick) -> tuple[Any, ...]:
    """B3 before B12, and what stands on no shelf last."""
    book = pick.book
    return (not book.shelf, _natural(book.shelf), book.sort_title, book.pk)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Numbers in a text by what they count, all else by its letters."""
    parts = re.split(r"([0-9]+)", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
