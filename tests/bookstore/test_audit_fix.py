"""`manage.py audit --fix`: what is derived is made right in an open shop, all else is left to people."""

import json
import re
import threading
from collections.abc import Callable
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from bookstore import repairing
from bookstore.auditing import checks, chosen
from catalog.models import Book, Work
from reviews.models import Review
from tests.audits import findings, without_triggers
from tests.factories import BookFactory, GenreFactory, ratings
from tests.reviews.readers import by_hand, ratings_of, write
from tests.threads import at_once
from tests.waitlist.lists import join, line, sold_out

pytestmark = pytest.mark.django_db(transaction=True)


def fix(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", "--fix", *arguments, stdout=out)
    return out.getvalue()


def spoil(book: Book, **columns) -> None:
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=book.pk).update(**columns)


def wrong_ratings() -> Book:
    write(book := BookFactory(), 5)
    spoil(book, **ratings(9, 2))
    return book


def wrong_length() -> Book:
    line(book := sold_out(), 2)
    spoil(book, queue_length=7)
    return book


def wrong_tags() -> Book:
    book = BookFactory(format="pocket")
    book.genres.set([GenreFactory(parent=GenreFactory())])
    spoil(book, tags=[-1])
    return book


def wrong_votes() -> Review:
    review = write(BookFactory(), 5)
    Review.objects.filter(pk=review.pk).update(helpful_count=3)
    return review


WRONG = [
    ("ratings", wrong_ratings),
    ("queue-lengths", wrong_length),
    ("tags", wrong_tags),
    ("votes", wrong_votes),
]


@pytest.mark.parametrize(("slug", "make_wrong"), WRONG)
def test_what_is_derived_is_made_right_and_named(slug, make_wrong):
    row = make_wrong()
    assert len(findings(slug)) == 1

    text = fix("--only", slug)

    assert findings(slug) == []
    assert f"    {row._meta.verbose_name} {row.pk}\n" in text
    assert text.endswith("… ok\nRepaired: 1.\n")
    assert "Repaired: 0." in fix("--only", slug)


@pytest.mark.parametrize(("slug", "make_wrong"), WRONG)
def test_a_row_that_is_right_again_meanwhile_is_left_and_not_named(slug, make_wrong):
    row = make_wrong()
    [check] = chosen([slug])

    assert list(repairing.repair(check, [row.pk])) == [row.pk]
    assert list(repairing.repair(check, [row.pk])) == []


def test_stars_that_the_worker_has_yet_to_tag_are_no_reason_to_write():
    book = wrong_tags()
    fix("--only", "tags")
    Book.objects.filter(pk=book.pk).update(**ratings(9, 2))
    [check] = chosen(["tags"])

    assert list(repairing.repair(check, [book.pk])) == []


def test_all_editions_of_a_work_get_the_ratings_of_its_living_reviews():
    work = Work.objects.create(title="Emma")
    editions = [BookFactory(work=work), BookFactory(work=work)]
    write(editions[0], 5)
    write(editions[1], 2)
    for book in editions:
        spoil(book, **ratings(1, 1))

    fix("--only", "ratings")

    assert [ratings_of(book) for book in editions] == [(7, 2, [0, 1, 0, 0, 1])] * 2


def test_made_up_ratings_go():
    book = BookFactory(rating_sum=9, rating_count=2)

    fix()

    assert ratings_of(book) == (0, 0, [0] * 5)


def test_what_people_must_look_at_is_left_and_said():
    lengthy, short = wrong_length(), BookFactory(stock=2)
    spoil(short, stock=7)
    out = StringIO()

    with pytest.raises(CommandError, match=r"Wrong: 1\.") as told:
        call_command("audit", "--fix", stdout=out)

    assert told.value.returncode == 1
    assert f"    book {short.pk} ({short.ean}): stock 7, movements 2" in out.getvalue()
    assert out.getvalue().endswith("Repaired: 1.\nLeft to people: stock 1.\n")
    assert Book.objects.get(pk=lengthy.pk).queue_length == 2
    assert Book.objects.get(pk=short.pk).stock == 7


def test_programs_read_what_was_repaired():
    book = wrong_length()

    told = json.loads(fix("--json", "--only", "queue-lengths", "stock"))

    assert [check["slug"] for check in told["checks"]] == ["stock", "queue-lengths"]
    assert told["repairs"] == [{"slug": "queue-lengths", "ids": [book.pk]}]
    [again] = told["checked_again"]
    assert (again["slug"], again["findings"]) == ("queue-lengths", [])
    assert (told["repaired"], told["wrong"]) == (1, 0)


