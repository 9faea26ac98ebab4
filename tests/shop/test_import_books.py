"""`manage.py import_books`: feeds of every kind come in, and a second time nothing changes."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.tasks import default_task_backend
from django.test.utils import CaptureQueriesContext
from psycopg.errors import DeadlockDetected, QueryCanceled
from stdnum.isbn import to_isbn10

from catalog import stock
from catalog.feeds import ahead
from catalog.feeds.ahead import ReadingBroke
from catalog.feeds.reading import Batch
from catalog.feeds.rows import BookRow
from catalog.feeds.writer import WriteResult, write_books
from catalog.models import (
    Book,
    Contributor,
    Genre,
    PriceChange,
    Publisher,
    Series,
    StockMovement,
    Suggestion,
    Work,
)
from catalog.search import found_among
from shop import import_writing, imports, settling
from shop.imports import only_import

pytestmark = pytest.mark.django_db

EMMA = "9780141439587"
PERSUASION = "9780141439686"
HEADER = "isbn13,title,authors,genres,publisher,price"
# Every table that an import writes, without the ledger of stock.
TABLES = (
    "catalog_booktext",
    "catalog_contribution",
    "catalog_book_genres",
    "catalog_contributor",
    "catalog_genre",
    "catalog_publisher",
    "catalog_series",
    "catalog_work",
    "catalog_pricechange",
)

type Feed = Callable[..., Path]
type Report = list[dict[str, str]]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "feed.csv"
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        return path

    return write


def import_books(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_books", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def report(name: str = "feed") -> Report:
    with Path(f"{name}.report.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def sell(book: Book, copies: int) -> None:
    with transaction.atomic():
        now = datetime(2026, 8, 1, tzinfo=UTC)
        stock.take({book.pk: copies}, order_number="T-1", who="a shopper", at=now)


def versions(table: str) -> set[tuple[object, ...]]:
    """Where each row of a table lies on disk: any write of a row moves it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid::text FROM {table}")
        return set(cursor.fetchall())


def test_a_book_is_there_with_all_that_belongs_to_it(feed: Feed) -> None:
    row = f"{EMMA},The Emma &amp; Co,Jane Austen; A. Editor [editor],Fiction; Cultural / England,Penguin,"

    import_books(feed(row), "--price", "9.99", "--stock", "3")

    book = Book.objects.get(ean=EMMA)
    assert (book.title, book.slug, book.sort_title) == ("The Emma & Co", "the-emma-co", "emma & co")
    assert (book.byline, book.publisher_name) == ("Jane Austen", "Penguin")
    assert (book.price, book.stock) == (Decimal("9.99"), 3)
    people = book.contributions.order_by("position").values_list("contributor__sort_name", "role")
    assert list(people) == [("Austen, Jane", "A01"), ("Editor, A.", "B01")]
    assert {str(genre.parent or "") + str(genre) for genre in book.genres.all()} == {
        "Fiction",
        "CulturalEngland",
    }
    movement = StockMovement.objects.get()
    assert (movement.reason, movement.who) == ("opening", "import_books feed.csv")
    assert not PriceChange.objects.exists()


