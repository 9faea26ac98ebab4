"""Staff upload a feed, see what it would change, and apply it or drop it."""

import csv
import io
import re
from contextvars import copy_context
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.tasks import default_task_backend
from django.test import override_settings
from django.utils import timezone

from accounts.person import ERASED, Person
from bookstore import auditing, queued, stopping
from catalog.feeds.kinds import Kind
from catalog.feeds.marc import reader as marc_reader
from catalog.models import Book, StockMovement
from shop import feed_files, feed_tasks, feed_work, import_runs, imports
from shop.models import FeedRun, FeedUpload
from shop.services import feeding
from shop.staff_traces import StaffTracesPart
from tests.accounts.test_staff_groups import member_of
from tests.catalog.onix_files import HEADER, isbn, message, product
from tests.conftest import tasks_run_by
from tests.factories import BookFactory, UserFactory

from .catalogue_as_is import catalogue, last_run
from .feeding import (
    CSV,
    EMMA,
    ISBN,
    MARC,
    ONIX,
    PERSUASION,
    applied,
    apply,
    looked_at,
    send,
    stored,
    upload,
    work,
)

pytestmark = pytest.mark.django_db
State = FeedUpload.State


@pytest.fixture(autouse=True)
def _unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ranks and counts the whole shop has tests of its own."""
    monkeypatch.setattr(imports, "settle_or_leave", lambda created: False)


@pytest.fixture
def private(settings) -> Path:
    return Path(settings.PRIVATE_ROOT)


@pytest.fixture
def other_import():
    """One that runs in another session of the database, until it is told to end."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [imports._LOCK])
        try:
            yield lambda: cursor.execute("SELECT pg_advisory_unlock_all()")
        finally:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()


def tasks() -> list[tuple[str, list[int]]]:
    return [(task.task.name, list(task.args)) for task in default_task_backend.results]


def page_of(made: FeedUpload) -> str:
    return f"/admin/feeds/{made.pk}/"


def text_of(client, made: FeedUpload) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(page_of(made)).text))


