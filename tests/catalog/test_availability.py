from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from catalog.availability import FEW, PublishingStatus, availability, can_be_sold
from catalog.feeds.onix.codes import PRODUCT_AVAILABILITY
from catalog.models import Book
from tests.factories import BookFactory

TODAY = date(2026, 3, 14)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


def seen(**facts) -> tuple[str, str, bool]:
    book = Book(**{"price": Decimal("10.00"), "stock": 10, **facts})
    answer = availability(book, TODAY)
    return str(answer.words), answer.mark, answer.can_buy


def test_a_book_with_plenty_of_copies_is_in_stock():
    assert seen(stock=FEW + 1) == ("In stock", "in", True)


@pytest.mark.parametrize(
    ("stock", "words"),
    [(1, "Last copy in stock"), (2, "Last 2 in stock"), (3, "Last 3 in stock")],
)
def test_the_last_copies_are_counted(stock, words):
    assert seen(stock=stock) == (words, "few", True)


def test_a_book_without_copies_cannot_be_bought():
    assert seen(stock=0) == ("Out of stock, waiting list open", "wait", False)


def test_a_book_without_a_price_is_not_for_sale():
    assert seen(price=None) == ("Not for sale yet", "order", False)


def test_a_withdrawn_book_is_not_for_sale():
    withdrawn = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/London"))

    assert seen(withdrawn_at=withdrawn, on_sale_on=TOMORROW) == (
        "No longer sold here",
        "order",
        False,
    )


def test_a_book_to_come_names_its_day():
    assert seen(on_sale_on=TOMORROW, stock=0) == ("On sale from 15 March 2026", "pre", False)


def test_a_book_to_come_whose_copies_are_here_can_be_ordered_ahead():
    book = Book(price=Decimal("10.00"), stock=1, on_sale_on=TOMORROW)

    answer = availability(book, TODAY)

    assert (answer.words, answer.can_buy) == ("Pre-order, on sale 15 March 2026", True)
    assert (answer.button, answer.posted_on) == ("Pre-order", TOMORROW)


def test_what_can_be_bought_from_today_on_is_posted_at_once():
    book = Book(price=Decimal("10.00"), stock=1, on_sale_on=TODAY)

    answer = availability(book, TODAY)

    assert (answer.button, answer.is_posted_at_once) == ("Add to basket", True)


def test_neither_what_is_to_come_nor_what_is_sold_out_is_posted_at_once():
    for facts in ({"stock": 1, "on_sale_on": TOMORROW}, {"stock": 0}):
        book = Book(price=Decimal("10.00"), **facts)

        assert not availability(book, TODAY).is_posted_at_once


@pytest.mark.parametrize("day", [YESTERDAY, TODAY])
def test_a_book_is_sold_from_its_day_on(day):
    assert seen(on_sale_on=day) == ("In stock", "in", True)


@pytest.mark.parametrize(
    ("status", "words", "mark"),
    [
        ("", "Out of stock, waiting list open", "wait"),
        ("active", "Out of stock, waiting list open", "wait"),
        ("reprinting", "Reprinting", "wait"),
        ("out_of_stock", "Out of stock at the publisher", "wait"),
        ("out_of_print", "Out of print", "order"),
        ("cancelled", "Cancelled by the publisher", "order"),
        ("postponed", "Postponed by the publisher, no date yet", "order"),
        ("replaced", "Replaced by another edition", "order"),
        ("unavailable", "Not available to us", "order"),
        ("unknown", "Out of stock, no news from the publisher", "wait"),
    ],
)
def test_without_copies_readers_are_told_what_the_publisher_says(status, words, mark):
    assert seen(stock=0, publishing_status=status) == (words, mark, False)
    assert seen(stock=9, publishing_status=status) == ("In stock", "in", True)


RECALLED = {"publishing_status": "recalled"}


@pytest.mark.parametrize(
    "facts", [{}, {"stock": 0}, {"on_sale_on": TOMORROW}, {"on_sale_on": YESTERDAY}]
)
def test_what_is_recalled_is_not_sold_however_many_copies_are_here(facts):
    assert seen(**RECALLED, **facts) == ("Withdrawn by the publisher", "order", False)
    assert not can_be_sold(Book(price=Decimal("10.00"), **RECALLED, **facts), TODAY)


