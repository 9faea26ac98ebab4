"""What waiting lists show of a customer to staff: see accounts/customers.py."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.customers import CustomerPart
from accounts.person import Person

from .models import PreBooking


def _places(person: Person, most: int, now: datetime) -> Iterable[PreBooking]:
    places = PreBooking.objects.filter(user=person.user, user__isnull=False)
    return places.for_staff().order_by("-pk")[:most]


def _all_places(person: Person) -> str:
    of_user = {"user__id__exact": person.user.pk} if person.user else {}
    return reverse("admin:waitlist_prebooking_changelist", query=of_user)


PARTS = [
    CustomerPart(
        name="places",
        position=20,
        title=_("Places on waiting lists"),
        permission="waitlist.view_prebooking",
        template="admin/waitlist/_customer_places.html",
        rows=_places,
        whole_list=_all_places,
    )
]
