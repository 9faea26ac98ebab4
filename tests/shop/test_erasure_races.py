"""Somebody has their data erased while others change the books of their reviews and waiting lists."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import erasing
from accounts.models import User
from accounts.person import Person
from catalog.models import Book, StockMovement, Work
from reviews.models import Review
from reviews.personal_data import ReviewsPart
from shop.cart import Shopper
from shop.models import Order
from shop.services import cancelling, checkout
from tests.factories import BookFactory, UserFactory
from tests.reviews.readers import ratings_of, write
from tests.threads import at_once
from tests.waitlist.lists import join, sold_out
from waitlist import holds, offers
from waitlist.models import PreBooking
from waitlist.personal_data import PreBookingsPart

from .conftest import fill, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def stop_before(meeting, monkeypatch) -> Callable[[object, str], None]:
    def patch(where: object, name: str) -> None:
        act = getattr(where, name)

        def stop(*given: Any, **named: Any) -> Any:
            return meeting.stop(partial(act, *given, **named))

        monkeypatch.setattr(where, name, stop)

    return patch


def review(book: Book, user: User) -> None:
    """A review by somebody whom the order, which is long over, does not keep from leaving."""
    write(book, user=user)
    Order.objects.filter(user=user).update(user=None)


def erase(user: User) -> int:
    return erasing.erase(person=Person.of(user), now=timezone.now())


def deliver(*books: Book) -> None:
    with transaction.atomic():
        holds.receive(
            {book.pk: 1 for book in books},
            reason=StockMovement.Reason.DELIVERY,
            who="a test",
            at=timezone.now(),
        )


def test_erasing_waits_for_an_order_that_has_begun_of_a_book_that_they_reviewed(
    shopper, delivery, meeting, stop_before
):
    book = BookFactory(stock=5)
    review(book, shopper)
    fill(Shopper(user=shopper), book)
    stop_before(checkout, "_take_copies")

    ordered, refused = at_once(
        [
            partial(place, Shopper(user=shopper)),
            partial(meeting.join, partial(erase, shopper)),
        ]
    )

    assert (type(ordered), type(refused)) == (Order, erasing.CannotErase)
    assert Review.objects.filter(user=shopper).exists()


def test_erasing_waits_for_an_order_of_theirs_that_is_being_cancelled(
    shopper, delivery, meeting, stop_before
):
    book = BookFactory(stock=5)
    review(book, shopper)
    fill(Shopper(user=shopper), book)
    order = place(Shopper(user=shopper))
    stop_before(offers, "take_back")
    cancel = partial(
        cancelling.cancel_order, number=order.number, who=shopper.email, now=timezone.now()
    )

    cancelled, refused = at_once([cancel, partial(meeting.join, partial(erase, shopper))])

    assert type(cancelled) is Order
    assert "A payment for order" in str(refused)
    order.refresh_from_db()
    book.refresh_from_db()
    assert (order.status, book.stock) == (Order.Status.CANCELLED, 5)


@pytest.mark.parametrize("part", [ReviewsPart, PreBookingsPart])
def test_a_delivery_of_books_that_they_reviewed_and_wait_for_comes_in_meanwhile(
    part, meeting, stop_before
):
    awaited, reviewed = sold_out(), BookFactory(stock=5)
    leaver = UserFactory()
    review(reviewed, leaver)
    _theirs, next_one = join(awaited, user=leaver), join(awaited)
    stop_before(part, "lock")

    outcomes = at_once(
        [partial(erase, leaver), partial(meeting.join, partial(deliver, awaited, reviewed))]
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert not User.objects.filter(pk=leaver.pk).exists()
    next_one.refresh_from_db()
    assert next_one.state == PreBooking.State.OFFERED
    assert ratings_of(reviewed) == (0, 0, [0] * 5)


def test_their_books_are_locked_once_after_baskets_and_before_reviews_and_members():
    work = Work.objects.create(title="Emma")
    awaited = sold_out()
    editions = BookFactory.create_batch(2, work=work, stock=5)
    alone = BookFactory(stock=5)
    leaver = UserFactory()
    review(editions[1], leaver)
    review(alone, leaver)
    join(awaited, user=leaver)

    with CaptureQueriesContext(connection) as queries:
        erase(leaver)

    asked = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    met = [re.search(r'FROM "(\w+)"', sql)[1] for sql in asked]
    tables = [
        *("shop_order", "shop_goodsin", "shop_cart"),
        *("catalog_book", "reviews_review", "accounts_user"),
        "accounts_outboxmessage",
    ]
    assert list(dict.fromkeys(met)) == tables
    of_books = asked[met.index("catalog_book")]
    assert all(re.search(rf"\b{book.pk}\b", of_books) for book in (awaited, *editions, alone))
