"""Several people count at once, and somebody posts meanwhile."""

import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from catalog.models import Book, StockMovement
from shop.cart import Shopper
from shop.models import StockTake, StockTakeLine
from shop.services import counting, posting_counts
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.threads import at_once

from .conftest import fill, place
from .stock_taking import stock_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def book() -> Book:
    return BookFactory(stock=9)


@pytest.fixture
def take(book) -> StockTake:
    return begin()


def begin(key: uuid.UUID | None = None) -> StockTake:
    scope, key = StockTake.Scope.BOOKS, key or uuid.uuid4()
    return counting.begin(scope=scope, shelf="", key=key, who="ann", now=timezone.now())


def scanning(take: StockTake, book: Book, key: uuid.UUID | None = None) -> Callable[[], object]:
    said = {"key": key or uuid.uuid4(), "who": "ann", "now": timezone.now()}
    return lambda: counting.scan(take_id=take.pk, number=book.ean, **said)


def posting(take: StockTake) -> Callable[[], object]:
    now = timezone.now()
    seen = posting_counts.review(take, now=now).seen
    return lambda: posting_counts.post(take_id=take.pk, seen=seen, who="ann", now=now)


def refusals(outcomes: list[object]) -> list[str]:
    return sorted(type(each).__name__ for each in outcomes if isinstance(each, Exception))


def test_no_scan_is_lost(take, book):
    outcomes = at_once(scanning(take, book) for _person in range(8))

    assert refusals(outcomes) == []
    assert StockTakeLine.objects.get().counted == 8


def test_a_scan_that_is_sent_many_times_counts_once(take, book):
    key = uuid.uuid4()

    outcomes = at_once(scanning(take, book, key) for _time in range(6))

    assert refusals(outcomes) == []
    assert StockTakeLine.objects.get().counted == 1


def test_a_form_that_begins_a_count_is_one_count(book):
    key = uuid.uuid4()

    outcomes = at_once((lambda: begin(key)) for _time in range(6))

    assert refusals(outcomes) == []
    assert StockTake.objects.count() == 1


def test_posting_at_once_is_posting_once(take, book):
    scanning(take, book)()

    outcomes = at_once(posting(take) for _person in range(5))

    assert refusals(outcomes) == ["IsClosed"] * 4
    assert stock_of(book) == 1


def test_a_scan_is_posted_or_refused(take, book):
    """Whoever scans while somebody posts is told; or else whoever posts has to look again."""
    scanning(take, book)()

    outcomes = at_once([posting(take), scanning(take, book)])

    assert refusals(outcomes) in (["IsClosed"], ["HasChanged"])
    line, is_posted = StockTakeLine.objects.get(), StockTake.objects.get().is_posted
    assert (line.counted, is_posted, stock_of(book)) in [(1, True, 1), (2, False, 9)]


def test_two_counts_that_miss_the_same_copy_take_it_away_once(book):
    takes = [begin(), begin()]
    for take in takes:
        for _copy in range(8):
            scanning(take, book)()

    outcomes = at_once(posting(take) for take in takes)

    assert refusals(outcomes) == ["NotReady"]
    assert stock_of(book) == 8


def test_sales_while_a_count_is_posted_sell_no_copy_that_is_missing(take, book):
    DeliveryMethodFactory()
    shoppers = [Shopper(token=uuid.uuid4()) for _shopper in range(4)]
    for shopper in shoppers:
        fill(shopper, book)
    for _copy in range(5):
        scanning(take, book)()

    def buying(shopper: Shopper) -> Callable[[], object]:
        return lambda: place(shopper)

    outcomes = at_once([posting(take), *map(buying, shoppers)])

    assert refusals(outcomes) == []
    assert stock_of(book) == 1
    assert StockMovement.objects.filter(reason="correction").count() == 1
