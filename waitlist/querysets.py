"""What pages and rules ask of waiting lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Arrival


class PreBookingQuerySet(models.QuerySet[Any]):
    def living(self) -> PreBookingQuerySet:
        """Places that count: of people who wait, or for whom a copy is held. First come first."""
        return self.filter(state__in=["waiting", "offered"]).order_by("pk")

    def waiting(self) -> PreBookingQuerySet:
        return self.filter(state="waiting").order_by("pk")

    def offered(self) -> PreBookingQuerySet:
        return self.filter(state="offered").order_by("pk")

    def to_be_asked(self, arrival: Arrival | None = None) -> PreBookingQuerySet:
        """Whom copies of this round may be offered to, the first in line first.

        Without one: whom those of a round to come may be, which nobody has let go by.
        """
        asked = self.waiting().filter(user__is_active=True)
        if arrival is None:
            return asked
        return asked.filter(Q(skipped__isnull=True) | Q(skipped__lt=arrival.pk))

    def ahead_of(self, place: Any) -> PreBookingQuerySet:
        return self.living().filter(book_id=place.book_id, pk__lt=place.pk)

    def with_number(self) -> PreBookingQuerySet:
        """Living places with the `number` they have now: one more than there are before them."""
        ahead = self.model._default_manager.living().filter(
            book=OuterRef("book"), pk__lt=OuterRef("pk")
        )
        counted = ahead.order_by().values("book").annotate(places=Count("pk")).values("places")
        return self.annotate(number=Coalesce(Subquery(counted), Value(0)) + Value(1))

    def for_page(self) -> PreBookingQuerySet:
        """What a page shows of places, each with its book."""
        return self.with_number().select_related("book").defer("book__search")

    def for_list(self, user: User) -> PreBookingQuerySet:
        """The places of somebody: held copies first, then who waits, then what has ended."""
        rank = Case(
            When(state="offered", then=Value(0)), When(state="waiting", then=Value(1)), default=2
        )
        return self.for_page().filter(user=user).annotate(rank=rank).order_by("rank", "-pk")

    def longest_lists(self) -> models.QuerySet[Any, tuple[int, int]]:
        """(id of a book, how many wait for it), the longest list first. Withdrawn books have none."""
        waiting = self.living().filter(book__withdrawn_at__isnull=True).order_by()
        counted = waiting.values_list("book").annotate(people=Count("pk"))
        return counted.order_by("-people", "book")

    def overdue(self, now: datetime) -> PreBookingQuerySet:
        """Holds that are over. A copy that is being paid for goes on being held."""
        return self.filter(state="offered", order_number="", hold_until__lte=now).order_by(
            "book_id", "pk"
        )

    def being_ordered(self, order_number: str) -> PreBookingQuerySet:
        return self.filter(state="offered", order_number=order_number).order_by("book_id", "pk")

    def of_books(self, book_ids: Iterable[int]) -> PreBookingQuerySet:
        return self.filter(book_id__in=list(book_ids))

    def for_staff(self) -> PreBookingQuerySet:
        """With what pages of the admin say of each place."""
        places = self.with_number().select_related("book", "user")
        return places.defer("book__search", "book__search_text")

    def lengths(self) -> dict[str, int]:
        """How many of these places are of people who wait, and how many have a copy held."""
        return self.living().aggregate(
            waiting=Count("pk", filter=Q(state="waiting")),
            held=Count("pk", filter=Q(state="offered")),
        )
