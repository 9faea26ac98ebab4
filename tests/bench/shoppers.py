"""Shoppers with full baskets who have said where their books go. Each can order once.

A shopper is a number, which is the key of their basket and of their session, too: the pages of the
shop and pgbench can both work out from it what is in the basket.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, groupby
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest
from django.middleware.csrf import get_token

from accounts import postal
from catalog import stock
from catalog.models import Book, StockMovement
from shop import cart, drafts
from shop.drafts import Draft
from shop.models import CartItem, DeliveryMethod
from shop.terms import Terms, terms_for

# No basket that the shop made itself has such a key. Whoever runs out of a crowd finds nobody.
FIRST = 3_000_000_000
APART = 3_000_000
HOT_BOOK = 1
MOST_LINES = 3
COPIES = 1_000_000
# A step through the books of a line that comes to each before it comes to one again.
STEP = 7919
_ADDRESS = {"name": "Nadia Rahman", "line1": "1 Some Street", "city": "Bristol"}
_ADDRESS |= {"postcode": "BS1 4ZZ", "country": "GB"}
_SELLABLE = """
UPDATE catalog_book SET withdrawn_at = NULL, publishing_status = 'active',
    price = coalesce(price, 9.99), on_sale_on = NULL, published_on = least(published_on, now()::date)
"""
_CARTS = """
INSERT INTO shop_cart (id, token, updated_at)
SELECT shopper, lpad(shopper::text, 32, '0')::uuid, %(now)s
FROM generate_series(%(first)s::bigint, %(last)s) AS shopper
"""
# Each of a basket's lines has a part of the books for itself, so that none is in it twice.
_ITEMS = """
INSERT INTO shop_cartitem (cart_id, book_id, quantity, price_seen)
SELECT shopper, book.id, 1, book.price
FROM generate_series(%(first)s::bigint, %(last)s) AS shopper
CROSS JOIN LATERAL generate_series(0, shopper %% %(most)s) AS line
JOIN catalog_book book ON book.id = CASE WHEN line = 0 AND %(is_hot)s THEN %(hot)s
    ELSE 1 + line * %(share)s + shopper * %(step)s %% %(share)s END
"""
_SESSIONS = """
INSERT INTO django_session (session_key, session_data, expire_date)
SELECT shopper::text, %(data)s, %(expires)s
FROM generate_series(%(first)s::bigint, %(last)s) AS shopper
"""


@dataclass(frozen=True)
class Crowd:
    """Shoppers with one number after the other; `is_hot` if one book is in all their baskets.

    `forms` are their payment forms, for who orders through the shop: cookies, a tab, the body.
    """

    first: int
    count: int
    is_hot: bool
    forms: Sequence[str] = ()

    @property
    def last(self) -> int:
        return self.first + self.count - 1


class Crowds:
    """Gives out crowds, of which no two have a shopper in common."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._firsts = count(FIRST, APART)

    def through_the_shop(self, count: int, *, is_hot: bool = False) -> Crowd:
        crowd = self._with_baskets(count, is_hot=is_hot)
        return replace(crowd, forms=_forms(crowd, self._now))

    def bare(self, count: int, *, is_hot: bool = False) -> Crowd:
        """Shoppers for pgbench, whose sessions are as long as real ones."""
        crowd = self._with_baskets(count, is_hot=is_hot)
        data = {"data": _session_data(crowd.first, _draft()), "expires": _expires(self._now)}
        with connection.cursor() as cursor:
            cursor.execute(_SESSIONS, {"first": crowd.first, "last": crowd.last} | data)
        return crowd

    def _with_baskets(self, count: int, *, is_hot: bool) -> Crowd:
        crowd = Crowd(next(self._firsts), count, is_hot)
        numbers: dict[str, Any] = {"first": crowd.first, "last": crowd.last, "now": self._now}
        numbers |= {"is_hot": is_hot, "share": share()}
        numbers |= {"hot": HOT_BOOK, "most": MOST_LINES, "step": STEP}
        with connection.cursor() as cursor:
            cursor.execute(_CARTS, numbers)
            cursor.execute(_ITEMS, numbers)
        return crowd


def share() -> int:
    """How many books each line of a basket is drawn from: the keys of books begin at 1."""
    return Book.objects.count() // MOST_LINES


def fill_shelves(now: datetime) -> None:
    """Make every book one that can be bought, again and again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SELLABLE)
        copies = dict.fromkeys(Book.objects.values_list("pk", flat=True), COPIES)
        stock.record(copies, reason=StockMovement.Reason.DELIVERY, who="bench", at=now)


def _forms(crowd: Crowd, now: datetime) -> list[str]:
    said = _draft()
    Session.objects.bulk_create(
        Session(str(shopper), _session_data(shopper, said), _expires(now))
        for shopper in range(crowd.first, crowd.last + 1)
    )
    terms = terms_for(country=said.country, delivery_id=said.delivery_id, now=now)
    request = HttpRequest()
    token = get_token(request)
    secret = request.META["CSRF_COOKIE"]
    return [
        f"sessionid={shopper}; csrftoken={secret}\t"
        + urlencode({"csrfmiddlewaretoken": token, "seen": seen, "form_key": uuid.uuid4()})
        for shopper, seen in _seen(crowd, terms, said)
    ]


def _seen(crowd: Crowd, terms: Terms, said: Draft) -> Iterator[tuple[int, str]]:
    baskets = CartItem.objects.filter(cart_id__gte=crowd.first, cart_id__lte=crowd.last)
    items: Sequence[CartItem] = cart.lines(baskets).order_by("cart_id", "book_id")
    for shopper, lines in groupby(items, key=lambda item: item.cart_id):
        yield shopper, terms.seen(terms.quote(list(lines)), said)


def _draft() -> Draft:
    method = DeliveryMethod.objects.offered().first()
    address = dict.fromkeys(postal.FIELDS, "") | _ADDRESS
    return Draft(email="nadia@example.org", address=address, delivery_id=method.pk)


def _expires(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _session_data(shopper: int, said: Draft) -> str:
    session = SessionStore()
    session[cart.SESSION_KEY] = str(uuid.UUID(f"{shopper:032}"))
    drafts.keep(session, said)
    return session.encode(dict(session.items()))
