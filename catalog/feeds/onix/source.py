"""Opens an ONIX file of any encoding and cuts it into its records, one at a time.

No more than one record is ever given to a parser of XML, and nothing that stands before the first:
a document type with entities of its own is never read, let alone expanded, and a record that is
no XML costs itself alone.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog.feeds.csv_reader import CHUNK, CannotReadFeed, NotAFile, beginning_of

_PART = 64 * 1024
# Far more than any record holds; beyond it nobody has closed one.
LONGEST_RECORD = 4 * 1024 * 1024
ROOTS = ("onixmessage", "product")
# Longer than any mark that is looked for, so that none is missed between two parts of a file.
_LONGEST_MARK = 200
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>)", re.DOTALL)
_ROOT = re.compile(r"\s*<(?:([\w.-]{1,60}):)?([\w.-]{1,60})(?=[\s/>])[^>]*>")
_HEADER = r"<(?:{0})[Hh]eader[\s>].*?</(?:{0})[Hh]eader\s*>"
_MARK = r"<(?:(!--)|(!\[CDATA\[)|(/?)(?:{0})[Pp]roduct(?=[\s/>])|(/(?:{0}){1}\s*>))"
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# What calls itself one of these may be any of them, letter by letter.
_WESTERN = ("utf-8", "ascii", "iso8859-1", "cp1252")
_TEXT = re.compile(r"iso8859|cp[0-9]|koi8|mac|gb|big5|shift_jis|euc|utf")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}


class NotOnix(CannotReadFeed):
    def __init__(self, path: Path, reason: str) -> None:
        text = _("%(path)s is no ONIX file, so nothing was imported: %(reason)s")
        super().__init__(text % {"path": path, "reason": reason})


class BrokenOff(OSError):
    """The file ends before its last record or its root does; str() says where."""


class Piece(NamedTuple):
    """One record as it stands in the file, or what is wrong with it."""

    line: int
    xml: str
    problem: str
    # How many bytes of the file are read by now.
    position: int


@dataclass(frozen=True)
class Source:
    """A file that can be read: its encoding, what its elements' names begin with, and its header."""

    path: Path
    encoding: str
    prefix: str
    root: str
    header: str

    def pieces(self) -> Iterator[Piece]:
        """All records of the file, each read as it is asked for. Raises BrokenOff."""
        with self.path.open("rb") as file:
            yield from _Cutter(file, self).pieces()


def open_source(path: Path) -> Source:
    """Look an ONIX file over. Raises CannotReadFeed if it is none."""
    try:
        start = beginning_of(path, CHUNK)
        encoding = _find_encoding(path, start)
        with path.open("rb") as file:
            head = _as_text(file, encoding).read(CHUNK)
    except OSError as error:
        raise NotAFile(path, error.strerror or str(error)) from error
    prefix, root = _find_root(path, head)
    begin = re.escape(prefix)
    before = re.split(rf"<(?:{begin})[Pp]roduct[\s/>]", head, maxsplit=1)[0]
    header = re.search(_HEADER.format(begin), before, re.DOTALL)
    return Source(path, encoding, prefix, root, header[0] if header else "")


