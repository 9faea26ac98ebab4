"""What of the catalogue keeps other rows of it: see bookstore/keeping.py."""

from collections.abc import Callable

from django.utils.translation import ngettext

from bookstore.keeping import Tie

from .models import (
    Book,
    Contribution,
    Contributor,
    Genre,
    Publisher,
    Series,
    StockMovement,
    Work,
)
from .money import format_count


def _movements(number: int) -> str:
    words = ngettext(
        "its stock has moved %(number)s time", "its stock has moved %(number)s times", number
    )
    return words % {"number": format_count(number)}


def _books(number: int) -> str:
    words = ngettext("%(number)s book refers to it", "%(number)s books refer to it", number)
    return words % {"number": format_count(number)}


def _children(number: int) -> str:
    words = ngettext("%(number)s genre is part of it", "%(number)s genres are part of it", number)
    return words % {"number": format_count(number)}


def _of_books(column: str) -> Callable[[int], object]:
    return lambda pk: Book.objects.filter(**{column: pk})


TIES = [
    Tie(Book, lambda pk: StockMovement.objects.filter(book=pk), _movements),
    Tie(Genre, lambda pk: Genre.objects.filter(parent=pk), _children),
    Tie(Genre, lambda pk: Book.genres.through.objects.filter(genre=pk), _books),
    Tie(
        Contributor,
        lambda pk: Contribution.objects.filter(contributor=pk).values("book").distinct(),
        _books,
    ),
    Tie(Publisher, _of_books("publisher"), _books),
    Tie(Series, _of_books("series"), _books),
    Tie(Work, _of_books("work"), _books),
]