@pytest.mark.parametrize(
    ("status", "can_queue"),
    [
        ("recalled", False),
        ("replaced", False),
        ("unavailable", False),
        ("out_of_print", False),
        ("cancelled", False),
        ("unknown", True),
        ("reprinting", True),
        ("", True),
    ],
)
def test_readers_wait_in_line_only_for_what_may_come(status, can_queue):
    book = Book(price=Decimal("10.00"), stock=0, publishing_status=status)

    assert availability(book, TODAY).can_queue is can_queue


@pytest.mark.parametrize("status", ["out_of_print", "cancelled", "replaced", "recalled"])
def test_what_will_never_come_is_not_said_to_be_not_for_sale_yet(status):
    words, _mark, _can_buy = seen(stock=0, price=None, publishing_status=status)

    assert "yet" not in words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("postponed", "Postponed by the publisher, no date yet"),
        ("cancelled", "Cancelled by the publisher"),
        ("recalled", "Withdrawn by the publisher"),
    ],
)
def test_a_book_that_is_not_coming_names_no_day_and_cannot_be_ordered_ahead(status, words):
    assert seen(on_sale_on=TOMORROW, publishing_status=status, stock=9)[::2] == (words, False)


def test_the_publisher_has_a_say_in_what_can_be_ordered_in_advance(db):
    for status in PublishingStatus.values:
        BookFactory(title=status, on_sale_on=TOMORROW, publishing_status=status)

    to_come = set(Book.objects.to_preorder(TODAY).values_list("title", flat=True))

    assert to_come == set(PublishingStatus.values) - {"postponed", "cancelled", "recalled"}


WITHDRAWN = {"withdrawn_at": datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/London"))}
EVERY_STATE = [
    ({}, "InStock"),
    ({"stock": 1}, "LimitedAvailability"),
    ({"on_sale_on": TOMORROW}, "PreOrder"),
    ({"on_sale_on": TOMORROW, "stock": 0}, "PreOrder"),
    ({"stock": 0}, "OutOfStock"),
    ({"price": None}, ""),
    (WITHDRAWN, "Discontinued"),
    (RECALLED, "Discontinued"),
    ({"stock": 0, "publishing_status": "replaced"}, "Discontinued"),
    ({"stock": 0, "publishing_status": "unavailable"}, "OutOfStock"),
    ({"stock": 0, "publishing_status": "unknown"}, "OutOfStock"),
]


@pytest.mark.parametrize(("facts", "schema"), EVERY_STATE)
def test_every_state_has_its_name_for_machines(facts, schema):
    book = Book(**{"price": Decimal("10.00"), "stock": 10, **facts})

    assert availability(book, TODAY).schema == schema


@pytest.mark.parametrize("facts", [facts for facts, _schema in EVERY_STATE])
def test_whoever_cannot_buy_is_told_what_to_do(facts):
    book = Book(**{"price": Decimal("10.00"), "stock": 10, **facts})
    answer = availability(book, TODAY)

    assert answer.can_buy != bool(answer.next_step)


def test_a_day_to_come_stands_before_stock_and_price_before_the_day():
    assert seen(on_sale_on=TOMORROW, stock=0)[1] == "pre"
    assert seen(on_sale_on=TOMORROW, price=None)[1] == "order"


@pytest.mark.parametrize("code", PRODUCT_AVAILABILITY)
def test_copies_here_outweigh_all_that_suppliers_say_but_a_recall(code):
    status = PRODUCT_AVAILABILITY[code]
    is_recalled = code in ("46", "49")
    is_coming = not is_recalled and code not in ("01", "09")

    assert seen(publishing_status=status, on_sale_on=YESTERDAY)[2] is not is_recalled
    assert seen(publishing_status=status, on_sale_on=TOMORROW)[2] is is_coming
    assert seen(publishing_status=status, stock=0)[2] is False
