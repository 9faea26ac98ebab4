"""A review goes with the order that it rests on, and its writer is told once."""

from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import Book, Work
from reviews import moderation, tasks, unbought
from reviews.models import Review, ReviewReport
from reviews.personal_data import ReviewsPart
from shop.models import DeliveryMethod, Order, Refund
from shop.services import fulfilling, posting, refunds
from tests.audits import found_by
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.shop.conftest import order_through_pages, pay

from .readers import TEXT, buy, delete, ratings_of, write
from .test_moderation import remove, report, restore

pytestmark = pytest.mark.django_db

FORM = {"rating": "5", "title": "A joy", "text": TEXT, "shown_as": "Sam S."}
BOUGHT = "A review names an edition"


@pytest.fixture
def work() -> Work:
    return Work.objects.create(title="Emma")


@pytest.fixture
def emma(work) -> Book:
    return BookFactory(title="Emma", work=work, stock=9, format="hardback")


def cancel(order: Order, at: datetime | None = None) -> None:
    """As it stands in the database afterwards, with no money or copies behind it."""
    to = Order.Fulfilment.CANCELLED
    fulfilling.move(order, to=to, who="a test", now=at or timezone.now())


def cancel_all(review: Review, at: datetime | None = None) -> None:
    for order in review.user.orders.all():
        cancel(order, at)


def look(**since: datetime) -> int:
    now = timezone.now()
    return unbought.withdraw(**{"since": now - unbought.LATELY, "now": now, **since})


def state_of(review: Review) -> tuple[bool, str]:
    review.refresh_from_db()
    return review.is_deleted, review.deleted_by


@pytest.fixture
def bought(shopper_client, emma) -> Order:
    """A paid order, through the pages of the checkout."""
    DeliveryMethod.objects.all().delete()
    DeliveryMethodFactory()
    return pay(order_through_pages(shopper_client, emma).number)


@pytest.fixture
def review(shopper_client, bought, emma) -> Review:
    """Of that order, through the page."""
    shopper_client.post(f"/reviews/of/{emma.ean}/write/", FORM)
    return Review.objects.get()


def test_a_review_leaves_with_its_cancelled_order_and_its_stars_with_it(
    shopper_client, client, review, bought, emma
):
    write(emma, 2)
    assert ratings_of(emma) == (7, 2, [0, 1, 0, 0, 1])
    shopper_client.post(f"/orders/{bought.number}/cancel/")

    tasks.withdraw_unbought.call()

    assert state_of(review) == (True, "order")
    assert ratings_of(emma) == (2, 1, [0, 1, 0, 0, 0])
    for page in (f"/reviews/of/{emma.ean}/", emma.get_absolute_url()):
        text = client.get(page).text
        assert "A joy" not in text
        assert text.count("Bought here") == 1


def test_its_writer_is_told_once_and_keeps_the_words(shopper_client, review, bought, emma):
    shopper_client.post(f"/orders/{bought.number}/cancel/")

    tasks.withdraw_unbought.call()
    tasks.withdraw_unbought.call()

    mail = OutboxMessage.objects.get(dedupe_key=f"review-unbought-{review.pk}")
    assert (mail.to, mail.user) == (review.user.email, review.user)
    assert mail.subject == "Your review of “Emma” left the shop with your order"
    for words in ("your order of the book was cancelled", "A joy", TEXT, "review it again"):
        assert words in mail.body, words


def test_after_a_new_paid_order_they_write_anew(shopper, shopper_client, review, bought, emma):
    shopper_client.post(f"/orders/{bought.number}/cancel/")
    look()
    write_page = f"/reviews/of/{emma.ean}/write/"
    assert "no paid order of yours" in unescape(shopper_client.get(write_page).text)

    buy(shopper, emma)
    shopper_client.post(write_page, FORM | {"rating": "3"})
    look()

    assert Review.objects.count() == 2
    assert Review.objects.living().get().rating == 3
    assert ratings_of(emma) == (3, 1, [0, 0, 1, 0, 0])


def test_what_was_posted_and_came_back_keeps_its_review(review, bought):
    now = timezone.now()
    posting.post_order(number=bought.number, tracking="", who="anna", now=now)
    line = bought.items.get()
    refunds.refund_lines(
        number=bought.number, quantities={line.pk: 1}, delivery=Decimal(0), restock=True,
        reason=Refund.Reason.RETURNED, who="anna", now=now,
    )  # fmt: skip

    assert look() == 0

    assert state_of(review) == (False, "")
    assert found_by(BOUGHT) == []


