"""`manage.py import_onix`: records become books, and an import that breaks off can be gone on with."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.utils import timezone

from catalog import stock
from catalog.feeds.kinds import Kind
from catalog.models import Book, FeedRecord
from shop import import_runs, import_writing, imports
from shop.imports import Feed
from shop.models import FeedRun
from tests.catalog.onix_files import HEADER, isbn, message, product, write_products
from tests.waitlist.lists import line

from .catalogue_as_is import catalogue, last_run

pytestmark = pytest.mark.django_db

EMMA = "9780141439587"
PERSUASION = "9780141439686"
OLDER = HEADER.replace("20261101", "20261031")
NEWER = HEADER.replace("20261101", "20261102")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ranks and counts the whole shop has tests of its own."""
    monkeypatch.setattr(imports, "settle_or_leave", lambda created: False)


def write(*products: str, header: str = HEADER) -> Path:
    path = Path("feed.xml")
    path.write_text(message(*products, header=header), encoding="utf-8")
    return path


def import_onix(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_onix", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def reasons() -> list[str]:
    return [problem.reason for problem in last_run()["problems"]]


def test_a_record_becomes_a_book_and_again_nothing():
    path = write(product())

    assert "1 new, 0 updated, 0 unchanged, 0 skipped" in import_onix(path)
    before = catalogue()
    assert "0 new, 0 updated, 1 unchanged, 0 skipped" in import_onix(path)

    assert catalogue() == before
    assert before["records"][0][:2] == ("ref-1", EMMA)


def test_a_dry_run_says_what_would_come_and_changes_nothing():
    path = write(product(), product(ean="9780000000000", reference="ref-2"))

    said = import_onix(path, "--dry-run")

    assert "Nothing was changed; it would be: 1 new, 0 updated, 0 unchanged, 1 skipped" in said
    assert not Book.objects.exists()
    assert not FeedRun.objects.exists()


def test_a_dry_run_tells_each_change_that_a_real_one_makes():
    import_onix(write(product(form="BB")))
    path = write(product(form="BC"), product(ean=PERSUASION, reference="ref-2"), header=NEWER)

    said = import_onix(path, "--dry-run", "--changes", "changes.csv")

    assert "1 new, 1 updated, 0 unchanged, 0 skipped" in said
    assert "In detail: 1 new, format of 1 book." in said
    assert "2 changes are in changes.csv" in said
    lines = Path("changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "ean,field,before,after",
        f"{EMMA},format,hardback,paperback",
        f"{PERSUASION},new,,Emma",
    ]
    assert "1 new, 1 updated, 0 unchanged, 0 skipped" in import_onix(path)
    assert "In detail" not in import_onix(path, "--dry-run")


@pytest.mark.parametrize("option", [[], ["--resume"]])
def test_changes_are_told_by_a_dry_run_alone(option):
    with pytest.raises(CommandError, match="--changes is for --dry-run"):
        import_onix(write(product()), "--changes", "changes.csv", *option)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), ("isbn,title\n", ""), ("<html><body/></html>", ""), ("<ONIXMessage", "")],
)
def test_what_is_no_onix_is_refused(text, words):
    path = Path("feed.xml")
    path.write_text(text)

    with pytest.raises(CommandError, match=words):
        import_onix(path)

    assert not Book.objects.exists()


def test_a_file_that_breaks_off_gives_what_came_before_and_says_so():
    path = write(product(), product(ean=PERSUASION, reference="ref-2"))
    path.write_text(path.read_text()[:-200])

    with pytest.raises(CommandError, match="could not be read to its end") as told:
        import_onix(path)

    assert told.value.returncode == 1
    assert Book.objects.get().ean == EMMA
    assert last_run()["state"] == "stopped"


# What senders call their records.


def test_an_older_message_changes_nothing_that_a_newer_one_has_said():
    import_onix(write(product(form="BB")))

    said = import_onix(write(product(form="BC"), header=OLDER))

    assert "1 skipped" in said
    assert reasons() == ["An older message: this record was sent again on 1 Nov 2026, 09:00."]
    assert Book.objects.get().format == "hardback"
    assert "1 updated" in import_onix(write(product(form="BC"), header=NEWER))


@pytest.mark.parametrize("together", [True, False])
def test_a_record_stays_with_its_book(together):
    two = product(), product(ean=PERSUASION)
    for products in [two] if together else two:
        import_onix(write(*([products] if isinstance(products, str) else products)))

    assert reasons() == [f"This record was of {EMMA} before; a record stays with its book."]
    assert Book.objects.get().ean == EMMA


