"""One row of a feed becomes one book of the shop, or reasons why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from catalog.models import Contribution

from .headers import Columns, Fields, find_columns, genre_separator, name_separator, sample_of
from .values import (
    BadValue,
    clean_line,
    clean_text,
    line_up_to,
    number_up_to,
    read_format,
    read_isbn,
    read_language,
    read_price,
    read_published,
)

LONGEST_SHOWN = 80
LONGEST_TITLE = 500
LONGEST_BYLINE = 1000
# Feeds are full of next season's books, but not of those after that.
YEARS_AHEAD = 3
# A row with so many useless values has a comma too many or too few, and its fields are shifted.
MOST_BAD_VALUES = 3

_ROLES = {
    "editor": Contribution.Role.EDITOR,
    "translator": Contribution.Role.TRANSLATOR,
    "illustrator": Contribution.Role.ILLUSTRATOR,
    "introduction": Contribution.Role.INTRODUCTION,
    "author": Contribution.Role.AUTHOR,
}
_ROLE = re.compile(rf"\s*[\[(]({'|'.join(_ROLES)})[\])]$", re.IGNORECASE)
_GENERATION = re.compile(r"(jr|sr|ii|iii|iv|m\.?d|ph\.?d)\.?", re.IGNORECASE)
_LEVELS = re.compile(r"\s+/\s+|\s*>\s*")
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
    "price": read_price,
}


@dataclass(frozen=True)
class Problem:
    """What the report says about one value of a feed."""

    line: int
    field: str
    value: str
    reason: str
    row_is_skipped: bool = False


@dataclass(frozen=True)
class BookRow:
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
    pages: int | None = None
    height_mm: int | None = None
    width_mm: int | None = None
    thickness_mm: int | None = None
    weight_g: int | None = None
    format: str = ""
    description: str = ""
    price: Decimal | None = None

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


@dataclass(frozen=True)
class RowParser:
    """Reads the rows of one feed, whose habits a sample of its rows has shown."""

    columns: Columns
    people_separator: str
    genre_separator: str
    last_year: int
    read_number: Callable[[str], str] = read_isbn

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
            people_separator=name_separator(sample_of(sample, columns, "authors")),
            genre_separator=genre_separator(sample_of(sample, columns, "genres")),
            last_year=today.year + YEARS_AHEAD,
            read_number=read_number,
        )

    def parse(self, line: int, fields: Fields) -> tuple[BookRow | None, list[Problem]]:
        """The book of one row, None if the row is to be skipped; and all that is wrong with it."""
        return _Row(self, line, fields).parse()


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
        values = {field: self._value(field, read) for field, read in _PLAIN.items()}
        values |= self._published()
        if len(self.problems) - doubts >= MOST_BAD_VALUES:
            self._note(_("row"), "", _("The fields seem to be shifted."), row_is_skipped=True)
            return None, self.problems[-1:]
        if "series" not in self.parser.columns and (found := _SERIES.fullmatch(title)):
            values |= self._series_in(found)
            title = found["title"] if values["series"] else title
        book = BookRow(
            line=self.line,
            ean=ean,
            title=title,
            contributors=self._contributors(),
            genres=self._genres(),
            **{field: value for field, value in values.items() if value is not None},
        )
        return book, self.problems

    def _number(self) -> str:
        """The first valid number of the row, so that an ISBN-10 may stand in for a bad ISBN-13."""
        candidates = [*self._given("isbn13"), *self._given("isbn10")]
        bad = []
        for column, text in candidates:
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

    def _value(self, field: str, read: Callable[[str], Any]) -> Any:
        """The value of the first filled column for `field`; None if there is none or it is bad."""
        for column, text in self._given(field):
            try:
                return read(text)
            except BadValue as error:
                self._note(column, text, str(error))
        return None

    def _published(self) -> dict[str, Any]:
        published = self._value(
            "published", lambda text: read_published(text, last_year=self.parser.last_year)
        )
        if published is None:
            return {}
        return {"published_on": published.on, "published_precision": published.precision}

    def _series_in(self, found: re.Match[str]) -> dict[str, Any]:
        try:
            return {
                "series": _PLAIN["series"](found["series"].strip()),
                "series_number": _PLAIN["series_number"](found["number"]),
            }
        except BadValue:
            return {"series": None, "series_number": None}

    def _contributors(self) -> tuple[tuple[str, Contribution.Role], ...]:
        people: dict[tuple[str, str], tuple[str, Contribution.Role]] = {}
        for column, text in self._given("authors")[:1]:
            for part in split_people(text, self.parser.people_separator):
                name, role = _with_role(part)
                if self._fits(column, name, 300):
                    people.setdefault((name.casefold(), role), (name, role))
        return tuple(people.values())

    def _genres(self) -> tuple[tuple[str, ...], ...]:
        paths: dict[tuple[str, ...], tuple[str, ...]] = {}
        for column, text in self._given("genres")[:1]:
            for part in _split(text, self.parser.genre_separator):
                path = tuple(name for name in _LEVELS.split(part) if name)
                if path and all(self._fits(column, name, 100) for name in path):
                    paths.setdefault(tuple(name.casefold() for name in path), path)
        return tuple(paths.values())

    def _fits(self, column: str, name: str, longest: int) -> bool:
        if len(name) <= longest:
            return True
        self._note(column, name, _("Longer than %(longest)d characters.") % {"longest": longest})
        return False

    def _given(self, field: str) -> list[tuple[str, str]]:
        clean = clean_text if field == "description" else clean_line
        return [
            (column, text)
            for column in self.parser.columns.get(field, ())
            if (text := clean(self.fields[column]))
        ]

    def _column(self, field: str) -> str:
        columns = self.parser.columns
        return (columns.get(field) or columns.get("isbn10") or (field,))[0]

    def _note(self, column: str, value: str, reason: str, *, row_is_skipped: bool = False) -> None:
        shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
        self.problems.append(Problem(self.line, column.strip(), shown, reason, row_is_skipped))


def split_people(text: str, separator: str) -> Iterator[str]:
    """The people of one field; “Jr.” behind a comma belongs to the name before it."""
    names: list[str] = []
    for part in _split(text, separator):
        if separator == "," and names and _GENERATION.fullmatch(part):
            names[-1] += f", {part}"
        else:
            names.append(part)
    yield from names


def _split(text: str, separator: str) -> list[str]:
    parts = text.split(separator) if separator else [text]
    return [part.strip() for part in parts if part.strip()]


def _with_role(part: str) -> tuple[str, Contribution.Role]:
    found = _ROLE.search(part)
    if not found or not found.start():
        return part, Contribution.Role.AUTHOR
    return part[: found.start()], _ROLES[found[1].casefold()]
