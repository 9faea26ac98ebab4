"""One row of a feed becomes one book of the shop, or reasons why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple, Self

from django.utils.translation import gettext as _

from catalog.models import Contribution

from . import lists, own
from .headers import Columns, Fields, find_columns, sample_of
from .values import (
    BadValue,
    clean_line,
    clean_text,
    day_of_sale,
    line_up_to,
    number_up_to,
    read_day,
    read_ean,
    read_format,
    read_isbn,
    read_language,
    read_price,
    read_published,
    read_publishing_status,
    read_rating,
    read_ratings,
    read_tax_class,
)

LONGEST_SHOWN = 80
LONGEST_TITLE = 500
LONGEST_BYLINE = 1000
LONGEST_NAME = 300
LONGEST_GENRE = 100
# Feeds are full of next season's books, but not of those after that.
YEARS_AHEAD = 3
# A publisher may move the day of a book until then, and the next feed says so.
NEW_FOR = timedelta(days=365)
# A row with so many useless values has a comma too many or too few, and its fields are shifted.
MOST_BAD_VALUES = 3

# “Changes (The Dresden Files, #12)”; the series may have brackets of its own.
_SERIES: Final = re.compile(
    r"(?P<title>.+?)\s*\((?P<series>(?:[^()]|\([^()]*\))+?),?\s+"
    r"#(?P<number>[0-9][0-9.]*(?:\s*[-–]\s*[0-9][0-9.]*)?)\)"
)
_PLAIN: Final[dict[str, Callable[[str], Any]]] = {
    "subtitle": line_up_to(500),
    "publisher": line_up_to(300),
    "series": line_up_to(300),
    "series_number": line_up_to(20),
    "description": line_up_to(10_000),
    "language": read_language,
    "pages": number_up_to(20_000),
    "height_mm": number_up_to(2_000),
    "width_mm": number_up_to(2_000),
    "thickness_mm": number_up_to(500),
    "weight_g": number_up_to(50_000),
    "format": read_format,
    "tax_class": read_tax_class,
    "publishing_status": read_publishing_status,
    "price": read_price,
    "outside_rating": read_rating,
    "outside_ratings": read_ratings,
}


@dataclass(frozen=True)
class Problem:
    """What the report says about one value of a feed."""

    line: int
    field: str
    value: str
    reason: str
    row_is_skipped: bool = False
    # What the sender calls the record, where it calls it anything.
    record: str = ""


class BookRow(NamedTuple):
    """A book as a feed describes it. What the feed does not say is empty or None."""

    line: int
    ean: str
    title: str
    subtitle: str = ""
    contributors: tuple[tuple[str, Contribution.Role], ...] = ()
    language: str = ""
    publisher: str = ""
    genres: tuple[tuple[str, ...], ...] = ()
    series: str = ""
    series_number: str = ""
    published_on: date | None = None
    published_precision: str = ""
    on_sale_on: date | None = None
    publishing_status: str = ""
    pages: int | None = None
    height_mm: int | None = None
    width_mm: int | None = None
    thickness_mm: int | None = None
    weight_g: int | None = None
    format: str = ""
    description: str = ""
    price: Decimal | None = None
    outside_rating: Decimal | None = None
    outside_ratings: int | None = None
    # What the sender calls the record, and when it was sent; a CSV file says neither.
    reference: str = ""
    sent_at: datetime | None = None
    # Where it is clearly no book (catalog/tax_classes.py).
    tax_class: str = ""

    @property
    def byline(self) -> str:
        """The authors as a cover names them, or, without authors, whoever else worked on it."""
        authors = [name for name, role in self.contributors if role == Contribution.Role.AUTHOR]
        return join_names(authors or [name for name, _role in self.contributors])


def join_names(names: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B and C”; whoever does not fit into a byline is left out at the end."""
    if len(names) < 2:
        return "".join(names)
    joined = _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
    return joined if len(joined) <= LONGEST_BYLINE else join_names(names[:-1])


# What a feed has columns for: the field, its columns, and how these are cleaned and read.
type _Plain = tuple[str, tuple[str, ...], Callable[[str], str], Callable[[str], Any]]


@dataclass(frozen=True)
class RowParser:
    """Reads the rows of one feed, whose habits a sample of its rows has shown."""

    columns: Columns
    # Books that were published after this day are new, or to come.
    new_since: date
    read_people: Callable[[str], tuple[lists.Person, ...]]
    read_genres: Callable[[str], tuple[lists.Path, ...]]
    read_number: Callable[[str], str]
    plain: Sequence[_Plain]

    @classmethod
    def for_own(cls) -> Self:
        """For a file that the shop wrote itself, where nothing is guessed."""
        columns = find_columns(own.HEADER)
        return cls(
            columns=columns,
            new_since=date.max,
            read_people=own.read_people,
            read_genres=own.read_genres,
            read_number=read_ean,
            plain=_plain(columns, last_year=date.max.year),
        )

    @classmethod
    def for_feed(
        cls,
        header: Sequence[str],
        sample: Sequence[Fields],
        *,
        today: date,
        read_number: Callable[[str], str] = read_isbn,
    ) -> Self:
        columns = find_columns(header)
        return cls(
            columns=columns,
            new_since=today - NEW_FOR,
            read_people=lists.people_reader(sample_of(sample, columns, "authors")),
            read_genres=lists.genre_reader(sample_of(sample, columns, "genres")),
            read_number=read_number,
            plain=_plain(columns, last_year=today.year + YEARS_AHEAD),
        )

    def parse(self, line: int, fields: Fields) -> tuple[BookRow | None, list[Problem]]:
        """The book of one row, None if the row is to be skipped; and all that is wrong with it."""
        return _Row(self, line, fields).parse()