def test_without_price_and_stock_a_book_is_shown_but_not_for_sale(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,,,,"))

    book = Book.objects.on_sale().get()
    assert (book.price, book.stock) == (None, 0)
    assert not StockMovement.objects.exists()


def test_price_and_stock_apply_to_new_books_only(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,,,,"), "--price", "5", "--stock", "2")

    rows = [f"{EMMA},Emma,,,,", f"{PERSUASION},Persuasion,,,,"]
    import_books(feed(*rows), "--price", "8", "--stock", "7")

    found = Book.objects.order_by("title").values_list("title", "price", "stock")
    assert list(found) == [("Emma", Decimal(5), 2), ("Persuasion", Decimal(8), 7)]


def test_a_price_in_the_feed_changes_the_price_and_leaves_a_trace(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,,,,7.50"), "--price", "5")

    import_books(feed(f"{EMMA},Emma,,,,6"))

    assert Book.objects.get().price == Decimal(6)
    change = PriceChange.objects.get()
    assert (change.old_price, change.new_price) == (Decimal("7.50"), Decimal(6))


def test_an_empty_field_and_a_missing_column_erase_nothing(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,Jane Austen,Fiction,Penguin,7.50"))

    import_books(feed(f"{EMMA},Emma,,,,"))
    import_books(feed(f"{EMMA},Emma", header="isbn13,title"))

    book = Book.objects.get()
    assert (book.byline, book.publisher_name, book.price) == ("Jane Austen", "Penguin", 7.5)
    assert book.contributions.count() == book.genres.count() == 1


def test_what_the_feed_says_differently_is_updated(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,J. Austen,Fiction,Penguin,"))

    said = import_books(feed(f"{EMMA},Emma: A Novel,Jane Austen,Classics,Vintage,"))

    book = Book.objects.get()
    assert "1 updated" in said
    assert (book.title, book.byline, book.publisher_name) == (
        "Emma: A Novel",
        "Jane Austen",
        "Vintage",
    )
    assert [str(genre) for genre in book.genres.all()] == ["Classics"]


def test_the_second_of_two_rows_for_one_book_is_skipped(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,,,,", "0141439580,Emma again,,,,"))

    assert Book.objects.get().title == "Emma"
    assert [(row["line"], row["reason"]) for row in report()] == [
        ("3", "The same book as in line 2.")
    ]


def test_bad_rows_are_reported_and_good_ones_kept(feed: Feed) -> None:
    import_books(feed("439785960,Potter,,,,", f"{EMMA},=Emma,,,,free", f"{PERSUASION},,,,,"))

    found = [(row["line"], row["field"], row["value"], row["outcome"]) for row in report()]
    assert Book.objects.get().ean == EMMA
    assert found == [
        ("2", "isbn13", "439785960", "row skipped"),
        ("3", "price", "free", "value left out"),
        ("4", "title", "", "row skipped"),
    ]


def test_a_formula_in_the_report_is_harmless(feed: Feed) -> None:
    import_books(feed("=HYPERLINK(1),Emma,,,,"))

    assert report()[0]["value"] == "'=HYPERLINK(1)"


def test_without_problems_there_is_no_report(feed: Feed, tmp_path: Path) -> None:
    import_books(feed(f"{EMMA},Emma,,,,"))

    assert [path.name for path in tmp_path.iterdir()] == ["feed.csv"]


def test_nul_bytes_long_titles_and_other_scripts(feed: Feed) -> None:
    rows = [
        f"{EMMA},Em\0ma,,,Pen\0guin,",
        f"9780141439600,{'x' * 10_000},,,,",
        f"{PERSUASION},日本の茶書,紫式部; 清少納言,詩,講談社,",
    ]

    import_books(feed(*rows))

    assert Book.objects.get(ean=EMMA).publisher_name == "Penguin"
    assert Book.objects.get(ean=PERSUASION).slug == "book"
    assert Contributor.objects.values("slug").distinct().count() == 2
    assert len(report()) == 1


def test_genres_that_differ_in_case_are_one(feed: Feed) -> None:
    import_books(
        feed(f"{EMMA},Emma,,Fiction; Art / France,,", f"{PERSUASION},P,,FICTION; France,,")
    )

    names = Genre.objects.order_by("name", "pk").values_list("name", "slug")
    # The genre at the top was made first, so that its address is the shorter one.
    assert list(names) == [
        ("Art", "art"),
        ("Fiction", "fiction"),
        ("France", "france"),
        ("France", "art-france"),
    ]
    assert Genre.objects.get(name="Fiction").book_count == 2


def test_ratings_of_readers_elsewhere_are_values_like_others(feed: Feed) -> None:
    rows = [f"{EMMA},Emma,4.23,1817", f"{PERSUASION},Persuasion,0.00,0", f"{isbn(1)},X,9.9,many"]

    import_books(feed(*rows, header="isbn13,title,avg_rating,ratings_count"))

    found = Book.objects.order_by("title").values_list("outside_rating", "outside_ratings")
    assert list(found) == [(Decimal("4.23"), 1817), (None, 0), (None, 0)]
    assert [(row["line"], row["field"]) for row in report()] == [
        ("4", "avg_rating"),
        ("4", "ratings_count"),
    ]


def test_people_whose_names_make_one_slug_stay_apart(feed: Feed) -> None:
    import_books(feed(f"{EMMA},Emma,J.K. Rowling; JK Rowling; J K Rowling,,,"))

    assert Contributor.objects.count() == 3


@pytest.mark.parametrize("header", ["isbn13,authors", "title,authors"])
def test_a_file_without_title_or_isbn_is_refused(feed: Feed, header: str) -> None:
    with pytest.raises(CommandError, match="no column for"):
        import_books(feed(f"{EMMA},Emma", header=header))

    assert not Book.objects.exists()
    assert not Path("feed.report.csv").exists()


@pytest.mark.parametrize(
    "options", [["--price", "0"], ["--price", "1.999"], ["--stock", "-1"], ["--report", "no/x.csv"]]
)
def test_impossible_options_are_refused(feed: Feed, options: list[str]) -> None:
    with pytest.raises(CommandError):
        import_books(feed(f"{EMMA},Emma,,,,"), *options)

    assert not Book.objects.exists()


def test_the_report_never_overwrites_the_feed(feed: Feed) -> None:
    path = feed("bad,Emma,,,,")

    with pytest.raises(CommandError):
        import_books(path, "--report", str(path))

    assert path.read_text().startswith(HEADER)


def test_a_dry_run_says_what_would_happen_and_writes_nothing(feed: Feed) -> None:
    path = feed(f"{EMMA},Emma,Jane Austen,Fiction,Penguin,", "bad,Emma,,,,")

    said = import_books(path, "--stock", "3", "--dry-run")

    assert "1 new" in said
    assert "1 skipped" in said
    for model in (Book, Contributor, Genre, Publisher, Series, StockMovement):
        assert not model._default_manager.exists()


@pytest.fixture
def other_session() -> Iterator[CursorWrapper]:
    """A second session of the database.

    Its locks are given back before it is closed, since the server ends a session a little later.
    """
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()


def test_a_second_import_at_the_same_time_is_refused(
    feed: Feed, other_session: CursorWrapper
) -> None:
    other_session.execute("SELECT pg_advisory_lock(7220341)")

    with pytest.raises(CommandError, match="Another import is running"):
        import_books(feed(f"{EMMA},Emma,,,,"))

    assert not Book.objects.exists()


def test_ctrl_c_leaves_whole_batches(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(rows: Sequence[BookRow], **options: Any) -> WriteResult:
        result = write_books(rows, **options)
        if rows[0].ean == PERSUASION:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(imports, "BATCH", 1)
    monkeypatch.setattr(import_writing, "write_books", write)

    with pytest.raises(CommandError, match="1 new") as stopped:
        import_books(feed(f"{EMMA},Emma,,,,", f"{PERSUASION},Persuasion,,,,"))

    assert stopped.value.returncode == 130
    assert Book.objects.get().ean == EMMA


def test_a_book_that_staff_add_meanwhile_is_found_by_a_second_look(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([IntegrityError])

    def write(rows: Sequence[BookRow], **options: Any) -> WriteResult:
        for error in looks:
            raise error
        return write_books(rows, **options)

    monkeypatch.setattr(import_writing, "write_books", write)

    assert "1 new" in import_books(feed(f"{EMMA},Emma,,,,"))


@pytest.fixture
def deadlocks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lets batches fail after they were written, as often as is said; what was written each time."""

    def fail(times: int, cause: Exception) -> list[str]:
        written = []

        def write(rows: Sequence[BookRow], **options: Any) -> WriteResult:
            result = write_books(rows, **options)
            written.extend(Book.objects.values_list("title", flat=True))
            if len(written) <= times:
                raise OperationalError("deadlock detected") from cause
            return result

        monkeypatch.setattr(import_writing, "write_books", write)
        return written

    return fail


def test_a_batch_that_meets_a_deadlock_is_written_anew(
    feed: Feed, deadlocks: Callable[..., list[str]]
) -> None:
    written = deadlocks(1, DeadlockDetected())

    said = import_books(feed(f"{EMMA},Emma,,,,"), "--price", "9.99", "--stock", "3")

    assert written == ["Emma", "Emma"]
    assert "1 new" in said
    assert Book.objects.get().stock == 3


def test_an_import_that_meets_nothing_but_deadlocks_ends(
    feed: Feed, deadlocks: Callable[..., list[str]]
) -> None:
    written = deadlocks(99, DeadlockDetected())

    with pytest.raises(CommandError, match=r"deadlock detected\. Nothing was changed"):
        import_books(feed(f"{EMMA},Emma,,,,"))

    assert 2 < len(written) < 10
    assert not Book.objects.exists()


def test_no_other_trouble_of_the_database_is_tried_again(
    feed: Feed, deadlocks: Callable[..., list[str]]
) -> None:
    written = deadlocks(99, QueryCanceled())

    with pytest.raises(CommandError, match="The import stopped"):
        import_books(feed(f"{EMMA},Emma,,,,"))

    assert written == ["Emma"]


def test_the_lock_is_free_after_a_refusal(other_session: CursorWrapper) -> None:
    with pytest.raises(RuntimeError), only_import():
        raise RuntimeError

    other_session.execute("SELECT pg_try_advisory_lock(7220341)")
    assert other_session.fetchone() == (True,)


def test_a_thousand_books_take_no_more_statements_than_two(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "settle", lambda: None)
    # It looks at tables again by what other tests left in its statistics.
    monkeypatch.setattr(settling, "analyze", lambda: None)
    rows = [f"{isbn(n)},Book {n},Author {n},Genre,House {n},5" for n in range(1002)]
    numbers = []
    for part in (rows[:2], rows[2:]):
        Genre.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            import_books(feed(*part), "--stock", "1")
        numbers.append(len(captured))
        Book.genres.through.objects.all().delete()

    assert numbers[1] <= numbers[0] < 60
    assert Book.objects.filter(stock=1).count() == 1002


def test_it_says_how_long_it_took(feed: Feed) -> None:
    assert re.search(
        r"\d+[.]\d seconds, \d+ records a second\n", import_books(feed(f"{EMMA},Emma,,,,"))
    )


def queued() -> list[str]:
    return [result.task.name for result in default_task_backend.results]


def test_a_feed_that_is_most_of_the_shop_is_settled_at_once(feed: Feed) -> None:
    said = import_books(feed(f"{EMMA},Emma,Jane Austen,Novels,,5"))

    assert "worker" not in said
    assert queued() == []
    assert Genre.objects.get().book_count == 1
    assert Suggestion.objects.filter(label="Emma").exists()


def test_a_feed_that_is_little_of_the_shop_leaves_it_to_the_worker(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "SETTLED_FROM", 2)

    said = import_books(feed(f"{EMMA},Emma,Jane Austen,Novels,,5"))

    assert "The worker brings ranks, counts and suggestions up to date." in said
    assert queued() == [
        "refresh_lists",
        "count_facets",
        "refresh_vocabulary",
        "refresh_suggestions",
    ]
    assert [book.ean for book in found_among(Book.objects.all(), "emma")] == [EMMA]


def test_a_feed_that_changes_nothing_leaves_to_the_worker_what_one_before_it_may_not_have_done(
    feed: Feed,
) -> None:
    path = feed(f"{EMMA},Emma,Jane Austen,Novels,,5")
    import_books(path)

    assert "worker" in import_books(path)
    assert "refresh_lists" in queued()


def test_a_file_that_breaks_off_leaves_whole_batches(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def batches(*arguments: Any, **options: Any) -> Iterator[Batch]:
        yield from islice(ahead.batches(*arguments, **options), 1)
        raise ReadingBroke("Stale file handle")

    monkeypatch.setattr(imports, "batches", batches)

    with pytest.raises(CommandError, match=r"Stale file handle\. Whole batches are in: 1 new"):
        import_books(feed(f"{EMMA},Emma,,,,"))

    assert Book.objects.get().ean == EMMA


def isbn(number: int) -> str:
    body = f"97818{number:07d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


@pytest.mark.slow
def test_the_real_catalogue_twice_with_a_sale_between(data_folder: Path) -> None:
    path = data_folder / "books_real.csv"
    import_books(path, "--price", "9.99", "--stock", "3")
    gilead = Book.objects.get(ean="9780002005883")
    sell(gilead, 2)
    before = {table: versions(table) for table in TABLES}
    books = versions("catalog_book")

    said = import_books(path, "--price", "9.99", "--stock", "3")

    assert "0 new, 0 updated, 10500 unchanged, 0 skipped" in said
    assert {table: versions(table) for table in TABLES} == before
    assert versions("catalog_book") == books
    assert Book.objects.get(pk=gilead.pk).stock == 1
    assert Book.objects.filter(stock=3).count() == 10_499
    assert editions_of("Fahrenheit 451") > 1
    for words in ("gilead", "marilynne robinson", "0002005883", gilead.ean):
        assert gilead in found_among(Book.objects.all(), words), words


def editions_of(title: str) -> int:
    work = Work.objects.get(title=title, key__endswith="|ray bradbury")
    return work.editions.count()


@pytest.mark.slow
def test_a_feed_of_goodreads(data_folder: Path) -> None:
    import_books(data_folder / "books_dirty.csv")

    problems = report("books_dirty")
    skipped = [row for row in problems if row["outcome"] == "row skipped"]
    prince = Book.objects.get(ean="9780439785969")
    assert Book.objects.count() == 2196
    assert {(row["field"], row["reason"]) for row in skipped} == {
        ("row", "13 fields where the header has 12.")
    }
    assert sum(row["field"] == "num_pages" for row in problems) == 76
    assert (prince.byline, prince.series_title) == (
        "J.K. Rowling and Mary GrandPré",
        "Harry Potter",
    )
    assert (prince.published_text, prince.language, prince.pages) == (
        "16 September 2006",
        "en",
        652,
    )
    assert not Book.objects.filter(title__contains="  ").exists()


@pytest.mark.slow
def test_isbns_that_a_spreadsheet_cut_short(data_folder: Path) -> None:
    import_books(data_folder / "dirty" / "excel_mangled_isbn.csv")

    skipped = [row for row in report("excel_mangled_isbn") if row["outcome"] == "row skipped"]
    # 9.7814E+12 was 1400032490.
    assert Book.objects.get(ean="9781400032495").title == "New Hope for the Dead"
    assert Book.objects.count() == 176
    assert len(skipped) == 424
    assert_no_zero_was_added()
    assert sum(row["reason"] == "The fields seem to be shifted." for row in skipped) == 2


def assert_no_zero_was_added() -> None:
    """A spreadsheet leaves zeros in front only where the last letter, an X, makes it no number."""
    with_zero = Book.objects.filter(ean__startswith="9780").values_list("ean", flat=True)
    assert with_zero
    assert {to_isbn10(ean)[-1] for ean in with_zero} == {"X"}


@pytest.mark.slow
def test_isbns_as_floating_point_numbers(data_folder: Path) -> None:
    import_books(data_folder / "dirty" / "goodbooks_float_isbn.csv")

    problems = report("goodbooks_float_isbn")
    assert Book.objects.count() == 159
    assert sum(row["reason"] == "No ISBN." for row in problems) == 329
    assert_no_zero_was_added()
    assert not Book.objects.filter(published_on__year__lt=1450).exists()


@pytest.mark.slow
def test_isbns_that_lost_their_zeros(data_folder: Path) -> None:
    import_books(data_folder / "dirty" / "bookcrossing_lost_leading_zero.csv")

    skipped = report("bookcrossing_lost_leading_zero")
    assert Book.objects.count() == 243
    assert len(skipped) == 872
    assert {row["reason"] for row in skipped} <= {
        "Only 8 digits: zeros in front were lost.",
        "Only 9 digits: zeros in front were lost.",
    }


@pytest.mark.slow
def test_rows_with_many_empty_fields(data_folder: Path) -> None:
    import_books(data_folder / "dirty" / "google7k_missing_fields.csv")

    assert Book.objects.count() == 404
    assert Book.objects.filter(byline="").exists()
    assert len(report("google7k_missing_fields")) == 1


@pytest.mark.slow
def test_a_file_without_a_header_is_refused(data_folder: Path) -> None:
    path = data_folder / "dirty" / "bookcrossing_latin1_semicolon.csv"

    with pytest.raises(CommandError, match="Its columns: 0, 1, 2, 3, 4, 5, 6, 7"):
        import_books(path)

    assert not Book.objects.exists()