def test_an_order_of_the_same_edition_besides_is_enough(shopper, emma):
    review = write(emma, user=shopper)
    first = shopper.orders.get()
    buy(shopper, emma)
    cancel(first)

    assert look() == 0

    assert state_of(review) == (False, "")


def test_an_order_of_another_edition_is_enough_and_is_the_one_that_is_named(
    shopper, client, work, emma
):
    review = write(emma, 4, user=shopper)
    [order] = shopper.orders.all()
    paperback = BookFactory(work=work, format="paperback")
    buy(shopper, paperback)
    cancel(order)

    assert look() == 0

    assert state_of(review) == (False, "")
    assert review.book == paperback
    assert "Bought here, Paperback" in client.get(f"/reviews/of/{emma.ean}/").text
    assert ratings_of(emma) == ratings_of(paperback) == (4, 1, [0, 0, 0, 1, 0])
    assert not OutboxMessage.objects.exists()
    assert found_by(BOUGHT) == []


@pytest.mark.parametrize("status", ["pending", "payment_failed"])
def test_an_order_that_is_not_paid_keeps_no_review(emma, status):
    review = write(emma)
    cancel_all(review)
    buy(review.user, emma, status=status)

    assert look() == 1

    assert state_of(review) == (True, "order")


def test_somebody_elses_order_keeps_no_review_and_takes_none(emma):
    review, other = write(emma), write(emma)
    cancel_all(review)

    assert look() == 1

    assert state_of(review) == (True, "order")
    assert state_of(other) == (False, "")


def test_reviews_that_are_gone_already_are_left_as_they_are(emma):
    deleted, removed = delete(write(emma)), write(emma)
    remove(removed)
    mails = OutboxMessage.objects.count()
    for review in (deleted, removed):
        cancel_all(review)

    assert look() == 0

    assert state_of(deleted) == (True, "writer")
    assert state_of(removed) == (True, "staff")
    assert OutboxMessage.objects.count() == mails


def test_the_review_of_somebody_without_an_account_stays(emma):
    review = write(emma)
    order = review.user.orders.get()
    Review.objects.update(user=None)
    Order.objects.update(user=None)
    cancel(order)

    assert look() == 0

    assert state_of(review) == (False, "")
    assert found_by(BOUGHT) == []


def test_reports_of_it_need_nobodys_look(emma):
    review = write(emma)
    report(review)
    cancel_all(review)

    look()

    assert ReviewReport.objects.get().outcome == "gone"
    assert not Review.objects.reported().exists()


def test_an_order_that_was_cancelled_before_the_run_looks_back_is_not_looked_at(emma):
    review = write(emma)
    now = timezone.now()
    cancel_all(review, now - timedelta(days=31))

    assert look() == 0
    assert look(since=now - timedelta(days=32)) == 1


def test_staff_do_not_put_back_what_has_no_paid_order_any_more(emma):
    review = write(emma)
    remove(review)
    cancel_all(review)

    with pytest.raises(moderation.OrderWasCancelled, match="cancelled since"):
        restore(review)

    assert state_of(review) == (True, "staff")


def test_staff_find_it_and_read_why_it_is_gone(staff_client, emma):
    review = write(emma, title="So good")
    cancel_all(review)
    look()

    listed = staff_client.get("/admin/reviews/review/?state=deleted").text

    assert "So good" in listed
    assert "a cancelled order" in listed


def test_their_data_say_why_it_is_gone(emma):
    review = write(emma)
    cancel_all(review)
    look()
    review.refresh_from_db()

    assert ReviewsPart().describe(review)["deleted_by"] == "a cancelled order"


def test_a_review_without_a_paid_order_is_found_once_the_worker_should_have_been_there(emma):
    review = write(emma)
    now = timezone.now()
    cancel_all(review, now - timedelta(minutes=59))
    assert found_by(BOUGHT) == []

    Order.objects.update(closed_at=now - timedelta(minutes=61))

    finding = f"review {review.pk}: its writer has no paid order with {emma.ean}"
    assert found_by(BOUGHT) == [finding]
    look()
    assert found_by(BOUGHT) == []
