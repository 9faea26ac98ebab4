"""What the list of users in the admin says of their orders: see accounts/user_list.py."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.user_list import Added, ChoiceFilter

from .models import NUMBER_LENGTH, Order, plain_number

OF_USER = Order.objects.filter(user=OuterRef("pk"))


def _ordered_within(days: int) -> Callable[[], Q]:
    def asked() -> Q:
        since = timezone.now() - timedelta(days=days)
        recent = Order.objects.filter(placed_at__gte=since, user__isnull=False)
        return Q(pk__in=recent.values("user"))

    return asked


class LastOrderFilter(ChoiceFilter):
    title = _("last order")
    parameter_name = "last_order"
    choices_made: ClassVar = {
        "month": (_("In the last 30 days"), _ordered_within(30)),
        "year": (_("In the last 365 days"), _ordered_within(365)),
        "older": (_("Longer ago"), lambda: Q(Exists(OF_USER)) & ~_ordered_within(365)()),
        "never": (_("Never"), lambda: ~Q(Exists(OF_USER))),
    }


@admin.display(description=_("last order"))
def last_order(user: Any) -> datetime | None:
    at: datetime | None = user.last_order_at
    return at


def users_of_order(text: str) -> Iterable[int]:
    """Whose order it is that has this number, however it was copied; nobody for that of a guest."""
    number = plain_number(text)
    orders = Order.objects.filter(number=number, user__isnull=False)
    return orders.values_list("user_id", flat=True) if len(number) == NUMBER_LENGTH else []


ADDED = [
    Added(
        name="last_order_at",
        column=Subquery(OF_USER.order_by("-pk").values("placed_at")[:1]),
        show=last_order,
        list_filter=LastOrderFilter,
        find=users_of_order,
    )
]