def test_a_deleted_record_takes_its_book_off_sale_until_it_comes_again():
    import_onix(write(product()))

    assert "1 taken back" in import_onix(write(product(notification="05"), header=NEWER))
    book = Book.objects.get()
    assert book.is_withdrawn
    assert book.history.first().history_change_reason == "Its sender has deleted the record."
    assert "1 unchanged" in import_onix(write(product(notification="05"), header=NEWER))
    assert "1 updated" in import_onix(write(product(), header=NEWER))

    book.refresh_from_db()
    assert not book.is_withdrawn
    assert FeedRecord.objects.get().deleted_at is None


def test_a_book_that_staff_withdrew_stays_withdrawn():
    import_onix(write(product()))
    Book.objects.update(withdrawn_at=timezone.now())
    import_onix(write(product(notification="05")))

    import_onix(write(product()))

    assert Book.objects.get().is_withdrawn


def test_a_deleted_record_of_a_book_that_is_here_or_awaited_is_told():
    import_onix(write(product()), "--stock", "2")
    deletion = product(notification="05")

    assert "1 skipped" in import_onix(write(deletion))
    assert reasons() == ["Its sender has deleted it, but copies of Emma are here, or awaited."]
    sell_all(Book.objects.get())
    line(Book.objects.get(), 1)
    assert "1 skipped" in import_onix(write(deletion))

    assert not Book.objects.get().is_withdrawn


def sell_all(book: Book) -> None:
    Book.objects.update(price="9.99")
    with transaction.atomic():
        copies = {book.pk: book.stock}
        stock.take(copies, order_number="T-1", who="a shopper", at=timezone.now())


def test_an_older_or_unknown_deletion_changes_nothing():
    import_onix(write(product()))

    import_onix(write(product(notification="05"), header=OLDER))
    assert "1 unchanged" in import_onix(
        write(product(notification="05", reference="x", ean=isbn(7)))
    )

    assert not Book.objects.get().is_withdrawn


def test_a_deletion_before_the_record_in_one_message_is_followed_by_it():
    import_onix(write(product()))

    import_onix(write(product(notification="05"), product(), header=NEWER))

    assert not Book.objects.get().is_withdrawn


def test_a_deletion_behind_the_record_in_one_message_takes_it_back_each_time():
    path = write(product(), product(notification="05"))

    for _time in range(2):
        assert "1 taken back" in import_onix(path)
        assert Book.objects.get().is_withdrawn


@pytest.mark.parametrize("neighbours", [[], [product(ean=isbn(7), reference="ref-7")]])
def test_a_deleted_record_that_comes_again_is_of_the_book_that_it_names_then(neighbours):
    import_onix(write(product(), *neighbours))
    import_onix(write(product(notification="05")))

    assert "1 new" in import_onix(write(product(ean=PERSUASION), *neighbours, header=NEWER))

    assert Book.objects.get(ean=EMMA).is_withdrawn
    assert FeedRecord.objects.get(reference="ref-1").book.ean == PERSUASION


def test_a_deletion_that_names_another_book_takes_neither():
    other = product(ean=PERSUASION, reference="ref-2")
    import_onix(write(product(), other))

    assert "1 skipped" in import_onix(write(product(ean=PERSUASION, notification="05")))

    assert reasons() == [f"This record is of {EMMA}, and its deletion names another book."]
    assert not Book.objects.exclude(withdrawn_at=None).exists()


# Imports that break off.


@pytest.fixture
def broken_off(monkeypatch: pytest.MonkeyPatch, _unsettled: None) -> Any:
    """Imports a file in batches of four, and stops as often as is asked before a batch is noted."""
    monkeypatch.setattr(imports, "BATCH", 4)
    batches = {"left": 0}
    note = import_runs.note

    def stop_or_note(*args: Any) -> None:
        batches["left"] -= 1
        if not batches["left"]:
            raise KeyboardInterrupt
        note(*args)

    monkeypatch.setattr(import_writing.import_runs, "note", stop_or_note)

    def run(path: Path, *options: str, after: int) -> None:
        batches["left"] = after
        with pytest.raises(CommandError) as stopped:
            import_onix(path, *options)
        assert stopped.value.returncode == 130

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    "stops",
    [[2, 2], *(pytest.param(stops, marks=pytest.mark.deep) for stops in ([1], [3, 1], [1] * 4))],
)
def test_an_import_that_was_stopped_ends_as_an_unbroken_one(broken_off, stops):
    write_products(path := Path("books.xml"), 14)
    text = path.read_text().replace("<IDValue>9", "<IDValue>8", 2)
    path.write_text(text)
    with undone():
        import_onix(path, "--stock", "1")
        unbroken = catalogue(), last_run(), Path("books.report.csv").read_text()

    for number, after in enumerate(stops):
        broken_off(path, "--stock=1", *(["--resume"] if number else []), after=after)
    import_onix(path, "--stock", "1", "--resume")

    assert (catalogue(), last_run(), Path("books.report.csv").read_text()) == unbroken
    assert FeedRun.objects.count() == 1


