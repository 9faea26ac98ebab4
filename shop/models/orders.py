"""Orders, as they were when they were placed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import postal
from accounts.models import PostalAddress
from catalog.money import format_money
from shop.querysets import OrderQuerySet
from shop.voucher_codes import LONGEST_CODE

from .carts import Cart
from .order_indexes import BY_STATUS
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
# What is left of the person in an order whose person was erased. The country decides the tax.
NOBODY = {
    **{field: "" for field in postal.FIELDS if field != "country"},
    "email": "",
    "tracking": "",
    "user": None,
    "cart": None,
}


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

    class Status(models.TextChoices):
        """Where the money is."""

        PENDING = "pending", _("Waiting for payment")
        CONFIRMED = "confirmed", _("Paid")
        PAYMENT_FAILED = "payment_failed", _("Not paid")
        CANCELLED = "cancelled", _("Cancelled")

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
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    placed_at = models.DateTimeField(_("placed at"))
    pay_by = models.DateTimeField(_("to be paid by"))
    closed_at = models.DateTimeField(_("paid or given up at"), null=True, blank=True)
    # When its first and its last parcel left, or were ready to be collected.
    first_posted_at = models.DateTimeField(_("first parcel posted at"), null=True, blank=True)
    posted_at = models.DateTimeField(_("posted at"), null=True, blank=True)
    tracking = models.CharField(_("tracking number or address"), max_length=300, blank=True)
    # The day by which it should be there; the time to withdraw is counted from it.
    expected_on = models.DateField(_("expected by"), null=True, blank=True)

    # Empty, as the rest of the person is, once they have had their data erased.
    email = models.EmailField(_("e-mail"))
    erased_at = models.DateTimeField(_("person erased at"), null=True, blank=True, editable=False)

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
        constraints = [
            *PostalAddress.Meta.constraints,
            models.CheckConstraint(
                condition=Q(total=F("items_total") - F("discount_total") + F("delivery_total")),
                name="shop_order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount_total__gte=0, discount_total__lte=F("items_total")),
                name="shop_order_discount_within_books",
            ),
            models.CheckConstraint(
                condition=Q(
                    delivery_tax__gte=0,
                    delivery_tax__lte=F("delivery_total"),
                    tax_total__gte=F("delivery_tax"),
                    tax_total__lte=F("total"),
                ),
                name="shop_order_tax_within_totals",
            ),
            models.CheckConstraint(
                condition=Q(delivery_tax_rate__gte=0, delivery_tax_rate__lt=100),
                name="shop_order_delivery_tax_rate_from_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(voucher__isnull=True) | ~Q(voucher_code=""),
                name="shop_order_voucher_with_its_code",
            ),
            models.CheckConstraint(
                condition=Q(items_total__gte=0, delivery_total__gte=0),
                name="shop_order_totals_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status="pending") ^ Q(closed_at__isnull=False),
                name="shop_order_closed_unless_pending",
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True, expected_on__isnull=True)
                | Q(posted_at__isnull=False, expected_on__isnull=False, status="confirmed"),
                name="shop_order_posted_only_when_paid",
            ),
            models.CheckConstraint(
                condition=Q(first_posted_at__isnull=True, posted_at__isnull=True)
                | Q(first_posted_at__isnull=False, status="confirmed"),
                name="shop_order_first_parcel_before_the_last",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | (Q(**NOBODY) & ~Q(status="pending")),
                name="shop_order_erased_has_no_person",
            ),
        ]
        indexes = [
            *BY_STATUS,
            models.Index(fields=["user", "-id"], name="shop_order_by_user"),
            models.Index(
                fields=["pay_by"], condition=Q(status="pending"), name="shop_order_pending_by_time"
            ),
            models.Index(
                fields=["voucher", "status"],
                condition=Q(voucher__isnull=False),
                name="shop_order_by_voucher",
            ),
            models.Index(
                Upper("email"),
                condition=Q(user__isnull=True, erased_at__isnull=True),
                name="shop_order_of_guest_by_email",
            ),
        ]

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
    def has_left(self) -> bool:
        """Whether any of it has."""
        return self.first_posted_at is not None

    @property
    def is_posted(self) -> bool:
        """Whether all of it has left."""
        return self.posted_at is not None

    def note_parcel(self, tracking: str, now: datetime, expected_on: date | None) -> None:
        """A parcel has left; the last one if the day is known by which everything is there."""
        self.first_posted_at = self.first_posted_at or now
        self.posted_at, self.expected_on = (now, expected_on) if expected_on else (None, None)
        self.tracking = tracking
        self.save(update_fields=["first_posted_at", "posted_at", "expected_on", "tracking"])

    def close(self, status: Status, now: datetime) -> None:
        self.status, self.closed_at = status, now
        self.save(update_fields=["status", "closed_at"])

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
        """Where it stands, in words. Reads the payments and their refunds."""
        state = _("Partly posted") if self.has_left else self.get_status_display()
        state = _("Posted") if self.is_posted else state
        paid = [payment for payment in self.payments.all() if payment.is_paid]
        kept = sum((payment.rest for payment in paid), Decimal(0))
        if not paid or kept >= self.total:
            return str(state)
        if any(refund.is_asked for refund in self.refunds):
            money = _("refund on its way")
        else:
            money = _("partly refunded") if kept else _("refunded")
        return f"{state}, {money}"

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
        day = formats.date_format(timezone.localtime(self.erased_at), "j F Y")
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
