"""A review goes with the order that made its writer a buyer, if that is cancelled.

Not in the transaction of the cancelling: shop knows nothing of reviews, and locks the books of the
order later than this would lock all editions of their works. So the worker looks a little later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from shop.models import Order, OrderItem

from . import emails
from .models import Review, ReviewQuerySet
from .services import edition_bought, hold_books, paid_lines, take_out

# How far back every run looks, though it is one of many: a worker may have slept, and somebody may
# have written while their order was being cancelled.
LATELY = timedelta(days=30)


def withdraw(*, since: datetime, now: datetime) -> int:
    """Look at the reviews of books in orders that were cancelled since then; returns how many left.

    Those whose writers have another paid order of the work stay, and name that edition. All others
    are deleted softly, and their writers are told, once. Each has a transaction of its own: a run
    that breaks off is finished by the next, and two at once do what one does.
    """
    found = list(_of_cancelled_orders(since).values_list("pk", flat=True))
    return sum(_settle(review_id, now) for review_id in found)


def keep_to_purchase(review: Review) -> bool:
    """Have a locked review name an edition that its writer bought; False if there is none."""
    edition = edition_bought(user=review.user, book=review.book)
    if edition is not None and edition != review.book:
        review.name_edition(edition)
    return edition is not None


def _of_cancelled_orders(since: datetime) -> ReviewQuerySet:
    """Living reviews of whose own edition the writer's order was cancelled, with none paid besides.

    Found by the orders cancelled since then (shop_order_cancelled_by_time).
    """
    theirs = {"book": OuterRef("book"), "order__user": OuterRef("user")}
    cancelled = OrderItem.objects.filter(
        order__status=Order.Status.CANCELLED, order__closed_at__gte=since, **theirs
    )
    paid = paid_lines().filter(**theirs)
    return Review.objects.living().filter(Exists(cancelled), ~Exists(paid)).order_by("pk")


@transaction.atomic
def _settle(review_id: int, now: datetime) -> bool:
    """Whether the review was withdrawn: perhaps somebody was faster, or an order has been paid."""
    hold_books(Review.objects.filter(pk=review_id).values_list("work_key", flat=True))
    held = Review.objects.locked().living().filter(pk=review_id, user__isnull=False)
    review = held.select_related("book", "user").defer("book__search").first()
    if review is None or keep_to_purchase(review):
        return False
    take_out(review, by=Review.DeletedBy.ORDER, now=now)
    emails.write_unbought(review, now)
    return True
