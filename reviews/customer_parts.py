"""What reviews show of a customer to staff: see accounts/customers.py."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.customers import CustomerPart
from accounts.person import Person

from .models import Review


def _reviews(person: Person, most: int, now: datetime) -> Iterable[Review]:
    reviews = Review.objects.filter(user=person.user, user__isnull=False)
    return reviews.select_related("book").defer("book__search", "text").order_by("-pk")[:most]


def _all_reviews(person: Person) -> str:
    of_user = {"user__id__exact": person.user.pk} if person.user else {}
    return reverse("admin:reviews_review_changelist", query={"state": "all", **of_user})


PARTS = [
    CustomerPart(
        name="reviews",
        position=30,
        title=_("Reviews"),
        permission="reviews.view_review",
        template="admin/reviews/_customer_reviews.html",
        rows=_reviews,
        whole_list=_all_reviews,
    )
]
