"""`manage.py import_marc`: records of libraries come in, and a second time nothing changes."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.feeds.marc import reader
from catalog.models import Book, Contributor
from tests.catalog.marc import ISBN, book, data, record

from .catalogue_as_is import catalogue

pytestmark = pytest.mark.django_db

OTHER = "9780141439600"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def import_marc(content: bytes, *options: str) -> str:
    Path("records.mrc").write_bytes(content)
    out = StringIO()
    call_command("import_marc", "records.mrc", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def report() -> list[dict[str, str]]:
    with Path("records.report.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


EMMA = book(
    ("020", data("  ", f"a{ISBN} (pbk.) :", "c£9.99")),
    ("100", data("1 ", "aAusten, Jane,", "d1775-1817.")),
    ("260", data("  ", "aLondon :", "bPenguin,", "c2003.")),
    ("300", data("  ", "axii, 474 p. ;", "c20 cm.")),
)


def test_a_record_becomes_a_book():
    out = import_marc(EMMA, "--price", "9.99", "--stock", "2")

    emma = Book.objects.get()
    assert (emma.ean, emma.title, emma.byline) == (ISBN, "Emma", "Jane Austen")
    assert (emma.publisher_name, emma.pages, emma.format) == ("Penguin", 474, "paperback")
    assert (emma.published_on.year, emma.published_precision) == (2003, "year")
    assert (str(emma.price), emma.stock) == ("9.99", 2)
    assert Contributor.objects.get().sort_name == "Austen, Jane"
    assert out.startswith("1 new, 0 updated, 0 unchanged, 0 skipped")
    assert not Path("records.report.csv").exists()


def test_what_cannot_be_used_is_reported_and_its_neighbours_come_in():
    broken = EMMA[:-20] + b"x" + EMMA[-20:]
    nameless = record(("001", b"7\x1e"), ("245", data("10", "aOld")))

    out = import_marc(nameless + broken + book(isbn=OTHER))

    assert out.startswith("1 new, 0 updated, 0 unchanged, 2 skipped")
    assert [(row["line"], row["field"], row["reason"]) for row in report()] == [
        ("1", "020", "No ISBN."),
        (
            "2",
            "record",
            f"The record says that it is {len(EMMA)} bytes long, but it is {len(broken)}.",
        ),
    ]


def test_a_dry_run_changes_nothing():
    assert "it would be: 1 new" in import_marc(EMMA, "--dry-run")

    assert not Book.objects.exists()


@pytest.mark.parametrize("content", [b"", b"isbn,title\n1,a\n"])
def test_another_file_is_refused(content):
    with pytest.raises(CommandError, match=r"records\.mrc"):
        import_marc(content)

    assert not Book.objects.exists()


def test_without_pymarc_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(reader, "find_spec", lambda name: None)

    with pytest.raises(CommandError, match=r'pip install "pymarc'):
        import_marc(EMMA)


def test_real_records_come_in_once(data_folder):
    """Broken ones among them, one behind another."""
    files = sorted((data_folder / "marc").iterdir())
    content = b"".join(path.read_bytes() for path in files)

    first, before = import_marc(content), catalogue()
    again = import_marc(content)

    assert catalogue() == before
    # Two of the files have a record in common.
    assert first.startswith("46 new, 0 updated, 0 unchanged, 1")
    assert again.startswith("0 new, 0 updated, 46 unchanged, 1")
    assert Book.objects.count() == 46