def _find_encoding(path: Path, start: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    found = _DECLARED.search(start[:1000])
    declared = found[1].decode() if found else "utf-8"
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if not (name in _WESTERN or _TEXT.match(name)):
        words = {"encoding": declared}
        raise NotOnix(path, _("nobody knows its encoding, %(encoding)s.") % words)
    # A file that can be read byte by byte so far is not in an encoding of two bytes each.
    return "utf-8" if name in _WESTERN or name.startswith(("utf-16", "utf-32")) else declared


def _find_root(path: Path, head: str) -> tuple[str, str]:
    """The prefix and the name of the first element."""
    at = 0
    while part := _PROLOG.match(head, at):
        if part[1] and "<!ENTITY" in part[1].upper():
            raise NotOnix(path, _("it declares entities of its own, and the shop expands none."))
        at = part.end()
    root = _ROOT.match(head, at)
    if not root:
        raise NotOnix(path, _("it does not begin with an element."))
    if root[2].casefold() not in ROOTS:
        words = {"name": root[2]}
        raise NotOnix(path, _("its first element is %(name)s, not ONIXMessage.") % words)
    return f"{root[1]}:" if root[1] else "", root[2]


def _as_text(file: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    errors = "catalog.windows" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(file, encoding, errors=errors)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """A byte that is not UTF-8 means what it means in Windows' Western encoding."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("catalog.windows", _as_windows)


class _Cutter:
    """One pass through the text of a file; of what lies behind nothing is kept."""

    def __init__(self, file: io.BufferedReader, source: Source) -> None:
        self._file = file
        self._text = _as_text(file, source.encoding)
        self._mark = re.compile(_MARK.format(re.escape(source.prefix), re.escape(source.root)))
        # A lone record has no root that could end.
        self._is_whole = source.root.casefold() == "product"
        self._kept = ""
        self._at = 0
        self._line = 1

    def pieces(self) -> Iterator[Piece]:
        while self._find_start():
            yield self._cut()
        if not self._is_whole:
            raise BrokenOff(_("The file breaks off behind line %(line)d.") % {"line": self._line})

    def _find_start(self) -> bool:
        """Go to where the next record begins; False at the end of the file."""
        while mark := self._search(self._at, forget=True):
            self._at = mark.end()
            if mark[1] or mark[2]:
                self._at = self._skip(mark, forget=True)
            elif mark[4]:
                self._is_whole = True
            elif not mark[3]:
                self._forget(mark.start())
                self._at = mark.end() - mark.start()
                return True
        return False

    def _cut(self) -> Piece:
        """The record that begins where the kept text does."""
        line = self._line
        at = self._search_end(self._at)
        if at is not None and self._kept[at - 2] == "/":
            return self._take(line, at)
        while at is not None and (mark := self._search(at)):
            if mark[1] or mark[2]:
                at = self._skip(mark)
            elif mark[3]:
                if (end := self._search_end(mark.end())) is not None:
                    return self._take(line, end)
                break
            else:
                return self._leave(line, mark)
        if len(self._kept) >= LONGEST_RECORD:
            self._forget(len(self._kept) - _LONGEST_MARK)
            return Piece(line, "", _("The record is too long."), self._file.tell())
        text = _("The file breaks off within the record that begins in line %(line)d.")
        raise BrokenOff(text % {"line": line})

    def _take(self, line: int, end: int) -> Piece:
        xml = self._kept[:end]
        self._forget(end)
        return Piece(line, xml, "", self._file.tell())

    def _leave(self, line: int, mark: re.Match[str]) -> Piece:
        """Give a record up that has no end before the next begins, or its root ends."""
        self._forget(mark.start())
        reason = _("The record has no end: what follows it begins in line %(line)d.")
        return Piece(line, "", reason % {"line": self._line}, self._file.tell())

    def _skip(self, mark: re.Match[str], *, forget: bool = False) -> int:
        """Where a comment, or text in which marks mean nothing, ends."""
        end = "-->" if mark[1] else "]]>"
        at = mark.end()
        while (found := self._kept.find(end, at)) < 0:
            at = max(at, len(self._kept) - len(end))
            if forget:
                self._forget(at)
                at = 0
            if not self._fill():
                return len(self._kept)
        return found + len(end)

    def _search(self, at: int, *, forget: bool = False) -> re.Match[str] | None:
        """The next mark at or behind `at`, read on for as far as need be."""
        while not (mark := self._mark.search(self._kept, at)):
            at = max(at, len(self._kept) - _LONGEST_MARK)
            if forget:
                self._forget(at)
                at = 0
            if not self._fill():
                return None
        return mark

    def _search_end(self, at: int) -> int | None:
        """The place behind the next “>”."""
        while (found := self._kept.find(">", at)) < 0:
            at = len(self._kept)
            if not self._fill():
                return None
        return found + 1

    def _fill(self) -> bool:
        if len(self._kept) >= LONGEST_RECORD:
            return False
        more = self._text.read(_PART)
        self._kept += more
        return bool(more)

    def _forget(self, end: int) -> None:
        self._line += self._kept.count("\n", 0, end)
        self._kept = self._kept[end:]
        self._at = 0
