"""The kinds of feeds that the shop reads, and what reads each."""

from enum import StrEnum

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


def reader_of(kind: Kind) -> type[Reader]:
    reader: type[Reader] = import_string(_READERS[kind])
    return reader
