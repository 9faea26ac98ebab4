"""Mails about waiting lists and wishlists, all of it made up: see accounts/samples.py."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.samples import Sample
from catalog.models import Book

from .models import NoticeChoice, PreBooking, PreBookingEvent, RestockAlert
from .news import News

KEY = UUID(int=8)
JOINED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HELD_UNTIL = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)


def _book(title: str = "The Tale of Genji", byline: str = "Murasaki Shikibu", **facts: Any) -> Book:
    known = {"ean": "9780000000002", "slug": "a-book", "price": Decimal("45.00"), "stock": 3}
    return Book(title=title, byline=byline, **{**known, **facts})


def _place() -> Mapping[str, Any]:
    """A place whose copy is held, for less than when its reader joined."""
    place = PreBooking(
        key=KEY,
        joined_at=JOINED,
        first_place=41,
        price_joined=Decimal("48.00"),
        offer_price=Decimal("45.00"),
        hold_until=HELD_UNTIL,
    )
    return {
        "place": place,
        "book": _book(),
        "event": PreBookingEvent(),
        "place_url": settings.SITE_URL + place.get_absolute_url(),
    }


def _for_a_reason() -> Mapping[str, Any]:
    """The same, where staff say why."""
    event = PreBookingEvent(reason="The copies came back from the binder with pages missing.")
    return {**_place(), "event": event}


def _alert(**facts: Any) -> Mapping[str, Any]:
    book = _book(**facts)
    return {
        "alert": RestockAlert(key=KEY),
        "book": book,
        "book_url": settings.SITE_URL + book.get_absolute_url(),
    }


def _news() -> Mapping[str, Any]:
    news = [
        News(_book("Gitanjali", "Rabindranath Tagore"), Decimal("48.00"), is_back=False),
        News(_book(stock=40), None, is_back=True),
        News(_book("Carmilla", "J. Sheridan Le Fanu", stock=1), Decimal("50.00"), is_back=True),
    ]
    return {
        "choice": NoticeChoice(key=KEY),
        "news": news,
        "count": 5,
        "more": 2,
        "wishlist_url": settings.SITE_URL + reverse("waitlist:wishlist_default"),
    }


def _sample(name: str, title: Any, context: Any = _place, *, of: str = "") -> Sample:
    template = of or name.replace("-", "_")
    return Sample(name, title, f"waitlist/emails/{template}", context)


HEADING = _("Waiting lists and wishlists")
SAMPLES = [
    _sample("offer", _("A copy is held")),
    _sample("reminder", _("A copy is still held")),
    _sample("lapsed", _("A copy is no longer held")),
    _sample("taken-back", _("A held copy was taken back"), _for_a_reason),
    _sample("ended", _("A place was ended"), _for_a_reason),
    _sample("restock", _("A book can be bought"), _alert),
    _sample("restock-ahead", _("A book can be ordered in advance"),
            lambda: _alert(on_sale_on=datetime(2099, 1, 14, tzinfo=UTC).date()), of="restock"),
    _sample("notices", _("News of a wishlist"), _news),
]  # fmt: skip
