"""Mails about reviews, all of it made up: see accounts/samples.py."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.samples import Sample
from catalog.models import Book

from .models import ModerationEvent, Reason, Review

TEXT = """I read it in one sitting, and then once more.

The part on the ice is longer than I remembered, and better."""


def _review(words: str = "", reason: str = "") -> Mapping[str, Any]:
    book = Book(title="Frankenstein", ean="9780000000002", slug="a-book")
    return {
        "review": Review(book=book, title="Colder than the films", text=TEXT),
        "event": ModerationEvent(reason=reason, words=words),
        "review_url": f"{settings.SITE_URL}{book.get_absolute_url()}#reviews",
    }


def _removed() -> Mapping[str, Any]:
    words = (
        "The second half is about a shop, and not about the book.\nPlease write it again without."
    )
    return _review(words, Reason.OFF_TOPIC)


HEADING = _("Reviews")
SAMPLES = [
    Sample("review-removed", _("A review was removed"), "reviews/emails/review_removed", _removed),
    Sample(
        "review-restored",
        _("A review is back"),
        "reviews/emails/review_restored",
        lambda: _review("We had mistaken it for another one."),
    ),
    Sample(
        "review-unbought",
        _("A review left with its order"),
        "reviews/emails/review_unbought",
        _review,
    ),
]
