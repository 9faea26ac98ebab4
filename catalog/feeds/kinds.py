"""The kinds of feeds that the shop reads, and what reads each."""

import codecs
import re
from enum import StrEnum
from pathlib import Path

from django.utils.module_loading import import_string

from .reading import Reader


class Kind(StrEnum):
    CSV = "csv"
    ONIX = "onix"
    MARC = "marc"


# By name, since one may need a package that is not installed everywhere.
_READERS = {
    Kind.CSV: "catalog.feeds.reading.FeedReader",
    Kind.ONIX: "catalog.feeds.onix.reader.OnixReader",
    Kind.MARC: "catalog.feeds.marc.reader.MarcReader",
}


# How files of XML and of MARC 21 begin; a NUL beside each letter is UTF-16.
_XML = re.compile(rb"[\s\0]*<[\s\0]*[?!A-Za-z]")
_LEADER = re.compile(rb"\s*\d{5}[a-z]")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(path: Path) -> Kind:
    """What a file seems to be by how it begins; what begins like nothing else is CSV."""
    with path.open("rb") as file:
        start = file.read(1000)
    for mark in _MARKS:
        start = start.removeprefix(mark)
    if _XML.match(start):
        return Kind.ONIX
    return Kind.MARC if _LEADER.match(start) else Kind.CSV


def reader_of(kind: Kind) -> type[Reader]:
    reader: type[Reader] = import_string(_READERS[kind])
    return reader
