"""Books that staff write by hand."""

from collections.abc import Collection
from datetime import datetime

from . import history, tasks, works
from .identifiers import next_in_store_ean
from .models import Book


def save_new(book: Book) -> None:
    """Save a new book; one without a number gets one of the shop's own."""
    book.ean = book.ean or next_in_store_ean()
    book.fill_derived()
    book.save()
    if book.cover_image:
        tasks.make_small_cover.enqueue(name=str(book.cover_image))


def join_editions(book: Book) -> None:
    """A new book joins the other editions of its work, now that its people are known."""
    works.assign(book)
    book.save(update_fields=["work"])


def save_changes(
    book: Book, changed: Collection[str], *, work_before: int | None, now: datetime
) -> None:
    """Save the columns of a book that somebody has edited, and what is derived from them.

    No others: a sale meanwhile must not be undone, nor another colleague's work. Must run inside
    `atomic`.
    """
    if "work" in changed:
        works.lock_editions(book, work_before, book.work_id)
    history.catch_up(Book, book.pk, now=now)
    if "work" in changed and book.work is None:
        # Without one the next feed would bring it back to where staff took it from.
        works.set_apart(book)
    book.fill_derived()
    edited = {field.name for field in Book._meta.concrete_fields} & set(changed)
    if "cover_image" in edited:
        _save_with_cover(book, edited)
    else:
        book.save(update_fields=[*edited, *Book.DERIVED])


def _save_with_cover(book: Book, edited: Collection[str]) -> None:
    """The file that the book had goes once this is committed, and a small picture is made then."""
    before = Book.objects.values_list("cover_image", flat=True).get(pk=book.pk)
    book.save(update_fields=[*edited, "cover_width", "cover_height", *Book.DERIVED])
    if book.cover_image:
        tasks.make_small_cover.enqueue(name=str(book.cover_image))
    if before:
        tasks.remove_cover.enqueue(name=before)
