"""What of reviews keeps a book: see bookstore/keeping.py."""

from django.utils.translation import ngettext

from bookstore.keeping import Tie
from catalog.models import Book
from catalog.money import format_count

from .models import ModerationEvent, Review


def _reviews(number: int) -> str:
    words = ngettext(
        "%(number)s review of it was written", "%(number)s reviews of it were written", number
    )
    return words % {"number": format_count(number)}


def _moderated(number: int) -> str:
    words = ngettext(
        "%(number)s decision on a review of it is on record",
        "%(number)s decisions on reviews of it are on record",
        number,
    )
    return words % {"number": format_count(number)}


TIES = [
    Tie(Book, lambda pk: Review.objects.filter(book=pk), _reviews),
    Tie(Book, lambda pk: ModerationEvent.objects.filter(book=pk), _moderated),
]
