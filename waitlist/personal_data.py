"""What the shop holds about a person by the waiting lists: see accounts/person.py."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.person import ERASED, Obstacle, Part, Person
from catalog import stock

from . import places
from .models import PreBooking, PreBookingEvent


class PreBookingsPart(Part):
    name = "pre_bookings"
    title = gettext_lazy("Places on waiting lists")
    models = (PreBooking, PreBookingEvent)
    is_kept = True
    on_erasure = gettext_lazy(
        "You leave every list, and a copy that is held for you goes to the next in line. That "
        "somebody was on a list is kept without saying who: its public page tells what became of "
        "each copy."
    )

    def rows(self, person: Person) -> Any:
        places_of = PreBooking.objects.filter(user=person.user, user__isnull=False)
        places_of = places_of.select_related("book", "arrival").prefetch_related("events")
        return places_of.defer("book__search").order_by("pk")

    def describe(self, place: PreBooking) -> dict[str, Any]:
        return {
            "title": place.book.title,
            "ean": place.book.ean,
            "state": place.get_state_display(),
            "joined_at": place.joined_at,
            "first_place": place.first_place,
            "estimated_from": place.promised_from,
            "estimated_until": place.promised_to,
            "price_when_joined": place.price_joined,
            "offered_at": place.offered_at,
            "held_until": place.hold_until,
            "price_of_the_offer": place.offer_price,
            "reminded_at": place.reminded_at,
            "order": place.order_number,
            "ended_at": place.ended_at,
            "steps": [
                {
                    "what": event.get_kind_display(),
                    "at": event.at,
                    "who": event.who,
                    "reason": event.reason,
                }
                for event in sorted(place.events.all(), key=lambda event: event.pk)
            ],
        }

    def lock(self, person: Person) -> None:
        living = self.rows(person).living().order_by().values_list("book", flat=True)
        stock.lock(list(living))

    def obstacles(self, person: Person, now: datetime) -> list[Obstacle]:
        ordered = self.rows(person).offered().exclude(order_number="")
        return [
            Obstacle(
                _(
                    "A copy that was held for you is in order %(number)s, which waits for its payment."
                )
                % {"number": place.order_number},
                place.get_absolute_url(),
            )
            for place in ordered
        ]

    def erase(self, person: Person, now: datetime) -> None:
        for place in self.rows(person).living().order_by("book_id"):
            places.leave(key=place.key, now=now)
        PreBooking.objects.filter(user=person.user, user__isnull=False).update(user=None)
        PreBookingEvent.objects.filter(~Q(who=""), who__in=person.emails).update(who=ERASED)


PARTS = [PreBookingsPart()]
