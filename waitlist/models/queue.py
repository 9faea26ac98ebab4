"""The waiting list: who waits for a book in which place, what arrived, and what became of each."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Book, StockMovement
from catalog.money import format_money
from waitlist.querysets import PreBookingQuerySet


class Arrival(models.Model):
    """Copies of a book that came while people waited for it: one round of offers.

    A copy that somebody lets go stays in its round, and is offered to the next in line. Rows are
    only added.
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="arrivals", db_index=False)
    copies = models.PositiveIntegerField(_("copies"))
    # How many copies went to people waiting, and not on sale.
    offered = models.PositiveIntegerField(_("offered to people waiting"), default=0)
    reason = models.CharField(_("how they came"), max_length=12, choices=StockMovement.Reason)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        indexes = [models.Index(fields=["book", "id"], name="waitlist_arrival_by_book")]

    def __str__(self) -> str:
        return f"{self.copies} × {self.book}"

    @property
    def on_sale(self) -> int:
        return max(self.copies - self.offered, 0)


class PreBooking(models.Model):
    """Somebody's place on the waiting list of a book, for one copy. Its key decides the order.

    A place changes only while its book's row is locked; waitlist/offers.py and places.py do it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("A copy is held")
        FULFILLED = "fulfilled", _("Bought")
        LAPSED = "lapsed", _("The hold ended")
        DECLINED = "declined", _("Passed on")
        CANCELLED = "cancelled", _("Left the list")

    LIVING = (State.WAITING, State.OFFERED)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pre_bookings",
        verbose_name=_("who"),
    )
    book = models.ForeignKey(
        Book, models.PROTECT, related_name="pre_bookings", verbose_name=_("book")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    # Whoever knows the key may act for this place without signing in: it stands in the mails.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    joined_at = models.DateTimeField(_("joined at"))
    # The number that the place had at first, and the days that the shop named for its turn then.
    first_place = models.PositiveIntegerField(_("place when joined"))
    promised_from = models.DateField(_("estimated from"), null=True, blank=True)
    promised_to = models.DateField(_("estimated until"), null=True, blank=True)
    price_joined = models.DecimalField(_("price when joined"), max_digits=10, decimal_places=2)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    # The offer: a copy of this round is held until then, at this price.
    arrival = models.ForeignKey(
        Arrival, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("round")
    )
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    hold_until = models.DateTimeField(_("held until"), null=True, blank=True)
    offer_price = models.DecimalField(
        _("price of the offer"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    # The order that the held copy went into. As long as it waits for its payment, the place lives.
    order_number = models.CharField(_("order"), max_length=12, blank=True)
    # Copies of this round and of earlier ones pass by: "not now, keep my place".
    skipped = models.ForeignKey(
        Arrival, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("skipped")
    )

    objects = PreBookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pre-booking")
        verbose_name_plural = _("pre-bookings")
        # What staff do against the order of a list (waitlist/views/staff.py).
        permissions = [("override_prebooking", "Can override pre-booking")]
        indexes = [
            models.Index(
                fields=["book", "id"],
                name="waitlist_living_by_book",
                condition=Q(state__in=["waiting", "offered"]),
            ),
            models.Index(
                fields=["hold_until"],
                name="waitlist_holds_to_end",
                condition=Q(state="offered", order_number=""),
            ),
            models.Index(
                fields=["order_number"],
                name="waitlist_by_order",
                condition=~Q(order_number=""),
            ),
            models.Index(fields=["book", "ended_at"], name="waitlist_ended_by_book"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "book"],
                condition=Q(state__in=["waiting", "offered"]),
                name="waitlist_one_living_place",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        *("waiting", "offered", "fulfilled"),
                        *("lapsed", "declined", "cancelled"),
                    ]
                ),
                name="waitlist_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "offered"], ended_at=None, user__isnull=False)
                | Q(
                    state__in=["fulfilled", "lapsed", "declined", "cancelled"],
                    ended_at__isnull=False,
                ),
                name="waitlist_living_or_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered")
                | Q(
                    arrival__isnull=False,
                    offered_at__isnull=False,
                    hold_until__isnull=False,
                    offer_price__isnull=False,
                ),
                name="waitlist_offer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(order_number="") | Q(state__in=["offered", "fulfilled"]),
                name="waitlist_order_of_an_offer",
            ),
            models.CheckConstraint(
                condition=Q(price_joined__gt=0)
                & (
                    Q(offer_price=None)
                    | Q(offer_price__gt=0, offer_price__lte=models.F("price_joined"))
                ),
                name="waitlist_offer_never_dearer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book}, {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        """The page of this place, for whoever has its key."""
        return reverse("waitlist:place_detail", args=[self.key])

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_offered(self) -> bool:
        return self.state == self.State.OFFERED

    @property
    def is_fulfilled(self) -> bool:
        return self.state == self.State.FULFILLED

    @property
    def is_lapsed(self) -> bool:
        return self.state == self.State.LAPSED

    @property
    def is_declined(self) -> bool:
        return self.state == self.State.DECLINED

    @property
    def is_living(self) -> bool:
        return self.state in self.LIVING

    @property
    def is_being_ordered(self) -> bool:
        """Whether the held copy is in an order that waits for its payment."""
        return self.is_offered and bool(self.order_number)

    def is_held(self, now: datetime) -> bool:
        """Whether a copy lies aside for this place, and can still be put into a basket."""
        is_free = self.is_offered and not self.order_number
        return is_free and self.hold_until is not None and self.hold_until > now

    @property
    def has_lapsed(self) -> bool:
        """Whether the time is over that a copy was held for. Needs that it is not held."""
        return self.state == self.State.LAPSED or (self.is_offered and not self.order_number)

    @property
    def current_round(self) -> Arrival:
        """The round whose copy is held for this place."""
        assert self.arrival is not None
        return self.arrival

    @property
    def price_joined_text(self) -> str:
        return format_money(self.price_joined)

    @property
    def has_fallen(self) -> bool:
        """Whether the offer is at a lower price than that of the day of joining."""
        return self.offer_price is not None and self.offer_price < self.price_joined

    @property
    def offer_price_text(self) -> str:
        return "" if self.offer_price is None else format_money(self.offer_price)


class PreBookingEvent(models.Model):
    """A step of a place on a waiting list. Rows are only added, and may forget who it was."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("Joined the list")
        OFFERED = "offered", _("A copy was offered and held")
        REMINDED = "reminded", _("Reminded that the hold ends")
        SKIPPED = "skipped", _("Let this copy go, and kept the place")
        ORDERED = "ordered", _("The held copy was ordered")
        NOT_PAID = "not_paid", _("The order was not paid, and the copy is held again")
        FULFILLED = "fulfilled", _("Bought")
        NOT_FOR_SALE = "not_sold", _("The hold ended while the book was not for sale; place kept")
        LAPSED = "lapsed", _("The hold ended")
        DECLINED = "declined", _("Passed on")
        CANCELLED = "cancelled", _("Left the list")
        TAKEN_BACK = "taken_back", _("The copy was taken back by the shop")
        ENDED_BY_STAFF = "ended", _("The place was ended by the shop")

    # What staff did against the order of the list, which needs a reason that everybody can read.
    OVERRIDES = (Kind.TAKEN_BACK, Kind.ENDED_BY_STAFF)

    pre_booking = models.ForeignKey(PreBooking, models.PROTECT, related_name="events")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    # The round whose copy it is about.
    arrival = models.ForeignKey(
        Arrival, models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    # Staff alone are named here; shoppers and the shop itself are not.
    who = models.CharField(_("who"), max_length=254, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("step of a pre-booking")
        verbose_name_plural = _("steps of pre-bookings")
        indexes = [models.Index(fields=["book", "id"], name="waitlist_event_by_book")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["taken_back", "ended"]) | ~Q(reason=""),
                name="waitlist_override_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_override(self) -> bool:
        return self.kind in self.OVERRIDES


class ExpectedDelivery(models.Model):
    """Copies that a supplier has promised. What a delivery brings is taken off: see `take_off`."""

    book = models.ForeignKey(
        Book, models.CASCADE, related_name="expected_deliveries", verbose_name=_("book")
    )
    copies = models.PositiveIntegerField(_("copies still to come"))
    due_on = models.DateField(_("due on"))
    is_confirmed = models.BooleanField(
        _("confirmed by the supplier"),
        default=False,
        help_text=_("Readers are told only of confirmed deliveries."),
    )

    class Meta:
        verbose_name = _("expected delivery")
        verbose_name_plural = _("expected deliveries")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(copies__gt=0), name="waitlist_some_copies_are_expected"
            )
        ]

    def __str__(self) -> str:
        return f"{self.copies} × {self.book}, {self.due_on}"