def test_many_are_repaired_in_batches(monkeypatch):
    monkeypatch.setattr(repairing, "BATCH", 2)
    books = [BookFactory(rating_sum=5, rating_count=1) for _ in range(5)]

    text = fix("--only", "ratings")

    repaired = [f"    book {book.pk}" for book in books]
    assert [line for line in text.splitlines() if line in repaired] == repaired


def stopping(meeting, words: str) -> Callable:
    """A wrapper of statements that has the one with these words wait until somebody else is there."""

    def wrapper(execute, sql, params, many, context):
        run = partial(execute, sql, params, many, context)
        return meeting.stop(run) if words in sql else run()

    return wrapper


@pytest.mark.parametrize(
    ("slug", "make_wrong", "arrive"),
    [
        ("ratings", wrong_ratings, lambda book: write(book, 3)),
        ("queue-lengths", wrong_length, join),
    ],
)
def test_what_comes_in_while_a_row_is_repaired_is_counted(slug, make_wrong, arrive, meeting):
    book = make_wrong()

    def fix_and_stop() -> str:
        with connection.execute_wrapper(stopping(meeting, "UPDATE catalog_book")):
            return fix("--only", slug)

    outcomes = at_once([fix_and_stop, lambda: meeting.join(partial(arrive, book))])

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert f"    book {book.pk}\n" in outcomes[0]
    assert_right(book)


@pytest.mark.parametrize(
    ("slug", "make_wrong", "arrive"),
    [
        ("ratings", wrong_ratings, lambda book: write(book, 3)),
        ("queue-lengths", wrong_length, join),
    ],
)
def test_a_repair_waits_for_whoever_came_first(slug, make_wrong, arrive, meeting):
    book = make_wrong()

    def arrive_and_stop() -> None:
        with transaction.atomic():
            arrive(book)
            meeting.stop(lambda: None)

    outcomes = at_once([arrive_and_stop, lambda: meeting.join(partial(fix, "--only", slug))])

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert_right(book)


def assert_right(book: Book) -> None:
    assert findings("ratings", "queue-lengths") == []
    assert ratings_of(book) == by_hand(book)
    assert Book.objects.get(pk=book.pk).queue_length == book.pre_bookings.living().count()


def test_a_row_that_stays_held_is_left_and_said_and_the_others_repaired(monkeypatch):
    monkeypatch.setattr(repairing, "PATIENCE", "50ms")
    held, free = wrong_ratings(), wrong_ratings()
    outcomes: list[object] = []

    def fix_elsewhere() -> None:
        try:
            outcomes.append(fix("--only", "ratings"))
        except CommandError as error:
            outcomes.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Book.objects.select_for_update().get(pk=held.pk)
        other = threading.Thread(target=fix_elsewhere)
        other.start()
        other.join(10)

    [refusal] = outcomes
    assert str(refusal) == "Wrong: 1."
    assert ratings_of(held) == (9, 2, [0, 0, 0, 1, 1])
    assert ratings_of(free) == (5, 1, [0, 0, 0, 0, 1])


def test_a_second_fix_is_refused_and_a_look_is_not():
    book = wrong_length()

    with repairing.only_repair():
        refused, looked = at_once([fix, partial(call_command, "audit", "--only", "stock")])

    assert isinstance(refused, CommandError)
    assert "Another audit --fix is running." in str(refused)
    assert looked is None
    assert Book.objects.get(pk=book.pk).queue_length == 7
    assert "Repaired: 1." in fix()


def test_ctrl_c_keeps_whole_batches_and_lets_the_next_one_in(monkeypatch):
    monkeypatch.setattr(repairing, "BATCH", 1)
    first, second = wrong_length(), wrong_length()
    out = StringIO()

    def stop_at_the_second(execute, sql, params, many, context):
        if "UPDATE catalog_book" in sql and params["keys"] == [second.pk]:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    stopped = pytest.raises(CommandError, match="Stopped")
    with stopped as told, connection.execute_wrapper(stop_at_the_second):
        call_command("audit", "--fix", stdout=out)

    assert told.value.returncode == 130
    assert f"    book {first.pk}\n" in out.getvalue()
    lengths = dict(Book.objects.values_list("pk", "queue_length"))
    assert lengths == {first.pk: 2, second.pk: 7}
    assert "Repaired: 1." in fix()


def test_what_a_repair_writes_is_derived_alone():
    written = {
        column
        for check in checks()
        for clause in re.findall(r"SET\s(.*?)(?:WHERE|FROM)", check.repair, re.DOTALL)
        for column in re.findall(r"(\w+) = ", clause)
    }

    assert written == {
        *("rating_counts", "rating_count", "rating_sum"),
        *("queue_length", "tags", "helpful_count"),
    }