def rows_of(response) -> list[list[str]]:
    content = b"".join(response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


# A file is uploaded.


@pytest.mark.parametrize(
    ("content", "name", "kind", "ean"),
    [
        (ONIX, "autumn.xml", Kind.ONIX, EMMA),
        (ONIX.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "a.xml", Kind.ONIX, EMMA),
        (CSV, "books.csv", Kind.CSV, EMMA),
        (MARC, "records.mrc", Kind.MARC, ISBN),
    ],
)
def test_a_feed_of_each_kind_goes_all_the_way(staff_client, content, name, kind, ean, private):
    sent = send(staff_client, content, name, price="7.50", stock="2")
    made = FeedUpload.objects.get()
    assert sent.headers["Location"] == page_of(made)
    assert (made.kind, made.file_name, made.uploaded_by) == (kind, name, "stella@example.org")
    assert tasks() == [("work_on_feed", [made.pk])]

    work(made)
    assert (made.state, made.counts["created"]) == (State.LOOKED, 1)
    assert not Book.objects.exists()
    assert "1 new" in text_of(staff_client, made)

    staff_client.post(f"{page_of(made)}apply/")
    assert tasks() == [("work_on_feed", [made.pk])] * 2
    work(made)

    found = Book.objects.get()
    assert (found.ean, found.stock) == (ean, 2)
    assert (made.state, made.run.state, made.run.created) == (State.DONE, "done", 1)
    assert made.run.file_name == name
    assert "feed" not in stored(private)
    assert "Applied." in text_of(staff_client, made)


def test_what_comes_in_is_of_whoever_applied_it(staff_client):
    made = looked_at(stock=2)

    work(apply(made, who="otto@example.org"))

    assert StockMovement.objects.get().who == "otto@example.org"


def test_the_terms_are_those_of_the_form(staff_client):
    send(staff_client, ONIX, price="7.50", stock="3")

    made = FeedUpload.objects.get()
    assert (made.price, made.stock) == (Decimal("7.50"), 3)
    page = text_of(staff_client, made)
    assert "cost £7.50" in page
    assert "3 copies are on the shelf" in page


@pytest.mark.parametrize(
    ("content", "fields", "where", "words"),
    [
        (b"", {}, "file", "a.xml cannot be read: it is empty"),
        (b"PK\x03\x04" + b"x" * 99, {}, "file", "a.xml is not a text file (ZIP / XLSX)"),
        (b"<html><body>no</body></html>", {}, "file", "a.xml is no ONIX file"),
        (b"name,price\nEmma,1\n", {}, "file", "a.xml has no column for the title or the ISBN"),
        (CSV, {"kind": "onix"}, "file", "a.xml is no ONIX file"),
        (CSV, {"kind": "marc"}, "file", "a.xml is not a file of MARC 21 records"),
        (ONIX, {"kind": "pdf"}, "kind", "Select a valid choice"),
        (ONIX, {"price": "0"}, "price", "A price must be more than zero."),
        (ONIX, {"price": "a lot"}, "price", "Enter a number."),
        (ONIX, {"stock": "-1"}, "stock", "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(staff_client, content, fields, where, words):
    response = send(staff_client, content, "a.xml", **fields)

    assert response.status_code == 422
    assert words in "".join(response.context["form"].errors[where])
    assert not FeedUpload.objects.exists()
    assert tasks() == []


def test_without_a_file_nothing_happens(staff_client):
    response = staff_client.post("/admin/feeds/new/", {})

    assert response.status_code == 422
    assert response.context["form"].errors["file"] == ["Choose a file."]


def test_a_file_that_is_too_large_is_told_so(staff_client, settings):
    settings.FEED_UPLOAD_MB = 0

    response = send(staff_client, ONIX)

    assert "larger than 0 MB" in response.context["form"].errors["file"][0]


def test_records_of_libraries_need_their_package(staff_client, monkeypatch):
    monkeypatch.setattr(marc_reader, "find_spec", lambda name: None)

    response = send(staff_client, MARC, "records.mrc")

    assert "pymarc" in response.context["form"].errors["file"][0]


def test_a_large_file_goes_by_the_disk(staff_client, settings, private):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10

    send(staff_client, ONIX)

    made = FeedUpload.objects.get()
    assert feed_files.opened(made.folder, feed_files.FEED).read() == ONIX
    assert [path.stat().st_mode & 0o777 for path in private.rglob("feed")] == [0o600]


def test_the_same_file_is_kept_once_as_long_as_nothing_has_come_of_it(staff_client, private):
    send(staff_client, ONIX)
    again = send(staff_client, ONIX)

    made = FeedUpload.objects.get()
    assert again.headers["Location"] == page_of(made)
    assert len(tasks()) == 1
    feeding.drop(upload_id=made.pk, who="x", now=timezone.now())
    send(staff_client, ONIX)
    assert FeedUpload.objects.count() == 2


def test_nothing_of_it_is_to_be_had_but_by_the_pages(staff_client, client, private):
    made = looked_at()

    for path in private.rglob("*.csv"):
        name = path.relative_to(private)
        assert client.get(f"/media/{name}").status_code == 404
        assert client.get(f"/media/../private/{name}").status_code == 404
    assert not private.is_relative_to(django_settings.MEDIA_ROOT)
    assert client.get(f"{page_of(made)}changes.csv").status_code == 302


# It is looked at.


def test_what_would_change_is_told_book_by_book_and_as_a_file(staff_client):
    applied(message(product(form="BB")).encode())
    newer = HEADER.replace("20261101", "20261102")
    second = product(ean=PERSUASION, reference="ref-2")
    made = looked_at(message(product(form="BC"), second, header=newer).encode())

    page = text_of(staff_client, made)

    assert "1 new, format of 1 book" in page
    emma = Book.objects.get()
    link = f'<a href="/admin/catalog/book/{emma.pk}/change/">Emma</a>'
    assert link in staff_client.get(page_of(made)).text
    assert "Format Hardback Paperback" in page
    response = staff_client.get(f"{page_of(made)}changes.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="autumn-changes.csv"'
    assert rows_of(response) == [
        ["ean", "field", "before", "after"],
        [EMMA, "format", "hardback", "paperback"],
        [PERSUASION, "new", "", "Emma"],
    ]


def test_what_would_be_refused_is_told_and_a_file(staff_client):
    made = looked_at()

    assert "What would be refused or left out" in text_of(staff_client, made)
    rows = rows_of(staff_client.get(f"{page_of(made)}problems.csv"))
    assert rows[0] == ["line", "record", "field", "value", "reason", "outcome"]
    assert [row[1] for row in rows[1:]] == ["ref-2"]
    assert made.problems == [[int(rows[1][0]), *rows[1][1:]]]


def test_of_many_changes_the_page_shows_the_first_and_the_file_all(staff_client, monkeypatch):
    monkeypatch.setattr(feed_work, "MOST_SHOWN", 3)
    books = [product(ean=isbn(number), reference=f"ref-{number}") for number in range(5)]
    made = looked_at(message(*books).encode())

    assert "These are the first 3 of 5." in text_of(staff_client, made)
    assert len(rows_of(staff_client.get(f"{page_of(made)}changes.csv"))) == 6


def test_a_file_that_would_change_nothing_says_so_and_is_not_applied(staff_client):
    applied()

    made = looked_at()

    page = text_of(staff_client, made)
    assert "Nothing: the shop has all of it already." in page
    assert "Apply it" not in page
    assert staff_client.get(f"{page_of(made)}changes.csv").status_code == 404


def test_what_was_seen_is_as_of_then(staff_client):
    made = looked_at()
    assert "have changed since" not in text_of(staff_client, made)

    applied(CSV, "books.csv", kind=Kind.CSV)
    assert "have changed since" in text_of(staff_client, made)
    staff_client.post(f"{page_of(made)}again/")

    work(made)
    assert made.state == State.LOOKED
    assert "have changed since" not in text_of(staff_client, made)


def test_a_feed_that_breaks_off_fails_and_changes_nothing(staff_client):
    made = looked_at(ONIX[:-200])

    assert made.state == State.FAILED
    page = text_of(staff_client, made)
    assert "could not be read to its end" in page
    assert "Nothing was changed." in page
    assert not Book.objects.exists()


def test_a_file_that_is_gone_fails_with_a_word(private):
    made = upload()
    feed_files.delete(made.folder)

    work(made)

    assert (made.state, made.why) == (
        State.FAILED,
        "The uploaded file is no longer there. Please upload it again.",
    )


def test_another_import_is_waited_for(staff_client, other_import):
    made = upload()
    feed_tasks.work_on_feed.call(made.pk)

    made.refresh_from_db()
    assert made.state == State.LOOKING
    assert "Another import is running." in text_of(staff_client, made)
    waiting = default_task_backend.results[-1]
    assert waiting.args == [made.pk]
    assert waiting.task.run_after > timezone.now()

    other_import()
    assert "It waits for its turn." in text_of(staff_client, made)
    feed_tasks.work_on_feed.call(made.pk)
    made.refresh_from_db()
    assert made.state == State.LOOKED


def test_the_page_says_how_far_it_is_and_asks_again_by_itself(staff_client):
    made = upload()
    FeedUpload.objects.update(position=made.size // 2, records=1234)

    whole = staff_client.get(page_of(made))
    assert 'hx-trigger="every 2s"' in whole.text
    assert "Look again how far it is" in whole.text
    headers = {"HX-Request": "true", "HX-Target": "feed"}
    part = staff_client.get(page_of(made), headers=headers)
    assert part.template_name == "admin/shop/feeds/detail.html#feed"
    assert "<html" not in part.text
    assert re.search(r"(49|50) %, 1,234 records read", part.text)

    work(made)
    assert "hx-trigger" not in staff_client.get(page_of(made), headers=headers).text


# It is dropped.


@pytest.mark.parametrize("make", [upload, looked_at, lambda: looked_at(ONIX[:-200])])
def test_what_is_dropped_is_gone(staff_client, make, private, django_capture_on_commit_callbacks):
    made = make()

    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(f"{page_of(made)}drop/")
        staff_client.post(f"{page_of(made)}drop/")

    made.refresh_from_db()
    assert (made.state, made.decided_by) == (State.DROPPED, "stella@example.org")
    assert stored(private) == set()
    assert "Dropped: it has changed nothing." in text_of(staff_client, made)
    assert staff_client.get(f"{page_of(made)}problems.csv").status_code == 404


def test_one_that_is_dropped_while_it_is_looked_at_stays_dropped(monkeypatch, private):
    made = upload()
    note = feed_work._Seen.note

    def drop_and_note(seen, summary):
        feeding.drop(upload_id=made.pk, who="x", now=timezone.now())
        note(seen, summary)

    monkeypatch.setattr(feed_work._Seen, "note", drop_and_note)
    work(made)

    assert made.state == State.DROPPED
    assert stored(private) == set()


def test_what_is_applied_is_not_dropped_any_more(staff_client):
    made = apply(looked_at())

    response = staff_client.post(f"{page_of(made)}drop/", follow=True)

    assert "This cannot be done now: Being applied." in response.text
    made.refresh_from_db()
    assert made.state == State.APPLYING


def test_what_was_not_looked_at_is_not_applied(staff_client):
    made = upload()

    response = staff_client.post(f"{page_of(made)}apply/", follow=True)

    assert "This cannot be done now: Being looked at." in response.text
    made.refresh_from_db()
    assert made.state == State.LOOKING


# It is applied.


def test_applied_twice_is_applied_once(staff_client):
    made = looked_at()
    before = len(tasks())

    staff_client.post(f"{page_of(made)}apply/")
    apply(made, who="otto@example.org")
    assert len(tasks()) == before + 1

    work(made)
    work(made)
    assert made.decided_by == "stella@example.org"
    assert FeedRun.objects.count() == 1


def test_what_was_refused_can_be_read_afterwards(staff_client):
    made = applied()

    page = text_of(staff_client, made)

    assert "What was refused or left out" in page
    listed = f"/admin/shop/feedproblem/?run__id__exact={made.run_id}"
    assert listed in staff_client.get(page_of(made)).text
    assert "ref-2" in staff_client.get(listed).text
    rows = rows_of(staff_client.get(f"/admin/feeds/runs/{made.run_id}/problems.csv"))
    assert [row[1] for row in rows] == ["record", "ref-2"]


class Killed(BaseException):
    pass


def killed_behind(batches: int, monkeypatch: pytest.MonkeyPatch, made: FeedUpload) -> None:
    """The worker dies before it can note another batch, and notes nothing of it."""
    note = import_runs.note
    left = [batches]

    def note_or_die(*args):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        note(*args)

    with monkeypatch.context() as patched:
        patched.setattr(import_runs, "note", note_or_die)
        with pytest.raises(Killed):
            work(made)


@pytest.fixture
def five(monkeypatch) -> bytes:
    """A feed of three batches, with something wrong in the first and in the last."""
    monkeypatch.setattr(imports, "BATCH", 2)
    eans = ["9780000000000", *(isbn(number) for number in range(3)), "9780000000000"]
    return message(*(product(ean=ean, reference=f"ref-{n}") for n, ean in enumerate(eans))).encode()


@pytest.mark.slow
@pytest.mark.deep
def test_a_worker_that_is_killed_goes_on_and_ends_as_an_unbroken_one(five, monkeypatch):
    with transaction.atomic():
        applied(five, stock=1)
        unbroken = catalogue(), last_run()
        transaction.set_rollback(True)
    made = apply(looked_at(five, stock=1))

    killed_behind(1, monkeypatch, made)
    made.refresh_from_db()
    assert (made.state, made.run.records) == (State.APPLYING, 2)
    killed_behind(1, monkeypatch, made)
    work(made)

    assert made.state == State.DONE
    assert (catalogue(), last_run()) == unbroken
    assert FeedRun.objects.count() == 1


def test_a_worker_that_is_to_end_before_the_first_batch_leaves_no_run_going_on(five):
    made = apply(looked_at(five))

    def run() -> None:
        stopping.listen(lambda: True)
        feed_tasks.work_on_feed.call(made.pk)

    copy_context().run(run)

    made.refresh_from_db()
    assert (made.run.state, made.run.records) == ("stopped", 0)


@pytest.mark.parametrize("prepare", [upload, lambda feed: apply(looked_at(feed))])
def test_a_worker_that_is_to_end_leaves_the_rest_to_another(five, prepare):
    made = prepare(five)
    before = len(tasks())
    answers = iter([False, True])

    def run() -> None:
        stopping.listen(lambda: next(answers))
        feed_tasks.work_on_feed.call(made.pk)

    copy_context().run(run)

    made.refresh_from_db()
    assert made.is_working
    assert made.run is None or (made.run.state, made.run.records) == ("stopped", 2)
    assert len(tasks()) == before + 1
    work(made)
    assert not made.is_working
    assert not made.has_failed


@pytest.mark.slow
@pytest.mark.deep
def test_a_command_and_an_upload_leave_each_others_runs_alone(five, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "autumn.xml"
    path.write_bytes(five)
    made = apply(looked_at(five))
    killed_behind(1, monkeypatch, made)

    with pytest.raises(Exception, match="No import of this very file was ever begun"):
        call_command("import_onix", str(path), "--resume", stdout=io.StringIO())
    call_command("import_onix", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    assert FeedUpload.objects.get().run.state == "stopped"

    work(made)
    assert (made.state, made.run.state, made.run.records) == (State.DONE, "done", 5)
    assert FeedRun.objects.count() == 2


@pytest.mark.slow
def test_one_that_failed_on_the_way_is_gone_on_with(staff_client, five, private):
    made = apply(looked_at(five))
    feed = next(private.rglob("feed"))
    feed.write_bytes(five[:-1200])

    work(made)
    assert made.state == State.FAILED
    assert "could not be read to its end" in made.why
    assert "What is in by now stays." in text_of(staff_client, made)
    feed.write_bytes(five)
    staff_client.post(f"{page_of(made)}again/")

    work(made)
    assert (made.state, Book.objects.count()) == (State.DONE, 3)


def test_one_that_is_here_again_is_not_gone_on_with(staff_client):
    made = looked_at(ONIX[:-200])
    upload(ONIX[:-200])

    response = staff_client.post(f"{page_of(made)}again/", follow=True)

    assert "This very file was uploaded again meanwhile" in response.text


# What is left behind, and what is old.


def test_what_the_queue_has_lost_is_found(monkeypatch):
    made = upload()
    states = {made.pk: {"doing"}}
    monkeypatch.setattr(feed_work.queued, "states_of", lambda path, key: states[key])
    feed_tasks.find_left_feeds.call()
    assert len(tasks()) == 1

    states[made.pk] = set()
    feed_tasks.find_left_feeds.call()
    assert len(tasks()) == 2

    states[made.pk] = {"failed"}
    feed_tasks.find_left_feeds.call()
    made.refresh_from_db()
    assert made.state == State.FAILED
    assert "at fault" in made.why


def test_the_audit_names_what_the_queue_has_lost():
    (check,) = auditing.chosen(["feeds"])
    made = upload()
    assert list(check.findings()) == []

    FeedUpload.objects.update(uploaded_at=timezone.now() - timedelta(hours=2))
    words = f"upload {made.pk} (autumn.xml): looking, and the queue knows nothing of it"
    assert [finding.words for finding in check.findings()] == [words]
    with override_settings(TASKS=tasks_run_by("bookstore.tasks.ProcrastinateBackend")):
        feed_tasks.work_on_feed.enqueue(made.pk)

    assert list(check.findings()) == []
    assert queued.states_of(feed_work.TASK, made.pk) == {"todo"}


def test_what_is_old_goes_with_its_files_but_for_what_is_worked_on(private):
    applied()
    waiting = upload(CSV, "books.csv", kind=Kind.CSV)
    looked_at(ONIX[:-200])
    feed_tasks.delete_old_imports.call()
    assert FeedUpload.objects.count() == 3

    FeedUpload.objects.update(uploaded_at=timezone.now() - import_runs.KEPT * 1.01)
    FeedRun.objects.update(begun_at=timezone.now() - import_runs.KEPT * 1.01)
    feed_tasks.delete_old_imports.call()

    assert FeedUpload.objects.get() == waiting
    assert not FeedRun.objects.exists()
    assert {path.parent.name for path in private.rglob("*") if path.is_file()} == {
        str(waiting.folder)
    }


def test_it_forgets_whose_data_is_erased():
    stella = UserFactory(email="stella@example.org", is_staff=True)
    made = applied()

    StaffTracesPart().erase(Person.of(stella), timezone.now())

    made.refresh_from_db()
    assert (made.uploaded_by, made.decided_by) == (ERASED, ERASED)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"ended_at": timezone.now()}, "shop_feedupload_ends_at_a_time"),
        ({"state": "applying"}, "shop_feedupload_decided_first"),
        ({"looked_at": None}, "shop_feedupload_looked_at_first"),
        ({"decided_by": "x"}, "shop_feedupload_decided_by_somebody"),
        ({"why": "x"}, "shop_feedupload_fails_with_a_word"),
        (
            {
                "state": "done",
                "ended_at": timezone.now(),
                "decided_at": timezone.now(),
                "decided_by": "x",
            },
            "shop_feedupload_done_by_a_run",
        ),
    ],
)
def test_what_must_never_be_the_database_refuses(changes, rule):
    made = looked_at()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        FeedUpload.objects.filter(pk=made.pk).update(**changes)

    assert refusal.value.__cause__.diag.constraint_name == rule


def test_one_that_was_not_applied_has_no_run():
    run, made = applied().run, looked_at(CSV, "books.csv", kind=Kind.CSV)
    FeedUpload.objects.filter(run=run).delete()

    with pytest.raises(IntegrityError, match="shop_feedupload_runs_when_applied"):
        FeedUpload.objects.filter(pk=made.pk).update(run=run)


# The pages.


def test_staff_see_each_import_from_wherever_it_came(staff_client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("by-command.csv").write_bytes(CSV)
    call_command("import_books", "by-command.csv", stdout=io.StringIO(), stderr=io.StringIO())
    made = looked_at()

    page = staff_client.get("/admin/feeds/").text

    assert "by-command.csv" in page
    assert page_of(made) in page
    run = FeedRun.objects.get()
    assert f"/admin/shop/feedrun/{run.pk}/change/" in page
    assert "by-command.csv" in staff_client.get(f"/admin/shop/feedrun/{run.pk}/change/").text


def test_lists_and_pages_ask_the_same_however_much_there_is(
    staff_client, django_assert_num_queries
):
    made = looked_at()
    for number in range(3):
        upload(f"isbn13,title\n{EMMA},Emma {number}\n".encode(), kind=Kind.CSV)
    # Session, person, permissions; and the uploads, how many they are, the runs.
    with django_assert_num_queries(5):
        staff_client.get("/admin/feeds/")
    # The upload, the books of its changes, and three looks for what has changed since.
    with django_assert_num_queries(7):
        staff_client.get(page_of(made))


@pytest.mark.parametrize(
    ("groups", "looks", "acts"),
    [("Bookseller", True, True), ("Auditor", True, False), ("Fulfilment", False, False)],
)
def test_whoever_may_not_is_refused(groups, looks, acts):
    made = looked_at()
    client = member_of(groups)

    assert client.get(page_of(made)).status_code == (200 if looks else 403)
    assert ("Apply it" in client.get(page_of(made)).text) == acts
    assert ('href="/admin/feeds/"' in client.get("/admin/").text) == looks
    assert client.get(f"{page_of(made)}changes.csv").status_code == (200 if looks else 403)
    assert send(client, CSV, "books.csv").status_code == (302 if acts else 403)
    assert client.post(f"{page_of(made)}apply/").status_code == (302 if acts else 403)
    assert client.get(f"{page_of(made)}apply/").status_code == (405 if acts else 403)


def test_a_book_that_was_changed_by_hand_is_noticed(staff_client):
    emma = BookFactory(ean=PERSUASION)
    made = looked_at()
    FeedUpload.objects.update(looked_at=timezone.now() - timedelta(minutes=1))
    past = Book.history.model
    columns = [field.attname for field in past.tracked_fields if field.attname != "id"]
    facts = Book.objects.values(*[c for c in columns if hasattr(emma, c)]).get(pk=emma.pk)
    past.objects.create(id=emma.pk, history_date=timezone.now(), history_type="~", **facts)

    assert "have changed since" in text_of(staff_client, made)
