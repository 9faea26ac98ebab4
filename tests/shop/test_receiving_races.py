"""Two people at one delivery, at the same moment."""

import uuid
from functools import partial

import pytest
from django.utils import timezone

from catalog.models import Book, StockMovement
from shop.models import GoodsIn
from shop.services import by_hand, goods_posting, receiving
from tests.factories import BookFactory, nth_ean
from tests.threads import at_once
from tests.waitlist.lists import stock_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def delivery() -> GoodsIn:
    return receiving.begin(reference="", who="a test", now=timezone.now())


def scan(delivery: GoodsIn, number: str, key: uuid.UUID | None = None) -> None:
    receiving.scan(
        delivery_id=delivery.pk, number=number, key=key or uuid.uuid4(), now=timezone.now()
    )


def post(delivery: GoodsIn, seen: str) -> None:
    goods_posting.post(delivery_id=delivery.pk, seen=seen, who="a test", now=timezone.now())


def test_no_scan_of_two_people_is_lost(delivery):
    book = BookFactory()

    outcomes = at_once([partial(scan, delivery, book.ean) for _ in range(8)])

    assert outcomes == [None] * 8
    assert delivery.lines.get().copies == 8


def test_a_form_that_arrives_twice_at_once_counts_once(delivery):
    book, key = BookFactory(), uuid.uuid4()

    at_once([partial(scan, delivery, book.ean, key) for _ in range(4)])

    assert delivery.lines.get().copies == 1


def test_of_two_who_post_at_once_one_does(delivery):
    books = BookFactory.create_batch(3, stock=0)
    for book in books:
        scan(delivery, book.ean)
    seen = goods_posting.look_at(delivery, now=timezone.now()).token

    outcomes = at_once([partial(post, delivery, seen) for _ in range(4)])

    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, goods_posting.IsPosted) for outcome in outcomes) == 3
    assert [stock_of(book) for book in books] == [1, 1, 1]


def test_a_scan_while_it_is_posted_is_posted_or_refused_and_never_lost(delivery):
    book = BookFactory(stock=0)
    scan(delivery, book.ean)
    seen = goods_posting.look_at(delivery, now=timezone.now()).token

    posted, scanned = at_once([partial(post, delivery, seen), partial(scan, delivery, book.ean)])

    told = [type(outcome).__name__ for outcome in (posted, scanned)]
    assert told in (["NoneType", "IsClosed"], ["SplitHasChanged", "NoneType"])
    assert delivery.lines.get().copies == (1 if posted is None else 2)
    assert stock_of(book) == (1 if posted is None else 0)


def test_two_who_add_the_same_unknown_book_make_one(delivery):
    other = receiving.begin(reference="", who="a test", now=timezone.now())
    lines = []
    for begun in (delivery, other):
        scan(begun, nth_ean(9_999_999))
        lines.append(begun.lines.get())

    outcomes = at_once(
        [
            partial(
                receiving.add_book,
                delivery_id=line.delivery_id,
                line_id=line.pk,
                title="Emma",
                byline="Jane Austen",
                price=None,
                who="a test",
                now=timezone.now(),
            )
            for line in lines
        ]
    )

    first, second = outcomes
    assert first.book == second.book
    assert Book.history.filter(id=first.book.pk).count() == 1


def test_of_two_counts_of_one_stock_the_second_is_asked_again():
    book = BookFactory(stock=5)

    def count(copies: int) -> None:
        by_hand.set_stock(
            book_id=book.pk,
            wanted=by_hand.Wanted(copies=copies, change=None, stock_seen=5, split_seen=""),
            reason=StockMovement.Reason.LOST,
            why="a count",
            who="a test",
            now=timezone.now(),
        )

    outcomes = at_once([partial(count, 4), partial(count, 3)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StockHasChanged"]
    assert stock_of(book) in (3, 4)
