"""Many prices change together, on their day, and go back."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog import history, repricing, tasks
from catalog.models import Book, PriceChange, RepricedBook, Repricing
from catalog.repricing import Rule
from tests.factories import BookFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
Kind, Ending = Repricing.Kind, Repricing.Ending
FIVE_PERCENT = Rule(Kind.PERCENT, Decimal(5), Ending.EXACT)


def prices() -> list[str]:
    return [str(price) for price in Book.objects.order_by("pk").values_list("price", flat=True)]


def planned(rule=FIVE_PERCENT, *, books=None, starts_at=None, key=None, seen=None) -> Repricing:
    books = Book.objects.all() if books is None else books
    now = timezone.now()
    return repricing.plan(
        books=books,
        rule=rule,
        scope="All books",
        starts_at=starts_at or now,
        seen=seen or repricing.preview(books, rule).token,
        key=key or uuid.uuid4(),
        who="a test",
        now=now,
    )


def work_off(change: Repricing, **how) -> Repricing:
    repricing.work_off(repricing_id=change.pk, now=timezone.now(), **how)
    change.refresh_from_db()
    return change


@pytest.mark.parametrize(
    ("kind", "value", "ending", "old", "new"),
    [
        (Kind.PERCENT, "5", Ending.EXACT, "10.00", "10.50"),
        (Kind.PERCENT, "-10", Ending.EXACT, "9.99", "8.99"),
        # A halfpenny goes up.
        (Kind.PERCENT, "5", Ending.EXACT, "0.30", "0.32"),
        (Kind.AMOUNT, "-1.50", Ending.EXACT, "10.00", "8.50"),
        (Kind.PERCENT, "5", Ending.NINETY_NINE, "10.00", "10.99"),
        (Kind.PERCENT, "4", Ending.NINETY_NINE, "10.00", "9.99"),
        (Kind.PERCENT, "1", Ending.NINETY_NINE, "0.30", "0.99"),
        (Kind.PERCENT, "5", Ending.HALVES, "10.00", "10.49"),
        (Kind.PERCENT, "8", Ending.HALVES, "10.00", "10.99"),
        (Kind.PERCENT, "5", Ending.TENS, "9.99", "10.50"),
        (Kind.AMOUNT, "-10", Ending.TENS, "10.04", "0.10"),
    ],
)
def test_a_new_price_ends_as_it_was_asked_to(kind, value, ending, old, new):
    rule = Rule(kind, Decimal(value), ending)

    assert rule.new_price(Decimal(old)) == Decimal(new)


@pytest.mark.parametrize(
    ("kind", "value", "old"),
    [
        (Kind.AMOUNT, "-10", "10.00"),
        (Kind.AMOUNT, "-10.01", "10.00"),
        (Kind.PERCENT, "-90", "0.01"),
        (Kind.PERCENT, "500", "99999999.99"),
    ],
)
def test_a_price_of_nothing_or_without_end_is_none(kind, value, old):
    assert Rule(kind, Decimal(value), Ending.NINETY_NINE).new_price(Decimal(old)) is None


def test_a_preview_changes_nothing_and_says_what_would():
    for price in ("10.00", "20.00", None, "0.02"):
        BookFactory(price=price)

    seen = repricing.preview(Book.objects.all(), FIVE_PERCENT)

    assert [(line.old, line.new) for line in seen.lines] == [
        (Decimal("10.00"), Decimal("10.50")),
        (Decimal("20.00"), Decimal("21.00")),
    ]
    assert (seen.up, seen.down, seen.unchanged, seen.mean_text) == (2, 0, 1, "+5%")
    assert prices() == ["10.00", "20.00", "None", "0.02"]


def test_a_change_is_refused_that_would_leave_nothing_of_a_price():
    BookFactory(price="0.50")
    rule = Rule(Kind.AMOUNT, Decimal(-1), Ending.EXACT)

    with pytest.raises(repricing.NothingLeft, match=r"0\.50"):
        repricing.preview(Book.objects.all(), rule)


def test_a_change_for_no_book_is_refused():
    BookFactory(price=None)

    with pytest.raises(repricing.NoBooks):
        repricing.preview(Book.objects.all(), FIVE_PERCENT)


def test_too_many_books_are_refused(monkeypatch):
    BookFactory.create_batch(3)
    monkeypatch.setattr(repricing, "MOST_BOOKS", 2)

    with pytest.raises(repricing.TooManyBooks):
        repricing.preview(Book.objects.all(), FIVE_PERCENT)


def test_prices_change_and_go_back_and_the_ledger_of_prices_knows():
    BookFactory(price="10.00"), BookFactory(price="20.00")

    change = work_off(planned())
    assert (change.state, prices()) == ("done", ["10.50", "21.00"])
    assert change.done_at
    assert PriceChange.objects.count() == 2

    repricing.undo(repricing_id=change.pk, who="another", now=timezone.now())
    assert prices() == ["10.50", "21.00"]
    work_off(change)
    assert (change.state, change.ended_by, prices()) == ("undone", "another", ["10.00", "20.00"])
    assert PriceChange.objects.count() == 4


def test_a_price_that_changed_meanwhile_is_left_alone():
    first, second = BookFactory(price="10.00"), BookFactory(price="20.00")
    change = planned()
    Book.objects.filter(pk=first.pk).update(price="11.00")

    work_off(change)

    assert prices() == ["11.00", "21.00"]
    outcomes = change.lines.order_by("book_id").values_list("outcome", flat=True)
    assert [*outcomes] == ["skipped", "changed"]
    Book.objects.filter(pk=second.pk).update(price="19.00")
    repricing.undo(repricing_id=change.pk, who="a test", now=timezone.now())
    work_off(change)
    assert prices() == ["11.00", "19.00"]
    assert [*change.lines.order_by("book_id").values_list("outcome", flat=True)] == [
        "skipped",
        "kept",
    ]


def test_nothing_happens_before_its_day():
    BookFactory(price="10.00")
    change = planned(starts_at=timezone.now() + timedelta(hours=1))

    work_off(change)
    assert (change.state, prices()) == ("planned", ["10.00"])

    repricing.work_off(repricing_id=change.pk, now=timezone.now() + timedelta(hours=2))
    change.refresh_from_db()
    assert (change.state, prices()) == ("done", ["10.50"])


def test_the_worker_does_what_is_due():
    BookFactory(price="10.00")
    due = planned()
    later = planned(starts_at=timezone.now() + timedelta(days=1))

    tasks.change_prices.func()

    due.refresh_from_db(), later.refresh_from_db()
    assert (due.state, later.state, prices()) == ("done", "planned", ["10.50"])


def test_a_planned_change_can_be_called_off_and_a_done_one_cannot():
    BookFactory(price="10.00")
    change = planned(starts_at=timezone.now() + timedelta(days=1))
    with pytest.raises(repricing.TooLate):
        repricing.undo(repricing_id=change.pk, who="a test", now=timezone.now())

    repricing.call_off(repricing_id=change.pk, who="a test", now=timezone.now())
    repricing.work_off(repricing_id=change.pk, now=timezone.now() + timedelta(days=2))
    assert prices() == ["10.00"]

    done = work_off(planned())
    with pytest.raises(repricing.TooLate):
        repricing.call_off(repricing_id=done.pk, who="a test", now=timezone.now())


def test_books_are_done_in_batches_and_a_crash_in_between_loses_none(monkeypatch):
    BookFactory.create_batch(5, price="10.00")
    monkeypatch.setattr(repricing, "BATCH", 2)
    change = planned()

    work_off(change, batches=1)
    assert (change.state, prices().count("10.50")) == ("running", 2)

    tasks.change_prices.func()
    change.refresh_from_db()
    assert (change.state, prices()) == ("done", ["10.50"] * 5)


def test_a_change_that_is_not_what_was_seen_is_refused():
    book = BookFactory(price="10.00")
    seen = repricing.preview(Book.objects.all(), FIVE_PERCENT).token
    Book.objects.filter(pk=book.pk).update(price="12.00")

    with pytest.raises(repricing.NoLongerAsSeen):
        planned(seen=seen)
    assert not Repricing.objects.exists()


def test_one_form_sent_twice_is_one_change():
    BookFactory(price="10.00")
    key = uuid.uuid4()

    assert planned(key=key) == planned(key=key)
    assert RepricedBook.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_change_each_price_once(monkeypatch):
    BookFactory.create_batch(20, price="10.00")
    monkeypatch.setattr(repricing, "BATCH", 3)
    change = planned()

    at_once([lambda: work_off(Repricing.objects.get(pk=change.pk))] * 2)

    assert prices() == ["10.50"] * 20
    assert PriceChange.objects.count() == 20


@pytest.mark.parametrize("number", [2, 20])
def test_each_changed_book_has_it_in_its_history(number, django_assert_max_num_queries):
    books = BookFactory.create_batch(number, price=Decimal("10.00"))
    change = planned()

    with django_assert_max_num_queries(30):
        work_off(change)

    for book in books:
        newest, before = history.steps_of(Book, book.pk)
        assert (before.who, newest.who, newest.reason) == ("", "a test", "Change of prices")
        assert [(step.old, step.new) for step in newest.changes] == [("10.00", "10.50")]
        # Nothing is left to catch up with.
        history.note(book, history.CHANGED, who="nobody", now=timezone.now())
        assert len(history.steps_of(Book, book.pk)) == 2
