"""Files of ours that people open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse

# The mark in front tells Excel that what follows is UTF-8.
UTF_8_MARK = "\ufeff"


def harmless(text: str) -> str:
    """`text` for a field of a CSV file: with an apostrophe before what would be run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_file(
    name: str, headings: Iterable[Any], rows: Iterable[Iterable[Any]]
) -> StreamingHttpResponse:
    """A file `name`.csv to save. It is written while it is read, so that memory stays bounded."""
    return StreamingHttpResponse(
        _lines(chain([headings], rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """No text in them is run as a formula."""
    writer = csv.writer(_Line())
    yield UTF_8_MARK
    for row in rows:
        yield writer.writerow(
            [harmless(field) if isinstance(field, str) else field for field in row]
        )


class _Line:
    """What csv.writer writes to, which gives each line back."""

    def write(self, line: str) -> str:
        return line
