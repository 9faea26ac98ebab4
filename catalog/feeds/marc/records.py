"""Takes a file of MARC 21 records (ISO 2709) apart, each record on its own.

Records are told apart by the byte that ends each of them, not by the lengths that they claim, so that
a broken one takes none of its neighbours along. Letters are decoded where somebody reads them: a bad
one spoils its own field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.values import BadValue, clean_line

END_OF_RECORD, END_OF_FIELD, SUBFIELD = b"\x1d", b"\x1e", b"\x1f"
# Line ends, the end of an old file and the mark of UTF-8 stand between records here and there.
BETWEEN = b" \t\r\n\0\x1a\xef\xbb\xbf"
CHUNK = 64 * 1024
# Five digits hold the length of a record.
LONGEST = 99_999
LEADER, ENTRY = 24, 12
LENGTH_OF_008 = 40
_LEADER = re.compile(rb"[0-9]{5}[^\x1d-\x1f]{7}[0-9]{5}[^\x1d-\x1f]{7}")
# Halves of ligatures in romanised Russian, which no cover has.
_LIGATURES = re.compile("[\ufe20-\ufe23\u0361]")
# Fields for which the script of the book stands in, where a record has both.
_IN_SCRIPT = ("100", "110", "245", "260", "264", "440", "490", "700", "710", "830")


class PymarcMissing(CannotReadFeed):
    def __init__(self) -> None:
        text = _(
            "Reading MARC needs the package pymarc, which is not installed."
            " Please install it: %(command)s"
        )
        super().__init__(text % {"command": 'pip install "pymarc>=5.4,<6"'})


class BadRecord(Exception):
    """A record that cannot be taken apart; str() is the reason, for whoever reads the report."""


class Field(NamedTuple):
    """A field with its indicators and its subfields; a control field has one without a code."""

    tag: str
    indicators: str
    subfields: Sequence[tuple[str, bytes]]
    is_utf8: bool

    def texts(self, codes: str) -> list[str]:
        """What the subfields with one of `codes` hold, as they stand. Raises BadValue."""
        found = [self._text(raw) for code, raw in self.subfields if code in codes]
        return [text for text in found if text]

    def text(self, code: str) -> str:
        """What the first filled subfield with this code holds, or "". Raises BadValue."""
        return next(iter(self.texts(code)), "")

    def pairs(self) -> list[tuple[str, str]]:
        """All subfields with their codes. Raises BadValue."""
        return [(code, self._text(raw)) for code, raw in self.subfields]

    @property
    def control(self) -> str:
        """What a control field holds: letters of ASCII, blanks and all."""
        return self.subfields[0][1].decode("ascii", "replace")

    def _text(self, raw: bytes) -> str:
        return clean_line(_LIGATURES.sub("", decode(raw, is_utf8=self.is_utf8)))


class Record(NamedTuple):
    leader: str
    fields: Sequence[Field]

    @property
    def is_text(self) -> bool:
        """Whether it is of something printed in words, and no map, music, film or record."""
        return self.leader[6] in "at"

    def tagged(self, *tags: str) -> list[Field]:
        """The fields with these tags, in the order of `tags`."""
        return [field for tag in tags for field in self.fields if field.tag == tag]

    def control(self, tag: str) -> str:
        return next((field.control for field in self.tagged(tag)), "")


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The records of a file as they stand; of what is too long to be one, the beginning."""
    left = b""
    while block := file.read(CHUNK):
        *whole, left = (left + block).split(END_OF_RECORD)
        for piece in whole:
            if piece := piece.lstrip(BETWEEN):
                yield piece + END_OF_RECORD
        left = left[: LONGEST + 1]
    if left := left.lstrip(BETWEEN):
        yield left


