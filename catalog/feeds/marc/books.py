"""One record of a MARC file becomes one book of the shop, or reasons why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.feeds.rows import (
    LONGEST_GENRE,
    LONGEST_NAME,
    LONGEST_SHOWN,
    LONGEST_TITLE,
    YEARS_AHEAD,
    BookRow,
    Problem,
)
from catalog.feeds.values import (
    BadValue,
    line_up_to,
    number_up_to,
    read_language,
    read_price,
    read_published,
)
from catalog.models import Book

from .genres import genres_of
from .numbers import Number, numbers_of
from .people import Person, name_of, roles_of
from .publication import imprint, pages_in, publisher_in, series_in, size_in, year_in
from .records import LENGTH_OF_008, Field, Record
from .texts import subtitle, titled

# What a record may be of, by the seventh letter of its leader, besides what is printed.
_NOT_PRINTED = {
    "g": gettext_lazy("This is a film or a slide, not a book."),
    "i": gettext_lazy("This is a sound recording, not a book."),
    "j": gettext_lazy("This is a sound recording, not a book."),
    "k": gettext_lazy("This is a picture, not a book."),
    "m": gettext_lazy("This is a computer file, not a book."),
    "o": gettext_lazy("This is a kit, not a book."),
    "p": gettext_lazy("This is a collection of papers, not a book."),
    "r": gettext_lazy("This is an object, not a book."),
}
# Online, on a disc, or another electronic thing; on microfilm and its like.
_NOT_ON_PAPER = "abcoqs"
_FORM_OF_ITEM, _LANGUAGE, _DATE_1 = 23, slice(35, 38), slice(7, 11)
_NO_LANGUAGE = ("", "und", "mul", "zxx", "mis", "|||")
# Reviews of others, and warnings for some readers.
_NO_DESCRIPTIONS = "14"
# What readers pay: recommended or fixed, with tax.
_WITH_TAX = ("02", "04")


def name_of_record(record: Record) -> str:
    """What the report calls it: its control number."""
    return record.control("001").strip()


def reference_of(record: Record) -> str:
    """The control number with the library whose number it is, as field 035 has it: (DLC)12515882.

    Empty where it names no library, since others count from one, too.
    """
    library, number = record.control("003").strip(), name_of_record(record)
    return f"({library}){number}" if library and number else ""


def sent_at(record: Record) -> datetime | None:
    """When the record was last changed. It does not say in which zone."""
    try:
        return datetime.strptime(record.control("005")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


class BookReader:
    """One record while it is read: problems gather as they are met."""

    def __init__(self, number: int, record: Record, *, today: date) -> None:
        self.number = number
        self.record = record
        self.name = name_of_record(record)
        self.last_year = today.year + YEARS_AHEAD
        self.problems: list[Problem] = []

    def read(self) -> tuple[BookRow | None, list[Problem]]:
        """The book, None if the record is to be skipped; and all that is wrong with it."""
        number = self._number()
        title = self._title() if number else ""
        if not number or not title or not self._is_printed():
            return None, [problem for problem in self.problems if problem.row_is_skipped]
        known = {name: self._try(tag, read) for name, tag, read in self._values()}
        known |= self._try("300", self._extent) or {}
        known |= self._try("490", self._series) or {}
        known |= self._try("260", self._published) or {}
        said = {name: value for name, value in known.items() if value}
        return (
            BookRow(
                self.number,
                number.read(),
                title,
                contributors=self._contributors(),
                format=number.format or self._large_print(),
                reference=reference_of(self.record),
                sent_at=sent_at(self.record),
                **said,
            ),
            self.problems,
        )

    def ean(self) -> str:
        """The number of a record that is taken back, or ""."""
        number = self._number()
        return number.read() if number else ""

    def _values(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        yield "subtitle", "245", self._subtitle
        yield "language", "041", self._language
        yield "publisher", "260", self._publisher
        yield "genres", "650", self._genres
        yield "description", "520", self._description
        yield "price", "365", self._price

    def _number(self) -> Number | None:
        """The first valid number of a printed book."""
        try:
            numbers = numbers_of(self.record)
        except BadValue as error:
            self._note("020", "", str(error), row_is_skipped=True)
            return None
        bad = []
        for number in numbers:
            try:
                number.read()
            except BadValue as error:
                bad.append((number.field, number.text, str(error)))
                continue
            for tag, text, reason in bad:
                self._note(tag, text, _("%s The other number stands in.") % reason)
            return number
        tag, text, reason = next(iter(bad), ("020", "", _("No ISBN.")))
        self._note(tag, text, reason, row_is_skipped=True)
        return None

    def _title(self) -> str:
        field = next(iter(self.record.tagged("245")), None)
        try:
            title = line_up_to(LONGEST_TITLE)(titled(field) if field else "")
        except BadValue as error:
            self._note("245", "", str(error), row_is_skipped=True)
            return ""
        if not title:
            self._note("245", "", _("No title."), row_is_skipped=True)
        return title

    def _is_printed(self) -> bool:
        codes = self.record.control("008")
        form = codes[_FORM_OF_ITEM] if len(codes) == LENGTH_OF_008 else ""
        kind = self.record.leader[6]
        if kind in _NOT_PRINTED:
            self._note("LDR", kind, str(_NOT_PRINTED[kind]), row_is_skipped=True)
        elif self.record.is_text and form and form in _NOT_ON_PAPER:
            reason = _("This is an electronic book or a film of one; the shop sells printed ones.")
            self._note("008", form, reason, row_is_skipped=True)
        else:
            return True
        return False

    def _subtitle(self) -> str:
        return line_up_to(500)(subtitle(self.record.tagged("245")[0]))

    def _language(self) -> str:
        codes = [code[:3] for field in self.record.tagged("041") for code in field.texts("a")]
        control = self.record.control("008")
        codes.append(control[_LANGUAGE].strip() if len(control) == LENGTH_OF_008 else "")
        code = next((code for code in codes if code.casefold() not in _NO_LANGUAGE), "")
        return read_language(code) if code else ""

    def _imprint(self) -> list[Field]:
        return imprint(self.record.tagged("260", "264"))

    def _publisher(self) -> str:
        return line_up_to(300)(publisher_in(self._imprint()))

    def _published(self) -> dict[str, Any]:
        dates = [text for field in self._imprint() for text in field.texts("c")]
        control = self.record.control("008")
        years = [*map(year_in, dates), year_in(control[_DATE_1])]
        year = next((year for year in years if year), "")
        if not year:
            return {}
        on, precision = read_published(year, last_year=self.last_year)
        return {"published_on": on, "published_precision": precision}

    def _extent(self) -> dict[str, int]:
        texts = [" ".join(field.texts("abc")) for field in self.record.tagged("300")]
        pages = next((found for text in texts if (found := pages_in(text))), "")
        sizes = (size_in(text) for text in texts)
        height, width = next((size for size in sizes if size[0]), ("", ""))
        read = {
            "pages": (pages, number_up_to(20_000)),
            "height_mm": (height, number_up_to(2_000)),
            "width_mm": (width, number_up_to(2_000)),
        }
        return {name: number(text) for name, (text, number) in read.items() if text}

    def _series(self) -> dict[str, str]:
        """The first series as the book names it, or else as the library files it."""
        for field in self.record.tagged("490", "440", "830"):
            title, number = series_in(field)
            if title:
                series = {"series": line_up_to(300)(title)}
                return series | ({"series_number": line_up_to(20)(number)} if number else {})
        return {}

    def _genres(self) -> tuple[tuple[str, ...], ...]:
        paths = genres_of(self.record)
        return tuple(p for p in paths if all(len(name) <= LONGEST_GENRE for name in p))

    def _description(self) -> str:
        fields = self.record.tagged("520")
        told = [field for field in fields if field.indicators[0] not in _NO_DESCRIPTIONS]
        texts = [" ".join(field.texts("ab")) for field in told]
        return line_up_to(10_000)("\n\n".join(text for text in texts if text))

    def _price(self) -> Decimal | None:
        for field in self.record.tagged("365"):
            if field.text("c") == settings.SHOP["currency"] and field.text("a") in _WITH_TAX:
                return read_price(field.text("b"))
        return None

    def _large_print(self) -> str:
        fields = self.record.tagged("250", "300", "340")
        texts = self._try("250", lambda: [text for f in fields for text in f.texts("abn")]) or []
        is_large = any("large print" in text.casefold() for text in texts)
        return Book.Format.LARGE_PRINT if is_large else ""

    def _contributors(self) -> tuple[Person, ...]:
        statement = self._try("245", lambda: self.record.tagged("245")[0].text("c")) or ""
        people: dict[tuple[str, str], Person] = {}
        for field in self.record.tagged("100", "110", "700", "710"):
            for name, role in self._try(field.tag, partial(self._person, field, statement)) or ():
                people.setdefault((name.casefold(), role), (name, role))
        return tuple(people.values())

    def _person(self, field: Field, statement: str) -> list[Person]:
        # With a title of its own it names another work, or one that this one contains.
        if field.text("t") or not (name := line_up_to(LONGEST_NAME)(name_of(field))):
            return []
        return [(name, role) for role in roles_of(field, statement)]

    def _try(self, tag: str, read: Callable[[], Any]) -> Any:
        """What `read` returns, or None where the value is bad and left out."""
        try:
            return read()
        except BadValue as error:
            self._note(tag, "", str(error))
            return None

    def _note(self, tag: str, value: str, reason: str, *, row_is_skipped: bool = False) -> None:
        shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
        self.problems.append(
            Problem(self.number, tag, shown, reason, row_is_skipped, record=self.name)
        )
