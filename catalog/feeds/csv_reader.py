"""Opens a CSV file of any encoding and delimiter, and reads it line by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from . import own
from .headers import find_columns

# In this order, the first wins when two separate a header into as many names.
DELIMITERS = ",;\t|"
CHUNK = 256 * 1024
BLANK = codecs.BOM_UTF8 + b" \t\r\n"
# A field beyond this is a quotation mark that nobody closed.
LONGEST_FIELD = 128 * 1024
_MAGIC = {
    b"PK\x03\x04": "ZIP / XLSX",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"%PDF": "PDF",
    b"\x1f\x8b": "GZIP",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\v\x1a\x1b")
# Bytes that mean nothing in Windows' Western encoding.
_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"


class CannotReadFeed(Exception):
    """Base of every refusal to read a file; str() is for whoever named the file."""


class NotAFile(CannotReadFeed):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": reason}
        )


class NotText(CannotReadFeed):
    def __init__(self, path: Path, kind: str) -> None:
        text = _("%(path)s is not a text file (%(kind)s). Please save the table as CSV.")
        super().__init__(text % {"path": path, "kind": kind})


class ColumnsMissing(CannotReadFeed):
    def __init__(self, path: Path, missing: str, header: tuple[str, ...]) -> None:
        text = _(
            "%(path)s has no column for %(missing)s, so nothing was imported. Its columns: %(found)s"
        )
        found = ", ".join(name.strip()[:40] for name in header[:30])
        super().__init__(text % {"path": path, "missing": missing, "found": found})


class Line(NamedTuple):
    """One row: where it begins, and its fields by the header's names, or what is wrong with it."""

    number: int
    fields: dict[str, str]
    problem: str
    # How many bytes of the file are read by now.
    position: int


@dataclass(frozen=True)
class Feed:
    """A file that can be read: its encoding, its delimiter, and its header."""

    path: Path
    size: int
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        """Whether the shop wrote it: then nothing in it is guessed."""
        return self.header == own.HEADER

    def lines(self) -> Iterator[Line]:
        """All rows below the header but blank ones, each read from the file as it is asked for."""
        with self.path.open("rb") as file:
            text = _as_text(file, self.encoding)
            rows = _rows(text, self.delimiter)
            next(rows)
            for number, row, problem in rows:
                yield self._line(number, row, problem, file.tell())

    def sample(self, size: int = 200) -> list[dict[str, str]]:
        """The fields of the first sound rows."""
        return list(islice((line.fields for line in self.lines() if not line.problem), size))

    def _line(self, number: int, row: list[str], problem: str, position: int) -> Line:
        width = len(self.header)
        if self.is_ours:
            row = [own.unguard(field) for field in row]
        if not problem and len(row) != width:
            problem = self._misfit(row)
        # Of two columns with one name the first counts.
        names, values = self.header[: len(row)][::-1], row[:width][::-1]
        return Line(number, dict(zip(names, values, strict=True)), problem, position)

    def _misfit(self, row: list[str]) -> str:
        """What is wrong with a row of another length than the header; surplus may be blank."""
        width = len(self.header)
        if len(row) > width and not any(field.strip() for field in row[width:]):
            return ""
        numbers = {"found": len(row), "expected": width}
        return _("%(found)d fields where the header has %(expected)d.") % numbers


def open_feed(path: Path) -> Feed:
    """Look a CSV file over. Raises CannotReadFeed if it is no table of books with ISBNs and titles."""
    try:
        feed = _look_over(path)
    except OSError as error:
        raise NotAFile(path, error.strerror or str(error)) from error
    columns = find_columns(feed.header)
    missing = [
        name
        for name, known in {
            _("the title"): "title" in columns,
            _("the ISBN"): "isbn13" in columns or "isbn10" in columns,
        }.items()
        if not known
    ]
    if missing:
        raise ColumnsMissing(path, _(" or ").join(missing), feed.header)
    return feed


def beginning_of(path: Path, size: int, *, blank: bytes | None = BLANK) -> bytes:
    """The first bytes of a file that has more than blank ones. Raises NotAFile, or OSError."""
    if path.exists() and not path.is_file():
        raise NotAFile(path, _("it is not a file."))
    with path.open("rb") as file:
        start = file.read(size)
    if not start.strip(blank):
        raise NotAFile(path, _("it is empty."))
    return start


def _look_over(path: Path) -> Feed:
    start = beginning_of(path, CHUNK)
    encoding = _find_encoding(path, start)
    delimiter, header = _find_header(path, encoding)
    return Feed(path, path.stat().st_size, encoding, delimiter, header)


def _find_encoding(path: Path, start: bytes) -> str:
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            raise NotText(path, kind)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (len(start) - len(start.translate(None, _CONTROL))) * 10 > len(start):
        raise NotText(path, _("binary data"))
    good, bad, is_cp1252 = _count_letters(path)
    # A few broken letters in a file full of sound ones do not make it another encoding.
    if not bad or good > bad:
        return "utf-8-sig"
    return "cp1252" if is_cp1252 else "latin-1"


def _count_letters(path: Path) -> tuple[int, int, bool]:
    """Letters beyond ASCII that are UTF-8, that are not, and whether all could be Windows'."""
    try:
        with path.open(encoding="utf-8-sig") as text:
            while text.read(CHUNK):
                pass
        return 0, 0, True
    except UnicodeDecodeError:
        pass
    good, bad, is_cp1252 = 0, 0, True
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            letters = decoder.decode(chunk)
            broken = letters.count("\ufffd")
            bad += broken
            good += len(letters) - broken - len(letters.encode("ascii", "ignore"))
            is_cp1252 = is_cp1252 and len(chunk.translate(None, _NOT_CP1252)) == len(chunk)
    return good, bad, is_cp1252


def _find_header(path: Path, encoding: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter that separates the first filled row into most names, and those names."""
    headers = {}
    for delimiter in DELIMITERS:
        with path.open("rb") as file:
            _number, row, _problem = next(_rows(_as_text(file, encoding), delimiter), (0, [""], ""))
            headers[delimiter] = tuple(row)
    return max(headers.items(), key=lambda found: len(found[1]))


def _as_text(file: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding, errors="replace", newline="")


def _rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """(number of the first line, fields, problem) of each row that is not blank."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        first = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines = {"first": first, "last": reader.line_num}
            reason = _("Lines %(first)d to %(last)d are one field: a quotation mark is not closed.")
            yield first, [], reason % lines
            continue
        if any(field.strip() for field in row):
            yield first, row, ""
