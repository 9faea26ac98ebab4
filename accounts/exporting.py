"""Everything that the shop holds about a person, as a ZIP of JSON files."""

import json
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from .person import Part, Person, parts


def write_archive(*, person: Person, file: IO[bytes], now: datetime) -> int:
    """Write the ZIP into an open file: one JSON list a part, and a README in words.

    Rows are read and written one by one. Returns how many there were. Times are ISO 8601 in UTC,
    sums of money are texts with their currency.
    """
    written = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for part in parts():
            with archive.open(f"{part.name}.json", "w") as entry:
                written[part] = _write_rows(part, person, entry)
        readme = render_to_string(
            "accounts/export_readme.txt",
            {"person": person, "now": now, "shop": settings.SHOP, "counts": written.items()},
        )
        archive.writestr("README.txt", readme)
    return sum(written.values())


def _write_rows(part: Part, person: Person, entry: IO[bytes]) -> int:
    count = 0
    entry.write(b"[")
    for row in part.export(person):
        text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        entry.write(b",\n" if count else b"\n")
        entry.write(text.encode())
        count += 1
    entry.write(b"\n]\n" if count else b"]\n")
    return count


def counts(*, person: Person) -> dict[Part, int]:
    """How many rows of each part there are."""
    return {part: part.count(person) for part in parts()}
