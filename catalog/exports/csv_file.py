"""Books as lines of the CSV file that import_books reads back without loss."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from catalog.feeds import own
from catalog.models import Book
from catalog.spreadsheets import UTF_8_MARK

from .books import WholeBook

_LENGTHS = {Book.DatePrecision.YEAR: 4, Book.DatePrecision.MONTH: 7}


def beginning() -> bytes:
    return UTF_8_MARK.encode() + _lines([own.HEADER])


def lines_of(books: Iterable[WholeBook]) -> bytes:
    return _lines(map(_fields, books))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows([own.guard(field) for field in row] for row in rows)
    return text.getvalue().encode()


def _fields(whole: WholeBook) -> Sequence[str]:
    """In the order of own.HEADER."""
    book = whole.book
    return (
        book.ean,
        own.write_line(book.title),
        own.write_line(book.subtitle),
        own.write_people(whole.people),
        book.language,
        own.write_line(book.publisher_name),
        own.write_genres(whole.genres),
        own.write_line(book.series_title),
        own.write_line(book.series_number),
        _published(book),
        book.on_sale_on.isoformat() if book.on_sale_on else "",
        book.publishing_status,
        _number(book.pages),
        _number(book.height_mm),
        _number(book.width_mm),
        _number(book.thickness_mm),
        _number(book.weight_g),
        book.format,
        book.tax_class,
        own.write_lines(whole.description),
        _number(book.price),
        _number(book.outside_rating),
        _number(book.outside_ratings or None),
    )


def _published(book: Book) -> str:
    """The day of publication as far as it is known: 2026, 2026-11 or 2026-11-27."""
    if not book.published_on:
        return ""
    day = book.published_on.isoformat()
    return day[: _LENGTHS.get(Book.DatePrecision(book.published_precision), len(day))]


def _number(value: Any) -> str:
    return "" if value is None else str(value)
