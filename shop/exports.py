"""The whole catalogue goes out to others, as it stands at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from bookstore.auditing import one_moment
from catalog.exports import csv_file, onix
from catalog.exports.books import WholeBook, whole_books
from catalog.exports.output import whole_file

from .tax import tax_table

type Books = Iterable[Sequence[WholeBook]]


def export_catalogue(
    *,
    to: Path | BinaryIO,
    write: Callable[[BinaryIO, Books], None],
    replace: bool,
    progress: Callable[[int], None],
) -> int:
    """Write all books on sale to a file, or into one that is open, and return how many there are.

    Nothing in the shop is changed. Raises CannotExport or OSError, and then there is no file that
    was not there before.
    """
    place: AbstractContextManager[BinaryIO]
    place = whole_file(to, replace=replace) if isinstance(to, Path) else nullcontext(to)
    written = 0

    def counted() -> Iterator[Sequence[WholeBook]]:
        nonlocal written
        for books in whole_books():
            yield books
            written += len(books)
            progress(written)

    with place as file, one_moment():
        write(file, counted())
    return written


def write_csv(file: BinaryIO, books: Books) -> None:
    file.write(csv_file.beginning())
    for some in books:
        file.write(csv_file.lines_of(some))


def write_onix(file: BinaryIO, books: Books) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    rates = tax_table(settings.SHOP["country"], today).rates
    onix.write_message(file, books, onix.Terms(now, today, rates.get))


WRITERS = {"csv": write_csv, "onix": write_onix}