def parse(piece: bytes) -> Record:
    """Take one record apart. Raises BadRecord unless all its parts are where it says that they are."""
    if not piece.endswith(END_OF_RECORD):
        raise BadRecord(_("The end of the record is missing."))
    if not _LEADER.match(piece):
        raise BadRecord(_("The record does not begin with the leader of a MARC 21 record."))
    if (claimed := int(piece[:5])) != len(piece):
        lengths = {"claimed": claimed, "found": len(piece)}
        text = _("The record says that it is %(claimed)d bytes long, but it is %(found)d.")
        raise BadRecord(text % lengths)
    fields = list(_fields(piece))
    if not fields:
        raise BadRecord(_("The record has no fields."))
    # Latin letters are the same bytes in all sets, so that anything may stand in the rest.
    return Record(piece[:LEADER].decode("ascii", "replace"), _in_script(fields))


def _fields(piece: bytes) -> Iterator[Field]:
    base = int(piece[12:17])
    directory = piece[LEADER : base - 1]
    if not LEADER < base < len(piece) or piece[base - 1 : base] != END_OF_FIELD:
        raise BadRecord(_("The record has no data where it says that they begin."))
    if len(directory) % ENTRY:
        raise BadRecord(_("The list of the record’s fields is broken."))
    is_utf8 = piece[9:10] == b"a"
    for at in range(0, len(directory), ENTRY):
        entry = directory[at : at + ENTRY]
        tag, numbers = entry[:3], entry[3:]
        if not (tag.isascii() and tag.decode().isprintable() and numbers.isdigit()):
            raise BadRecord(_("The list of the record’s fields is broken."))
        begin = base + int(numbers[4:])
        field = piece[begin : begin + int(numbers[:4])]
        if not field.endswith(END_OF_FIELD):
            text = _("Field %(tag)s does not end where the record says that it does.")
            raise BadRecord(text % {"tag": tag.decode()})
        yield _field(tag.decode(), field[:-1], is_utf8=is_utf8)


def _field(tag: str, content: bytes, *, is_utf8: bool) -> Field:
    if tag.startswith("00"):
        return Field(tag, "", [("", content)], is_utf8)
    indicators, *parts = content.split(SUBFIELD)
    subfields = [(chr(part[0]), part[1:]) for part in parts if part]
    return Field(tag, f"{indicators[:2].decode('latin-1'):2}", subfields, is_utf8)


def _in_script(fields: Sequence[Field]) -> list[Field]:
    """The fields with those in place that stand again in the script of the book (in 880).

    That is what the cover has, and what whoever can read the book looks for.
    """
    scripts = {_link(field): field for field in fields if field.tag == "880"}
    found = []
    for field in fields:
        link = f"{field.tag}{_link(field)[3:6]}"
        if field.tag not in _IN_SCRIPT or not _link(field) or link not in scripts:
            found.append(field)
            continue
        # Who did what is often said in the other one alone.
        script = scripts.pop(link)
        roles = [part for part in field.subfields if part[0] in "e4"]
        found.append(script._replace(tag=field.tag, subfields=[*script.subfields, *roles]))
    alone = [field._replace(tag=link[:3]) for link, field in scripts.items()]
    return found + [field for field in alone if field.tag in _IN_SCRIPT]


def _link(field: Field) -> str:
    """What a field is linked to, as “245-01”, or ""."""
    linkage = next((raw for code, raw in field.subfields if code == "6"), b"")
    return linkage[:6].decode("ascii", "replace")


def decode(raw: bytes, *, is_utf8: bool) -> str:
    """`raw` in UTF-8, or in MARC-8 where the record does not claim the other. Raises BadValue.

    Many that do not claim it are UTF-8 all the same: the accents of MARC-8 stand before their
    letters, and that is never valid there.
    """
    has_escape = b"\x1b" in raw
    if is_utf8 or not has_escape:
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            if is_utf8:
                raise BadValue(_("The letters are not UTF-8.")) from error
    from pymarc import marc8_to_unicode

    try:
        text: str = marc8_to_unicode(raw, hide_utf8_warnings=True)
    except UnicodeDecodeError as error:
        raise BadValue(_("The letters are neither UTF-8 nor MARC-8.")) from error
    # It puts a blank for what it does not know, and drops an accent without a letter.
    if text.count(" ") > raw.count(b" ") or (not has_escape and raw[-1] >= 0xE0):
        raise BadValue(_("The letters are neither UTF-8 nor MARC-8."))
    return text
