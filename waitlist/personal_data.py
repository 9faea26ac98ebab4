"""What the shop holds about a person by waiting lists and wishlists: see accounts/person.py."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.person import ERASED, Obstacle, Part, Person, Turn, books_of
from catalog import stock

from . import places
from .models import NoticeChoice, PreBooking, PreBookingEvent, RestockAlert, Wishlist, WishlistItem


class PreBookingsPart(Part):
    name = "pre_bookings"
    title = _("Places on waiting lists")
    models = (PreBooking, PreBookingEvent)
    is_kept = True
    turn = Turn.BOOKS
    on_erasure = _(
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
            "price_when_joined": _money(place.price_joined),
            "offered_at": place.offered_at,
            "held_until": place.hold_until,
            "price_of_the_offer": _money(place.offer_price),
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

    def books(self, person: Person) -> Iterable[int]:
        living: Iterable[int] = self.rows(person).living().values_list("book_id", flat=True)
        return living

    def lock(self, person: Person) -> None:
        # Those of all parts in one statement, since only so they are locked by ascending key.
        stock.lock(books_of(person))

    def obstacles(self, person: Person, now: datetime) -> list[Obstacle]:
        ordered = self.rows(person).offered().exclude(order_number="")
        return [
            Obstacle(
                gettext(
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


class WishlistsPart(Part):
    """Never what givers said of these lists: it is a surprise.

    Nor what this person gives from lists of others. No row there names them, see gifts.py, and what
    they said stays said when they are erased: others may rely on it, and there is no account left
    that anybody could find by trying.
    """

    name = "wishlists"
    title = _("Wishlists")
    on_erasure = _("Deleted, also for those who have the link of one.")
    models = (Wishlist, WishlistItem)

    def rows(self, person: Person) -> Any:
        lists = Wishlist.objects.filter(user=person.user, user__isnull=False)
        books = Prefetch("items", WishlistItem.objects.with_books())
        return lists.prefetch_related(books).order_by("pk")

    def describe(self, wishlist: Wishlist) -> dict[str, Any]:
        return {
            "name": wishlist.name,
            "is_default": wishlist.is_default,
            "made_at": wishlist.created_at,
            "is_shared_by_a_link": wishlist.is_shared,
            "name_shown_to_those_who_have_it": wishlist.shown_name,
            "books": [
                {
                    "title": item.book.title,
                    "ean": item.book.ean,
                    "added_at": item.added_at,
                    "price_then": _money(item.price_added),
                    "price_told_last": _money(item.price_told),
                    "told_to_be_in_stock": item.in_stock_told,
                }
                for item in wishlist.items.all()
            ],
        }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f} {settings.SHOP['currency']}"


class AskedForPart(Part):
    """Mails that somebody asked for, which are written by whoever holds their row.

    So nobody writes one between the look at their mails and the end of the erasure.
    """

    def lock(self, person: Person) -> None:
        if person.user:
            User.objects.filter(pk=person.user.pk).select_for_update(no_key=True).first()


class RestockAlertsPart(AskedForPart):
    name = "restock_alerts"
    title = _("Books you asked to be told of")
    on_erasure = _("Deleted.")
    models = (RestockAlert,)

    def rows(self, person: Person) -> Any:
        alerts = RestockAlert.objects.filter(user=person.user, user__isnull=False)
        return alerts.with_books().order_by("pk")

    def describe(self, alert: RestockAlert) -> dict[str, Any]:
        return {
            "title": alert.book.title,
            "ean": alert.book.ean,
            "asked_at": alert.asked_at,
            "mailed_at": alert.mailed_at,
            "ended_at": alert.ended_at,
        }


class NoticesPart(AskedForPart):
    name = "emails_about_wishlists"
    title = _("Emails about your wishlists")
    on_erasure = _("Deleted: none follows.")
    models = (NoticeChoice,)

    def rows(self, person: Person) -> Any:
        choices = NoticeChoice.objects.filter(user=person.user, user__isnull=False)
        return choices.order_by("pk")

    def describe(self, choice: NoticeChoice) -> dict[str, Any]:
        return {
            "when_a_price_falls": choice.wants_price_falls,
            "when_a_book_is_back": choice.wants_restock,
            "chosen_at": choice.chosen_at,
            "last_looked_through_on": choice.looked_on,
        }


PARTS = [RestockAlertsPart(), NoticesPart(), PreBookingsPart(), WishlistsPart()]