@pytest.mark.usefixtures("_unsettled")
def test_an_import_that_loses_the_database_says_how_to_go_on(monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 4)
    write_products(path := Path("books.xml"), 6)
    write = import_writing.BatchWriter.write

    def lose(writer: Any, batch: Any) -> Any:
        if writer.summary.records:
            raise OperationalError("the connection is lost\nDETAIL: of Jane Doe")
        return write(writer, batch)

    monkeypatch.setattr(import_writing.BatchWriter, "write", lose)
    with pytest.raises(CommandError) as told:
        import_onix(path)

    assert str(told.value) == (
        "The import stopped: the connection is lost. Whole batches are in: 4 new, 0 updated,"
        " 0 unchanged, 0 skipped. Go on with --resume."
    )
    assert last_run()["state"] == "stopped"


def test_a_dry_run_that_is_stopped_has_changed_nothing(monkeypatch):
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_writing.BatchWriter, "write", stop)
    with pytest.raises(CommandError, match=r"^Stopped\. Nothing was changed\.$") as told:
        import_onix(write(product()), "--dry-run")

    assert told.value.returncode == 130


def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)

    with pytest.raises(CommandError, match=r"feed\.report\.csv cannot be written.*--report"):
        import_onix(write(product()))

    assert not FeedRun.objects.exists()


def undone() -> Any:
    class Undone(transaction.Atomic):
        def __exit__(self, *error: Any) -> None:
            transaction.set_rollback(True)
            super().__exit__(*error)

    return Undone(using=None, savepoint=True, durable=False)


def test_only_what_was_broken_off_on_these_terms_is_gone_on_with(broken_off):
    write_products(path := Path("books.xml"), 6)

    with pytest.raises(CommandError, match="No import of this very file was ever begun"):
        import_onix(path, "--resume")
    broken_off(path, "--price=5", after=2)
    with pytest.raises(CommandError, match=r"begun with --price 5.00 --stock 0"):
        import_onix(path, "--resume", "--price", "6")
    assert Book.objects.count() == 4
    import_onix(path, "--resume", "--price", "5")
    with pytest.raises(CommandError, match="was not broken off"):
        import_onix(path, "--resume", "--price", "5")

    assert Book.objects.count() == 6


def test_a_run_whose_process_died_shows_as_stopped_from_the_next_on():
    write_products(path := Path("books.xml"), 2)
    dead = import_runs.begin(Feed(path, Kind.ONIX), "0" * 64, timezone.now())

    import_onix(path)

    dead.refresh_from_db()
    assert (dead.state, last_run()["state"]) == ("stopped", "done")


def test_old_runs_are_forgotten_with_what_was_wrong():
    import_onix(write(product(ean="9780000000000")))
    assert import_runs.delete_old(now=timezone.now()) == 0

    assert import_runs.delete_old(now=timezone.now() + import_runs.KEPT * 1.01) == 1

    assert not FeedRun.objects.exists()


# Files of real publishers.


@pytest.mark.slow
@pytest.mark.usefixtures("_unsettled")
def test_every_file_is_the_same_again(data_folder):
    wrong = {}
    for path in sorted((data_folder / "onix").rglob("*.xml")):
        with undone():
            if reason := differs_again(path):
                wrong[path.name] = reason

    assert wrong == {}


def differs_again(path: Path) -> str:
    try:
        import_onix(path)
    except CommandError as refusal:
        return "" if str(refusal) else "refused without a word"
    first, run = catalogue(), last_run()
    import_onix(path)
    again = last_run()
    if catalogue() != first:
        return "the catalogue is another one"
    if again["created"] or again["updated"] or again["taken_back"]:
        return f"{again['created']} new, {again['updated']} updated"
    same = [one for one in run["problems"] if one.row_is_skipped]
    if same != [one for one in again["problems"] if one.row_is_skipped]:
        return "other records are refused"
    return "" if run["records"] == again["records"] > 0 else "no records"
