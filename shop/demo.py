"""The demo catalogue goes on the shelves: books, genres, covers, prices, stock, front table."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import batched
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from catalog import stock
from catalog.feeds.csv_reader import Line, open_feed
from catalog.feeds.rows import BookRow, RowParser
from catalog.feeds.values import read_ean
from catalog.feeds.writer import write_books
from catalog.models import Book, FrontTableEntry, Genre

from .imports import BATCH, only_import
from .settling import Statistics, settle_loaded

FOLDER = Path(__file__).resolve().parent.parent / "catalog" / "demo"
WHO = "load_demo"


@dataclass(frozen=True)
class DemoBook:
    """A row of books.csv: the book, and what only the demo says about it."""

    row: BookRow
    stock: int
    cover: str


def is_loaded(folder: Path) -> bool:
    """Whether the demo is there: it comes in one transaction, so that any of its books tells."""
    first = next(open_feed(folder / "books.csv").lines())
    return Book.objects.filter(ean=first.fields["ean"]).exists()


def load_demo(*, folder: Path, now: datetime, progress: Callable[[int], None]) -> int:
    """Load all of the demo catalogue or nothing of it; returns the number of new books.

    Safe to repeat: nothing changes, and nothing is read through, once the demo is there. Raises
    StoppedUnsettled if it is interrupted after that.
    """
    with only_import():
        if is_loaded(folder):
            return 0
        created = _load(folder, now, progress)
        settle_loaded()
    return created


@transaction.atomic
def _load(folder: Path, now: datetime, progress: Callable[[int], None]) -> int:
    genres = _write_genres(_read(folder / "genres.csv"))
    created = 0
    statistics = Statistics()
    for batch in batched(_books(folder, genres, now, progress), BATCH):
        copies = {book.row.ean: book.stock for book in batch if book.stock}
        result = write_books(
            [book.row for book in batch], now=now, open_stock=partial(_open_stock, copies, now)
        )
        _add_covers({book.row.ean: folder / "covers" / book.cover for book in batch if book.cover})
        created += len(result.created)
        statistics.refresh(created)
    _lay_front_table(row["ean"] for row in _read(folder / "front_table.csv"))
    return created


def _open_stock(copies: Mapping[str, int], now: datetime, created: Mapping[str, int]) -> None:
    opening = {pk: copies[ean] for ean, pk in created.items() if ean in copies}
    stock.open_with(opening, who=WHO, at=now)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write_genres(rows: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """The path of names for each slug. A genre that is there stays where it is, and gets its mood."""
    genres: dict[str, Genre] = {}
    paths: dict[str, tuple[str, ...]] = {}
    for row in rows:
        parent = genres.get(row["parent"])
        genre = (
            Genre.objects.filter(name__iexact=row["name"], parent=parent).first()
            or Genre.objects.filter(slug=row["slug"]).first()
            or Genre(slug=row["slug"], name=row["name"], parent=parent)
        )
        genre.mood = row["mood"]
        genre.save()
        genres[row["slug"]] = genre
        paths[row["slug"]] = _path(genre)
    return paths


def _path(genre: Genre) -> tuple[str, ...]:
    return (*_path(genre.parent), genre.name) if genre.parent else (genre.name,)


def _books(
    folder: Path,
    genres: Mapping[str, tuple[str, ...]],
    now: datetime,
    progress: Callable[[int], None],
) -> Iterable[DemoBook]:
    feed = open_feed(folder / "books.csv")
    parser = RowParser.for_feed(feed.header, feed.sample(), today=now.date(), read_number=read_ean)
    for line in feed.lines():
        yield _book(parser, line, genres)
        progress(line.position)


def _book(parser: RowParser, line: Line, genres: Mapping[str, tuple[str, ...]]) -> DemoBook:
    row, problems = parser.parse(line.number, line.fields)
    if not row or problems:
        raise ValueError(f"The demo catalogue is broken in line {line.number}: {problems}")
    paths = tuple(genres[slug] for (slug,) in row.genres)
    return DemoBook(row._replace(genres=paths), int(line.fields["stock"]), line.fields["cover"])


def _add_covers(pictures: Mapping[str, Path]) -> None:
    books = list(Book.objects.filter(ean__in=pictures).defer("search"))
    for book in books:
        # Assigning the name also reads the picture's width and height.
        book.cover_image = _store_cover(book.ean, pictures[book.ean].read_bytes())
    Book.objects.bulk_update(books, ["cover_image", "cover_width", "cover_height"])


def _store_cover(ean: str, picture: bytes) -> str:
    name = f"covers/{ean}-{hashlib.sha256(picture).hexdigest()[:8]}.webp"
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(picture))


def _lay_front_table(eans: Iterable[str]) -> None:
    """Put the books on the front table, unless staff have laid one."""
    if FrontTableEntry.objects.exists():
        return
    ids = dict(Book.objects.filter(ean__in=(eans := list(eans))).values_list("ean", "pk"))
    FrontTableEntry.objects.bulk_create(
        FrontTableEntry(book_id=ids[ean], position=position) for position, ean in enumerate(eans)
    )
