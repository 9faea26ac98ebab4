"""Builds records of MARC 21 byte by byte, right ones and wrong ones."""

from collections.abc import Iterable

ISBN = "9780141439587"

type Subfields = Iterable[tuple[str, str | bytes]]


def data(indicators: str, *subfields: str | bytes) -> bytes:
    """The content of a field; each of `subfields` begins with its code."""
    parts = [part.encode() if isinstance(part, str) else part for part in subfields]
    return indicators.encode() + b"".join(b"\x1f" + part for part in parts) + b"\x1e"


def record(*fields: tuple[str, bytes], leader: str = "00000cam a2200000 a 4500") -> bytes:
    """A whole record with the content of each field under its tag."""
    directory, contents = b"", b""
    for tag, content in fields:
        directory += f"{tag}{len(content):04}{len(contents):05}".encode()
        contents += content
    base = 24 + len(directory) + 1
    length = base + len(contents) + 1
    head = f"{length:05}{leader[5:12]}{base:05}{leader[17:]}".encode()
    return head + directory + b"\x1e" + contents + b"\x1d"


def book(*fields: tuple[str, bytes], isbn: str = ISBN, leader: str = "00000cam a2200000 a 4500"):
    """A record with a control number, an ISBN and a title; `fields` replace those with their tags."""
    tags = {tag for tag, _content in fields}
    usual = [
        ("001", b"ocm1\x1e"),
        ("003", b"OCoLC\x1e"),
        ("020", data("  ", f"a{isbn}")),
        ("245", data("10", "aEmma /", "cJane Austen.")),
    ]
    kept = [field for field in usual if field[0] not in tags]
    return record(*sorted([*kept, *fields], key=lambda field: field[0]), leader=leader)
