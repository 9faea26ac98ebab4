"""Puts a made-up catalogue into the database: by COPY, in one transaction, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from itertools import batched, chain, islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from catalog.models import Book, Contribution, Genre, StockMovement
from catalog.slugs import distinct_slug, slug_for
from shop.imports import CannotImport, only_import
from shop.settling import settle_loaded

from .books import MOST_BOOKS, Library, number_block
from .bulk import rebuilt_indexes
from .names import GENRES, Name
from .rows import COLUMNS, Ids, Row, Rows

type Progress = Callable[[int, str], None]

WHO = "make_catalogue"
# So many works are made at a time; so many rows are on their way while the next are being made.
_BATCH = 20_000
_PIECE = 200

_TABLES = {
    "works": "catalog_work",
    "books": "catalog_book",
    "texts": "catalog_booktext",
    "contributions": "catalog_contribution",
    "genres": "catalog_book_genres",
    "movements": "catalog_stockmovement",
}
_NAMES = {"catalog_contributor": "name", "catalog_publisher": "name", "catalog_series": "title"}

# What these triggers would work out is in the rows already, and to write each book a second time
# would leave the table twice as large: tags are those of the genres, and stock is the sum of the
# movements, which is checked before the transaction ends.
_TRIGGERS = {
    "catalog_book_starts_with_its_movements": "catalog_book",
    "catalog_stockmovement_added": "catalog_stockmovement",
    "catalog_book_genres_added": "catalog_book_genres",
}
_LEDGER_IS_WRONG = """
SELECT EXISTS (
    SELECT FROM catalog_book book
    LEFT JOIN (SELECT book_id, sum(quantity) AS copies FROM catalog_stockmovement GROUP BY book_id)
        ledger ON ledger.book_id = book.id
    WHERE book.stock <> coalesce(ledger.copies, 0)
)
"""


class AlreadyThere(CannotImport):
    def __init__(self, seed: int) -> None:
        text = _("Books of seed %(seed)d are there already. Nothing was changed.")
        super().__init__(text % {"seed": seed})


class WrongNumber(CannotImport):
    def __init__(self) -> None:
        text = _("The number of books must be from 1 to %(most)d.")
        super().__init__(text % {"most": MOST_BOOKS})


def make_catalogue(*, books: int, seed: int, now: datetime, progress: Progress) -> None:
    """Load `books` made-up books, or raise CannotImport and change nothing.

    The same seed makes the same books on the same day. An empty catalogue is filled several times
    as fast as one with books in it. Raises StoppedUnsettled if it is interrupted after that.
    """
    if not 0 < books <= MOST_BOOKS:
        raise WrongNumber
    with only_import():
        if Book.objects.filter(ean__startswith=number_block(seed)).exists():
            raise AlreadyThere(seed)
        progress(0, _("Inventing words and names"))
        _load(Library(books, seed), now, progress)
        progress(books, _("Bringing lists and searches up to date"))
        settle_loaded()


@transaction.atomic
def _load(library: Library, now: datetime, progress: Progress) -> None:
    is_empty = not Book.objects.exists()
    with connection.cursor() as cursor:
        tables = [*_TABLES.values(), *_NAMES]
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        quickly = rebuilt_indexes(cursor, tables, lambda text: progress(library.number, text))
        with _without_triggers(cursor), quickly if is_empty else nullcontext():
            _write(cursor, library, now, progress)
        cursor.execute(_LEDGER_IS_WRONG)
        if cursor.fetchone()[0]:
            raise RuntimeError("Stock is not the sum of its movements.")


@contextmanager
def _without_triggers(cursor: CursorWrapper) -> Iterator[None]:
    for trigger, table in _TRIGGERS.items():
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    # A table cannot be altered while foreign keys of its new rows wait to be checked.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for trigger, table in _TRIGGERS.items():
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def _write(cursor: CursorWrapper, library: Library, now: datetime, progress: Progress) -> None:
    ids = Ids(
        people=_write_names(cursor, "catalog_contributor", library.people),
        publishers=_write_names(cursor, "catalog_publisher", library.publishers),
        series=_write_names(cursor, "catalog_series", library.series),
        genres=_write_genres(),
        first_book=_reserve(cursor, "catalog_book", library.number),
        first_work=_reserve(cursor, "catalog_work", library.number),
    )
    works = library.rows(ids, now.date())
    for first in works:
        rest = Rows()
        books = _books(chain([first], islice(works, _BATCH - 1)), rest)
        _copy_books(cursor, _counted(books, ids.first_book, progress), now)
        for table, columns in COLUMNS.items():
            _copy(cursor, table, columns, getattr(rest, table), now)


def _books(works: Iterable[Rows], rest: Rows) -> Iterator[Row]:
    """The rows of books as they are made, while those of other tables pile up in `rest`."""
    for rows in works:
        rest.add(rows)
        yield from rows.books


def _counted(books: Iterator[Row], first: int, progress: Progress) -> Iterator[Row]:
    for book in books:
        done = int(book["id"]) - first
        if done % _PIECE == 0:
            progress(done, _("Loading books"))
        yield book


def _copy_books(cursor: CursorWrapper, rows: Iterator[Row], now: datetime) -> None:
    first = next(rows)
    lines = ("\t".join(row.values()) for row in chain([first], rows))
    _copy(cursor, "books", first, lines, now)


def _copy(
    cursor: CursorWrapper, table: str, columns: Iterable[str], lines: Iterable[str], now: datetime
) -> None:
    same = _same_for_all(table, now)
    ending = "".join(f"\t{value}" for value in same.values()) + "\n"
    names = ", ".join([*columns, *same])
    with cursor.copy(f"COPY {_TABLES[table]} ({names}) FROM STDIN") as copy:
        for piece in batched(lines, _PIECE):
            copy.write(ending.join([*piece, ""]))


def _same_for_all(table: str, now: datetime) -> Mapping[str, str]:
    if table == "books":
        return {"added_at": now.isoformat()}
    if table == "contributions":
        return {"role": Contribution.Role.AUTHOR}
    if table == "movements":
        reason = StockMovement.Reason.OPENING
        return {"reason": reason, "order_number": "", "who": WHO, "note": "", "at": now.isoformat()}
    return {}


def _write_names(cursor: CursorWrapper, table: str, names: Sequence[Name]) -> list[int]:
    """The ids of `names`; those that somebody real has already are his."""
    column = _NAMES[table]
    texts = [name.text for name in names]
    cursor.execute(f"SELECT {column}, id FROM {table} WHERE {column} = ANY(%s)", [texts])
    ids = dict(cursor.fetchall())
    cursor.execute(f"SELECT slug FROM {table} WHERE slug = ANY(%s)", [[n.slug for n in names]])
    taken = {slug for (slug,) in cursor.fetchall()}
    new = [name for name in names if name.text not in ids]
    first = _reserve(cursor, table, len(new))
    ids |= {name.text: pk for pk, name in enumerate(new, start=first)}
    is_person = table == "catalog_contributor"
    columns = f"id, {column}, slug{', sort_name' if is_person else ''}"
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for name in new:
            slug = distinct_slug(name.text, fallback="name") if name.slug in taken else name.slug
            values = [
                str(ids[name.text]),
                name.text,
                slug,
                *([name.sort_name] if is_person else []),
            ]
            copy.write("\t".join(values) + "\n")
    return [ids[text] for text in texts]


def _write_genres() -> list[tuple[int, int, str]]:
    genres = []
    for root_name, mood, leaves in GENRES:
        root = _genre(root_name, None, mood)
        genres += [(_genre(name, root, mood).pk, root.pk, mood) for name in leaves]
    return genres


def _genre(name: str, parent: Genre | None, mood: str) -> Genre:
    found = Genre.objects.filter(name__iexact=name, parent=parent).first()
    if found:
        return found
    slug = slug_for(name, fallback="genre")
    if Genre.objects.filter(slug=slug).exists():
        slug = distinct_slug(f"{parent} / {name}", fallback="genre")
    return Genre.objects.create(name=name, slug=slug, parent=parent, mood=mood)


def _reserve(cursor: CursorWrapper, table: str, number: int) -> int:
    """The first of `number` ids that nobody else will get."""
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    cursor.execute(f"SELECT nextval({sequence})")
    first: int = cursor.fetchone()[0]
    cursor.execute(f"SELECT setval({sequence}, %s)", [first + number])
    return first
