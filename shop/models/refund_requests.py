"""What staff asked to give back, and who of them agreed to it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.money import format_money
from shop.querysets import RefundRequestQuerySet

from .order_items import OrderItem
from .orders import Order
from .payments import Refund


class RefundRequest(models.Model):
    """Money of one order that somebody of the staff asked to give back.

    Up to settings.REFUND_ALONE_UP_TO one person gives it back alone; anything beyond waits until
    another has approved it. Nothing is reserved while it waits, and the shopper hears nothing.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        ALONE = "alone", _("Needed no second person")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="refund_requests", verbose_name=_("order")
    )
    # Names the refund that comes of it, too: there can be only one.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    is_cancellation = models.BooleanField(_("cancels the order"), default=False)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    # Parts of the amount; the rest is for copies or, of a cancellation, for everything.
    delivery = models.DecimalField(_("delivery"), max_digits=8, decimal_places=2, default=0)
    goodwill = models.DecimalField(_("a sum besides"), max_digits=12, decimal_places=2, default=0)
    restock = models.BooleanField(_("the copies go on sale again"), default=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Refund.Reason)
    words = models.CharField(_("note for the shopper"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("why it was declined"), max_length=300, blank=True)

    objects = RefundRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a refund")
        verbose_name_plural = _("requests for refunds")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="shop_refundrequest_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["waiting", "alone"],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | Q(
                    status__in=["approved", "declined"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="shop_refundrequest_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="declined") ^ Q(answer=""),
                name="shop_refundrequest_declined_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(delivery__gte=0, goodwill__gte=0, amount__gt=0)
                & Q(amount__gte=F("delivery") + F("goodwill")),
                name="shop_refundrequest_parts_within_amount",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status="waiting", is_cancellation=True),
                name="shop_refundrequest_one_cancellation_waits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(status="waiting"), name="shop_refundrequest_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.amount_text}"

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.WAITING

    @property
    def is_alone(self) -> bool:
        return self.status == self.Status.ALONE

    @property
    def amount_text(self) -> str:
        return format_money(self.amount)

    @property
    def delivery_text(self) -> str:
        return format_money(self.delivery)

    @property
    def goodwill_text(self) -> str:
        return format_money(self.goodwill)


class RefundRequestItem(models.Model):
    """Copies of one order line that somebody asked to pay back."""

    request = models.ForeignKey(RefundRequest, models.CASCADE, related_name="items")
    item = models.ForeignKey(OrderItem, models.PROTECT, related_name="+", verbose_name=_("line"))
    copies = models.PositiveSmallIntegerField(_("copies"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("line of a request for a refund")
        verbose_name_plural = _("lines of requests for refunds")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "item"], name="shop_refundrequestitem_once_per_line"
            ),
            models.CheckConstraint(
                condition=Q(copies__gte=1, amount__gte=0),
                name="shop_refundrequestitem_copies_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.copies} × {self.item.title}"

    @property
    def amount_text(self) -> str:
        return format_money(self.amount)
