"""Files of ours that people open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

# The mark in front tells Excel that what follows is UTF-8.
UTF_8_MARK = "\ufeff"


def harmless(text: str) -> str:
    """`text` for a field of a CSV file: with an apostrophe before what would be run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, one by one, so that memory stays bounded; no text in it is a formula."""
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
