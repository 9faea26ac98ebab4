"""What the front page of the admin says of waiting lists."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookstore.panels import Cell, Column, Content, Figure, Panel
from catalog.models import Book
from catalog.money import format_count

from .models import PreBooking

SHOWN = 10


def _places(**query: str) -> str:
    """The list of living places in the admin."""
    living = {"state__in": "waiting,offered", **query}
    return reverse("admin:waitlist_prebooking_changelist", query=living)


def queues(*, now: datetime, is_whole: bool) -> Content:
    lists = PreBooking.objects.longest_lists()
    longest = list(lists if is_whole else lists[:SHOWN])
    books = Book.objects.only("title", "ean").in_bulk([book for book, _people in longest])
    waiting = PreBooking.objects.living().count()
    return Content(
        figures=[Figure(_("People waiting"), format_count(waiting), _places())],
        columns=[
            Column("title", _("Book")),
            Column("ean", _("ISBN")),
            Column("people", _("People waiting"), is_number=True),
        ],
        rows=[
            (
                Cell(books[book].title, url=reverse("admin:catalog_book_change", args=[book])),
                Cell(books[book].ean),
                Cell(people, format_count(people), _places(book__id__exact=str(book))),
            )
            for book, people in longest
        ],
        nothing=_("Nobody waits for a book."),
        words=_("The longest lists. Somebody whose copy is held still counts."),
    )


PANELS = [
    Panel(
        name="queues",
        title=_("Waiting lists"),
        permission="waitlist.view_prebooking",
        content=queues,
        place=60,
    )
]
