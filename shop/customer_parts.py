"""What orders show of a customer to staff: see accounts/customers.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.customers import CustomerPart
from accounts.person import Person

from .models import Order, OrderNote, plain_number


def _orders(person: Person, most: int, now: datetime) -> Iterable[Order]:
    orders = Order.objects.of_person(user=person.user, emails=person.emails)
    return orders.for_order_list()[:most]


def _notes(person: Person, most: int, now: datetime) -> Iterable[OrderNote]:
    orders = Order.objects.of_person(user=person.user, emails=person.emails)
    notes = OrderNote.objects.filter(order__in=orders.order_by().values("pk")).exclude(text="")
    return notes.select_related("order").order_by("-pk")[:most]


def _all_orders(person: Person) -> str:
    asked: dict[str, Any] = (
        {"user__id__exact": person.user.pk} if person.user else {"q": person.emails[0]}
    )
    return reverse("admin:shop_order_changelist", query=asked)


def _guests(text: str) -> Iterable[str]:
    """Whoever ordered without an account by this address, or what has this number."""
    named = Q(email__iexact=text.strip()) if "@" in text else Q(number=plain_number(text))
    orders = Order.objects.with_person().filter(named, user__isnull=True)
    return orders.values_list("email", flat=True).order_by("pk")[:1]


PARTS = [
    CustomerPart(
        name="orders",
        position=10,
        title=_("Orders"),
        permission="shop.view_order",
        template="admin/shop/_customer_orders.html",
        rows=_orders,
        whole_list=_all_orders,
        find_guests=_guests,
    ),
    CustomerPart(
        name="order_notes",
        position=15,
        title=_("Notes about their orders"),
        permission="shop.view_ordernote",
        template="admin/shop/_customer_notes.html",
        rows=_notes,
    ),
]
