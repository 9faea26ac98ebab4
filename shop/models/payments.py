"""Money that came in and money that went back."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from catalog.money import format_money
from shop.querysets import PaymentQuerySet, RefundQuerySet

from .order_items import OrderItem
from .orders import Order


class Payment(models.Model):
    """One attempt at paying an order."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        CLOSED = "closed", _("Not paid")

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    provider = models.CharField(_("provider"), max_length=20)
    # Names the attempt to the provider: asked twice, it answers with the same one.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("provider’s reference"), max_length=255, blank=True)
    charge = models.CharField(_("provider’s charge"), max_length=255, blank=True)
    url = models.TextField(blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    amount = models.DecimalField(_("to pay"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    paid = models.DecimalField(_("paid"), max_digits=12, decimal_places=2, null=True, blank=True)
    # The sum of its refunds that have not failed. Only a trigger on them writes it.
    refunded = models.DecimalField(
        _("refunded"), max_digits=12, decimal_places=2, default=0, db_default=0, editable=False
    )
    opened_at = models.DateTimeField(_("opened at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = [("view_sales", "Can view what the shop takes")]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"],
                condition=~Q(reference=""),
                name="shop_payment_once_per_reference",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status="open"),
                name="shop_payment_one_open_per_order",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="shop_payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(settled_at__isnull=False),
                name="shop_payment_settled_unless_open",
            ),
            models.CheckConstraint(
                condition=Q(status="paid", paid__gt=0) | (~Q(status="paid") & Q(paid__isnull=True)),
                name="shop_payment_paid_has_a_sum",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0)
                & Q(
                    refunded__lte=Coalesce(
                        F("paid"), Decimal(0), output_field=models.DecimalField()
                    )
                ),
                name="shop_payment_refunded_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.get_status_display()}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_paid(self) -> bool:
        return self.status == self.Status.PAID

    @property
    def rest(self) -> Decimal:
        """What of it has not gone back."""
        return (self.paid or Decimal(0)) - self.refunded

    def mark_paid(self, paid: Decimal, charge: str, now: datetime) -> None:
        self.status, self.paid, self.charge, self.settled_at = self.Status.PAID, paid, charge, now
        self.save(update_fields=["status", "paid", "charge", "settled_at"])

    def mark_closed(self, now: datetime) -> None:
        self.status, self.settled_at = self.Status.CLOSED, now
        self.save(update_fields=["status", "settled_at"])


class Refund(models.Model):
    """Money that goes back: a promise from the moment it is written, kept by a worker.

    The database adds refunds up into `Payment.refunded` and refuses more than was paid.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("On its way")
        DONE = "done", _("Refunded")
        FAILED = "failed", _("Failed")

    class Reason(models.TextChoices):
        CANCELLED = "cancelled", _("Order cancelled")
        WITHDRAWN = "withdrawn", _("Withdrawn from the contract")
        RETURNED = "returned", _("Returned or damaged")
        LATE = "late", _("Paid too late, copies gone")
        TWICE = "twice", _("Paid more than once")
        WRONG_SUM = "wrong_sum", _("Another sum than was asked for")
        GOODWILL = "goodwill", _("Goodwill")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    # The refund that failed and is asked for once more by this one.
    again_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="again", editable=False
    )
    # The part of the amount that is for delivery.
    delivery = models.DecimalField(_("delivery"), max_digits=8, decimal_places=2, default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ASKED)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("note for the shopper"), max_length=300, blank=True)
    reference = models.CharField(_("provider’s reference"), max_length=255, blank=True)
    asked_at = models.DateTimeField(_("asked for at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    who = models.CharField(_("who"), max_length=254)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Null once the provider has it in hand, or has refused it.
    next_try_at = models.DateTimeField(_("next try at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="shop_refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(delivery__gte=0, delivery__lte=F("amount")),
                name="shop_refund_delivery_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(status="asked") | Q(next_try_at__isnull=True),
                name="shop_refund_settled_is_final",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(next_try_at__isnull=False),
                name="shop_refund_due",
            ),
            models.Index(fields=["asked_at"], name="shop_refund_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.payment.order} {self.amount_text}"

    @property
    def is_asked(self) -> bool:
        return self.status == self.Status.ASKED

    @property
    def has_failed(self) -> bool:
        return self.status == self.Status.FAILED

    @property
    def amount_text(self) -> str:
        return format_money(self.amount)

    def close(self, status: Status, reference: str, problem: str, now: datetime) -> None:
        self.status, self.done_at, self.next_try_at = status, now, None
        self.reference, self.last_error = reference or self.reference, problem[:300]
        self.save(update_fields=["status", "done_at", "next_try_at", "reference", "last_error"])

    def try_later(self, problem: str, at: datetime, *, reference: str = "") -> None:
        """Ask again at that time, unless the provider has told meanwhile how it came out."""
        said = {"reference": reference or self.reference, "last_error": problem[:300]}
        waiting = Refund.objects.filter(pk=self.pk, status=self.Status.ASKED)
        waiting.update(next_try_at=at, **said)


class RefundItem(models.Model):
    """Copies of one order line that a refund pays back."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="items")
    item = models.ForeignKey(OrderItem, models.PROTECT, related_name="refund_items")
    copies = models.PositiveSmallIntegerField(_("copies"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    is_restocked = models.BooleanField(_("back in stock"), default=False)

    class Meta:
        verbose_name = _("refunded line")
        verbose_name_plural = _("refunded lines")
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "item"], name="shop_refunditem_once_per_line"
            ),
            models.CheckConstraint(
                condition=Q(copies__gte=1), name="shop_refunditem_copies_positive"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="shop_refunditem_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.copies} × {self.item.title}"


class WebhookEvent(models.Model):
    """A message that a provider sent, kept without the person it names. Each is acted on once."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Acted on")
        IGNORED = "ignored", _("Says nothing to the shop")
        UNKNOWN = "unknown", _("About something the shop does not know")

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event"), max_length=255)
    kind = models.CharField(_("kind"), max_length=100)
    body = models.JSONField(_("body"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("message of a payment provider")
        verbose_name_plural = _("messages of payment providers")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="shop_webhookevent_once_per_event"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
