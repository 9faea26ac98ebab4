"""`manage.py export_catalogue`: the catalogue in a file, whole or not at all, and back again."""

import csv
import os
import re
import stat
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree
from onixcheck.validation import validate

from catalog.exports import books as exported
from catalog.exports import csv_file
from catalog.feeds import own
from catalog.models import Book, Genre
from shop.models import TaxRate
from tests.catalog.whole_books import FULL, IN_STORE, WITHDRAWN, fill
from tests.factories import BookFactory
from tests.processes import PROJECT, database_url
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def export(name: str = "books.csv", *options: str) -> str:
    out = StringIO()
    call_command("export_catalogue", name, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def rows(name: str = "books.csv") -> dict[str, dict[str, str]]:
    with Path(name).open(encoding="utf-8-sig", newline="") as lines:
        return {row["ean"]: row for row in csv.DictReader(lines)}


def test_a_shop_that_is_emptied_has_the_same_books_after_an_import():
    fill()
    export("before.csv")

    call_command("flush", interactive=False, verbosity=0)
    assert not Book.objects.exists()
    call_command("import_books", "before.csv", stdout=StringIO(), stderr=StringIO())
    export("after.csv")

    assert Path("after.csv").read_bytes() == Path("before.csv").read_bytes()
    assert not Path("before.report.csv").exists()
    assert Genre.objects.get(name="Crime; thrillers").parent.name == "Fiction"
    book = Book.objects.get(ean=FULL)
    assert book.title == 'The “Émile”; or, On "Education" &amp; R&D'
    assert book.published_precision == "month"
    people = book.contributions.order_by("position").values_list("contributor__name", "role")
    assert list(people)[-2:] == [("Nobody [editor]", "A01"), ("A. Voice", "E07")]
    # An import into the shop that it came from changes nothing.
    out = StringIO()
    call_command("import_books", "before.csv", stdout=out, stderr=StringIO())
    assert "0 new, 0 updated, 6 unchanged, 0 skipped" in out.getvalue()


def test_the_columns_are_those_of_the_shops_own_grammar():
    fill()

    out = export()

    table = rows()
    assert tuple(table[FULL]) == own.HEADER
    assert out.startswith("Books written: 6 (")
    assert table[FULL]["subtitle"] == "'=SUM(A1:A9)"
    assert table[FULL]["contributor_list"].startswith("Rousseau\\; Jean-Jacques; 村上 春樹; ")
    assert (
        table[FULL]["genre_list"] == "Fiction; Fiction > Crime\\; thrillers; Mind / Body \\> Soul"
    )
    assert table[FULL]["publication_date"] == "1762-05"
    assert table[IN_STORE]["title"] == "A tote bag"
    assert WITHDRAWN not in table


def test_a_byline_stands_in_for_people():
    book = BookFactory(byline="Jane Austen")

    export()

    assert rows()[book.ean]["contributor_list"] == "Jane Austen"


def test_the_catalogue_is_that_of_one_moment(monkeypatch):
    """A price that changes while the export is under way, and a book that comes in, are not in it."""
    first, last = BookFactory(), BookFactory()
    monkeypatch.setattr(exported, "CHUNK", 1)
    written = csv_file.lines_of

    def write_and_change(books):
        (outcome,) = at_once([lambda: (Book.objects.update(price=99), BookFactory())])
        assert not isinstance(outcome, Exception)
        return written(books)

    monkeypatch.setattr(csv_file, "lines_of", write_and_change)

    export()

    assert {ean: row["price"] for ean, row in rows().items()} == {
        first.ean: "10.00",
        last.ean: "10.00",
    }
    assert Book.objects.filter(price=99).count() >= 2


def test_the_parts_of_many_books_are_read_at_once():
    fill()
    with CaptureQueriesContext(connection) as few:
        export("few.csv")
    BookFactory.create_batch(30)

    with CaptureQueriesContext(connection) as many:
        export("many.csv")

    assert len(many) == len(few)


def test_onix_is_a_valid_message_of_all_books_on_sale():
    fill()
    TaxRate.objects.create(
        country="GB", tax_class="book", rate=Decimal("5.00"), valid_from=timezone.localdate()
    )

    export("books.xml", "--format", "onix")

    assert validate("books.xml", schemas=("xsd", "rng")) == []
    root = etree.parse("books.xml").getroot()
    eans = {one.text for one in root.iterfind(".//{*}ProductIdentifier/{*}IDValue")}
    assert eans == set(Book.objects.on_sale().values_list("ean", flat=True))
    assert "5" in {one.text for one in root.iterfind(".//{*}TaxRatePercent")}


def test_a_shop_that_is_emptied_has_the_same_books_after_an_import_of_onix():
    fill()
    # What nobody else can know.
    Book.objects.filter(ean=IN_STORE).delete()
    Book.objects.update(outside_rating=None, outside_ratings=0)
    export("before.xml", "--format", "onix")

    call_command("flush", interactive=False, verbosity=0)
    call_command("import_onix", "before.xml", stdout=StringIO(), stderr=StringIO())
    export("after.xml", "--format", "onix")

    assert not Path("before.report.csv").exists()
    assert but_for_the_time("after.xml") == but_for_the_time("before.xml")


def but_for_the_time(name: str) -> bytes:
    return re.sub(rb"<SentDateTime>.*?<", b"<SentDateTime><", Path(name).read_bytes())


# The file


def test_a_file_that_exists_is_replaced_only_by_force():
    BookFactory()
    Path("books.csv").write_text("mine")

    with pytest.raises(CommandError, match="exists already"):
        export()
    assert Path("books.csv").read_text() == "mine"

    export("books.csv", "--force")
    assert len(rows()) == 1
    assert os.listdir() == ["books.csv"]


def test_a_file_that_comes_up_meanwhile_is_not_replaced(monkeypatch):
    BookFactory()
    written = csv_file.lines_of

    def write_and_make(books):
        Path("books.csv").write_text("mine")
        return written(books)

    monkeypatch.setattr(csv_file, "lines_of", write_and_make)

    with pytest.raises(CommandError, match="exists already"):
        export()

    assert Path("books.csv").read_text() == "mine"
    assert os.listdir() == ["books.csv"]


@pytest.mark.parametrize(
    ("broken", "code"), [(OSError("No space left"), 1), (KeyboardInterrupt(), 130)]
)
def test_an_export_that_breaks_off_leaves_no_file(monkeypatch, broken, code):
    BookFactory.create_batch(3)
    monkeypatch.setattr(exported, "CHUNK", 1)
    written = csv_file.lines_of
    turns = iter([None, broken])

    def write_and_break(books):
        if error := next(turns):
            raise error
        assert [name[:11] for name in os.listdir()] == [".books.csv."]
        return written(books)

    monkeypatch.setattr(csv_file, "lines_of", write_and_break)

    with pytest.raises(CommandError) as told:
        export()

    assert told.value.returncode == code
    assert os.listdir() == []


@pytest.mark.parametrize("name", ["missing/books.csv", "."])
def test_a_place_where_no_file_can_be_is_refused(name):
    with pytest.raises(CommandError):
        export(name)


def test_the_owners_mask_decides_who_may_read_it():
    BookFactory()

    export()

    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(Path("books.csv").stat().st_mode) == 0o666 & ~mask


def test_an_empty_catalogue_is_a_header():
    assert export().startswith("Books written: 0")

    assert rows() == {}
    call_command("import_books", "books.csv", stdout=StringIO(), stderr=StringIO())


def test_the_standard_output_gets_the_bytes_alone(capfdbinary):
    fill()
    export("books.csv")

    out = StringIO()
    call_command("export_catalogue", "-", stdout=out, stderr=StringIO())

    assert capfdbinary.readouterr().out == Path("books.csv").read_bytes()
    assert out.getvalue() == ""


def test_a_reader_that_goes_away_is_no_crash():
    BookFactory.create_batch(3)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "export_catalogue", "-"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()

    said = process.stderr.read()

    assert process.wait(60) == 1
    assert "Traceback" not in said
    assert "The export stopped" in said
