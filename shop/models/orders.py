"""Orders, as they were when they were placed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import PostalAddress
from catalog.money import format_money
from shop.fulfilment import IN_THE_SHOP, SENT, Fulfilment, OrderStatus
from shop.querysets import OrderQuerySet
from shop.voucher_codes import LONGEST_CODE

from .carts import Cart
from .order_rules import ORDER_CONSTRAINTS, ORDER_INDEXES
from .vouchers import Voucher

if TYPE_CHECKING:
    from .history import OrderEvent
    from .payments import Refund

# Letters and digits that nobody takes for one another when reading aloud: no 0/O, no 1/I.
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
NUMBER_LENGTH = 8
GUEST_LINK_SALT = "shop.order.guest"
GUEST_LINK_SECONDS = 60 * 60 * 24 * 90
ZERO = Decimal("0.00")
TO_WITHDRAW = timedelta(days=14)


def new_order_number() -> str:
    return get_random_string(NUMBER_LENGTH, NUMBER_ALPHABET)


def sum_field(name: Any) -> models.DecimalField:
    """A sum of money that is 0 where nothing says otherwise."""
    return models.DecimalField(name, max_digits=12, decimal_places=2, default=ZERO, db_default=ZERO)


def rate_field(name: Any) -> models.DecimalField:
    """A rate of tax in per cent."""
    return models.DecimalField(name, max_digits=4, decimal_places=2, default=ZERO, db_default=ZERO)


def plain_number(text: str) -> str:
    """An order number as people copy it, without the spaces, hyphens and small letters."""
    return "".join(letter for letter in text if letter.isalnum()).upper()


class Order(PostalAddress):
    """What was ordered, as it was when it was placed."""

    Status, Fulfilment = OrderStatus, Fulfilment

    number = models.CharField(_("number"), max_length=12, unique=True, default=new_order_number)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("user"),
    )
    # Where the lines go back to when the payment fails.
    cart = models.ForeignKey(
        Cart, models.SET_NULL, null=True, blank=True, related_name="orders", editable=False
    )
    # Names one filled-in form: sending it twice finds the first order again.
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("payment"), max_length=16, choices=Status, default=Status.PENDING)
    # Only a trigger on its moves writes it, and the status with it: see services/fulfilling.py.
    fulfilment = models.CharField(
        _("state"),
        max_length=12,
        choices=Fulfilment,
        default=Fulfilment.NEW,
        db_default=Fulfilment.NEW,
        editable=False,
    )
    placed_at = models.DateTimeField(_("placed at"))
    pay_by = models.DateTimeField(_("to be paid by"))
    closed_at = models.DateTimeField(_("paid or given up at"), null=True, blank=True)
    # When its first and its last parcel left, or were ready to be collected.
    first_posted_at = models.DateTimeField(_("first parcel posted at"), null=True, blank=True)
    posted_at = models.DateTimeField(_("posted at"), null=True, blank=True)
    tracking = models.CharField(_("tracking number or link"), max_length=300, blank=True)
    # The day by which it should be there; the time to withdraw is counted from it.
    expected_on = models.DateField(_("expected by"), null=True, blank=True)

    # Empty, as the rest of the person is, once they have had their data erased.
    email = models.EmailField(_("email address"))
    erased_at = models.DateTimeField(_("person erased at"), null=True, blank=True, editable=False)
    # The one it was placed in, in which its mails are; empty: the shop's own.
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", db_default="", editable=False
    )

    currency = models.CharField(_("currency"), max_length=3)
    delivery_name = models.CharField(_("delivery"), max_length=100)
    is_collected = models.BooleanField(_("collected in the shop"), default=False, db_default=False)
    # Working days from the door of the shop to that of the reader, at the most, if that was said.
    delivery_days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    items_total = models.DecimalField(_("books"), max_digits=12, decimal_places=2)
    delivery_total = models.DecimalField(_("delivery price"), max_digits=8, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    # Prices include tax: what is in them is part of the totals above, not on top of them.
    delivery_tax_rate = rate_field(_("delivery, tax in per cent"))
    delivery_tax = sum_field(_("tax in the delivery price"))
    tax_total = sum_field(_("tax in all"))

    voucher = models.ForeignKey(
        Voucher,
        models.PROTECT,
        null=True,
        blank=True,
        # The index by voucher and status finds them.
        db_index=False,
        related_name="orders",
        verbose_name=_("voucher"),
    )
    # As it was when the order was placed.
    voucher_code = models.CharField(
        _("code of the voucher"), max_length=LONGEST_CODE, blank=True, default="", db_default=""
    )
    discount_total = sum_field(_("discount"))

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        # What staff do with orders (shop/views/staff.py): who packs parcels need not give money back.
        permissions = [
            ("post_order", "Can post order"),
            ("cancel_order", "Can cancel order"),
            ("refund_order", "Can refund order"),
        ]
        constraints = ORDER_CONSTRAINTS
        indexes = ORDER_INDEXES

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("shop:order_detail", args=[self.number])

    @property
    def guest_url(self) -> str:
        """An address, without the host, that shows this order to whoever has it, for 90 days."""
        return reverse("shop:order_open", args=[signing.dumps(self.number, salt=GUEST_LINK_SALT)])

    @property
    def is_erased(self) -> bool:
        """Whether its person had their data erased: nobody but staff can look at it then."""
        return self.erased_at is not None

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_confirmed(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def is_payment_failed(self) -> bool:
        return self.status == self.Status.PAYMENT_FAILED

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def can_be_cancelled(self) -> bool:
        """As long as no parcel has left, and it is somebody's."""
        return (self.is_pending or self.is_confirmed) and not (self.has_left or self.is_erased)

    @property
    def can_be_posted(self) -> bool:
        """Whether a parcel of it may be next, as far as the order itself tells."""
        return self.fulfilment in IN_THE_SHOP and not self.is_erased

    @property
    def has_left(self) -> bool:
        """Whether any of it has."""
        return self.first_posted_at is not None

    @property
    def is_posted(self) -> bool:
        """Whether all of it has left."""
        return self.posted_at is not None

    @property
    def has_arrived(self) -> bool:
        """Whether the shop knows that it is with its reader, or was and is no longer."""
        return self.fulfilment in (
            Fulfilment.DELIVERED,
            Fulfilment.COLLECTED,
            Fulfilment.RETURNED,
        )

    @property
    def is_sent(self) -> bool:
        """Whether nothing more of it will be, since it has left or what had not was paid back."""
        return self.fulfilment in SENT

    @property
    def keeps_books_back(self) -> bool:
        """Whether some of its books have not left. Reads the lines."""
        return any(item.sent_at is None for item in self.items.all())

    @property
    def is_paid_back(self) -> bool:
        """Whether all of its copies were paid back before any left."""
        return self.fulfilment == Fulfilment.REFUNDED and not self.has_left

    @property
    def is_returned(self) -> bool:
        return self.fulfilment == Fulfilment.RETURNED

    @property
    def is_undelivered(self) -> bool:
        """Whether it came back without having reached its reader. Reads the events."""
        return self.is_returned and not any(
            event.kind in (Fulfilment.DELIVERED, Fulfilment.COLLECTED) for event in self.timeline
        )

    @property
    def can_be_ordered_again(self) -> bool:
        """Unless its books are in the basket, or would be if it were not paid for."""
        return not (self.is_pending or (self.is_payment_failed and self.cart_id))

    def note_parcel(self, tracking: str, now: datetime, expected_on: date | None) -> None:
        """A parcel has left; the last one if the day is known by which everything is there."""
        self.first_posted_at = self.first_posted_at or now
        self.posted_at, self.expected_on = (now, expected_on) if expected_on else (None, None)
        self.tracking = tracking
        self.save(update_fields=["first_posted_at", "posted_at", "expected_on", "tracking"])

    @property
    def is_paid_for(self) -> bool:
        """Whether any money came in for it. Asks the database."""
        return self.payments.filter(status="paid").exists()

    @property
    def withdraw_until(self) -> date | None:
        """The last day to withdraw from it; None as long as no parcel has left, for it is open then."""
        return self.expected_on and self.expected_on + TO_WITHDRAW

    @property
    def waits_for_provider(self) -> bool:
        """Whether the shopper has been sent to pay, and no word has come yet. Reads the payments."""
        return self.is_pending and any(pay.is_open and pay.url for pay in self.payments.all())

    @property
    def state_text(self) -> str:
        """Where it stands, in words for the shopper. Reads the payments and their refunds."""
        state = self._state_of_books
        paid = [payment for payment in self.payments.all() if payment.is_paid]
        kept = sum((payment.rest for payment in paid), Decimal(0))
        if not paid or kept >= self.total:
            has_failed = paid and self.fulfilment == Fulfilment.REFUNDED
            return str(_("Refund failed") if has_failed else state)
        if any(refund.is_asked for refund in self.refunds):
            money = _("refund on its way")
        else:
            money = _("partly refunded") if kept else _("refunded")
        return f"{state}, {money}"

    @property
    def _state_of_books(self) -> Any:
        """Where its books are. How the shop picks and packs them is one thing to the shopper."""
        if self.fulfilment in (Fulfilment.PICKING, Fulfilment.PACKED) and not self.has_left:
            return _("Being packed")
        if self.fulfilment not in (*IN_THE_SHOP, Fulfilment.REFUNDED):
            return self.get_fulfilment_display() if self.is_confirmed else self.get_status_display()
        if self.is_posted or not self.has_left:
            return _("Posted") if self.is_posted else self.get_status_display()
        return _("Partly ready to collect") if self.is_collected else _("Partly posted")

    @cached_property
    def timeline(self) -> list[OrderEvent]:
        return sorted(self.events.all(), key=lambda event: event.pk)

    @cached_property
    def refunds(self) -> list[Refund]:
        """Money that went back or is to go back, in the order in which it was promised."""
        refunds = [refund for payment in self.payments.all() for refund in payment.refunds.all()]
        return sorted(refunds, key=lambda refund: refund.pk)

    @property
    def tracking_url(self) -> str:
        return self.tracking if self.tracking.startswith(("https://", "http://")) else ""

    @property
    def bill_lines(self) -> list[str]:
        """The address of the bill; empty where it goes with the parcel."""
        address = getattr(self, "billing_address", None)
        return address.address_lines if address else []

    @property
    def buyer_lines(self) -> list[str]:
        """Whom the invoice is for."""
        if not self.erased_at:
            return self.bill_lines or self.address_lines
        words = _("Name and address removed at the buyer’s request on %(day)s")
        day = formats.date_format(timezone.localtime(self.erased_at), "DATE_FORMAT")
        return [words % {"day": day}, *self.address_lines]

    @property
    def items_total_text(self) -> str:
        return format_money(self.items_total)

    @property
    def discount_total_text(self) -> str:
        return format_money(-self.discount_total)

    @property
    def delivery_total_text(self) -> str:
        return format_money(self.delivery_total) if self.delivery_total else str(_("Free"))

    @property
    def total_text(self) -> str:
        return format_money(self.total)


class BillingAddress(PostalAddress):
    """Where the bill of an order goes, if not where the parcel goes."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="billing_address")

    class Meta:
        verbose_name = _("billing address")
        verbose_name_plural = _("billing addresses")
        constraints = [*PostalAddress.Meta.constraints]

    def __str__(self) -> str:
        return self.name