def _plain(columns: Columns, *, last_year: int) -> Sequence[_Plain]:
    readers = _PLAIN | {
        "published": partial(read_published, last_year=last_year),
        "on_sale_on": partial(read_day, last_year=last_year),
    }
    return [
        (name, columns[name], clean_text if name == "description" else clean_line, read)
        for name, read in readers.items()
        if name in columns
    ]


class _Row:
    """One row while it is read: problems gather as they are met."""

    def __init__(self, parser: RowParser, line: int, fields: Fields) -> None:
        self.parser = parser
        self.line = line
        self.fields = fields
        self.problems: list[Problem] = []

    def parse(self) -> tuple[BookRow | None, list[Problem]]:
        ean = self._number()
        title = self._title() if ean else ""
        if not ean or not title:
            return None, [problem for problem in self.problems if problem.row_is_skipped]
        doubts = len(self.problems)
        values = self._values()
        if len(self.problems) - doubts >= MOST_BAD_VALUES:
            self._note(_("row"), "", _("The fields seem to be shifted."), row_is_skipped=True)
            return None, self.problems[-1:]
        # A pattern as loose as that of a series is slow to find that it does not fit.
        if "#" in title and "series" not in self.parser.columns:
            title = self._without_series(title, values)
        contributors, genres = self._contributors(), self._genres()
        book = BookRow(self.line, ean, title, contributors=contributors, genres=genres, **values)
        return book, self.problems

    def _number(self) -> str:
        """The first valid number of the row, so that an ISBN-10 may stand in for a bad ISBN-13."""
        bad = []
        for column, text in chain(self._given("isbn13"), self._given("isbn10")):
            try:
                number = self.parser.read_number(text)
            except BadValue as error:
                bad.append((column, text, str(error)))
                continue
            for column_, text_, reason in bad:
                self._note(column_, text_, _("%s The other number stands in.") % reason)
            return number
        for column, text, reason in bad[:1] or [(self._column("isbn13"), "", _("No ISBN."))]:
            self._note(column, text, reason, row_is_skipped=True)
        return ""

    def _title(self) -> str:
        for column, text in self._given("title"):
            if len(text) <= LONGEST_TITLE:
                return text
            reason = _("Longer than %(longest)d characters.") % {"longest": LONGEST_TITLE}
            self._note(column, text, reason, row_is_skipped=True)
            return ""
        self._note(self._column("title"), "", _("No title."), row_is_skipped=True)
        return ""

    def _values(self) -> dict[str, Any]:
        """Each value that is filled and good, of the first column for it that has one."""
        values: dict[str, Any] = {}
        for name, columns, clean, read in self.parser.plain:
            for column in columns:
                if not (written := self.fields[column]) or not (text := clean(written)):
                    continue
                try:
                    value = read(text)
                except BadValue as error:
                    self._note(column, text, str(error))
                    continue
                if value is not None:
                    values[name] = value
                break
        if published := values.pop("published", None):
            values["published_on"], values["published_precision"] = published
            if day := day_of_sale(published, self.parser.new_since):
                values.setdefault("on_sale_on", day)
        return values

    def _without_series(self, title: str, values: dict[str, Any]) -> str:
        """The title alone; the series in brackets behind it goes into `values`."""
        if not (found := _SERIES.fullmatch(title)):
            return title
        try:
            values["series"] = _PLAIN["series"](found["series"].strip())
            values["series_number"] = _PLAIN["series_number"](found["number"])
        except BadValue:
            values.pop("series", None)
            return title
        return found["title"]

    def _contributors(self) -> tuple[tuple[str, Contribution.Role], ...]:
        for column, text in self._given("authors"):
            people = self.parser.read_people(text)
            # No name is too long where all of them together are not.
            if len(text) <= LONGEST_NAME:
                return people
            return tuple(one for one in people if self._fits(column, one[0], LONGEST_NAME))
        return ()

    def _genres(self) -> tuple[tuple[str, ...], ...]:
        for column, text in self._given("genres"):
            paths = self.parser.read_genres(text)
            if len(text) <= LONGEST_GENRE:
                return paths
            return tuple(
                path
                for path in paths
                if all(self._fits(column, name, LONGEST_GENRE) for name in path)
            )
        return ()

    def _fits(self, column: str, name: str, longest: int) -> bool:
        if len(name) <= longest:
            return True
        self._note(column, name, _("Longer than %(longest)d characters.") % {"longest": longest})
        return False

    def _given(self, field: str) -> Iterator[tuple[str, str]]:
        for column in self.parser.columns.get(field, ()):
            if (written := self.fields[column]) and (text := clean_line(written)):
                yield column, text

    def _column(self, field: str) -> str:
        columns = self.parser.columns
        return (columns.get(field) or columns.get("isbn10") or (field,))[0]

    def _note(self, column: str, value: str, reason: str, *, row_is_skipped: bool = False) -> None:
        shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
        self.problems.append(Problem(self.line, column.strip(), shown, reason, row_is_skipped))
