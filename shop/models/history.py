"""What became of an order, and its invoice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from .orders import Order


class OrderEvent(models.Model):
    """Something that happened to an order. Rows are only ever added, and may forget who it was."""

    class Kind(models.TextChoices):
        PLACED = "placed", _("Ordered")
        PAID = "paid", _("Paid")
        NOT_PAID = "not_paid", _("Not paid; the copies are for sale again")
        PAID_LATE = "paid_late", _("Paid after the time was over; the copies were still here")
        CANCELLED = "cancelled", _("Cancelled")
        PART_POSTED = "part_posted", _("A parcel posted, another one to come")
        PART_READY = "part_ready", _("A part is ready to collect, the rest is to come")
        POSTED = "posted", _("Posted")
        READY = "ready", _("Ready to collect")
        DELIVERED = "delivered", _("Delivered")
        COLLECTED = "collected", _("Collected")
        RETURNED = "returned", _("Came back to the shop")
        WITHDRAWN = "withdrawn", _("Withdrawn from")
        REFUND_ASKED = "refund_asked", _("Refund on its way")
        REFUNDED = "refunded", _("Refunded")
        REFUND_FAILED = "refund_failed", _("Refund failed")

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(_("what"), max_length=16, choices=Kind)
    who = models.CharField(_("who"), max_length=254)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("event of an order")
        verbose_name_plural = _("events of orders")
        indexes = [models.Index(fields=["order", "id"], name="shop_orderevent_by_order")]

    def __str__(self) -> str:
        return f"{self.order} {self.get_kind_display()}"

    @property
    def is_bad_news(self) -> bool:
        """Whether it is not what the shopper had hoped for."""
        kinds = self.Kind
        return self.kind in (kinds.NOT_PAID, kinds.CANCELLED, kinds.RETURNED, kinds.REFUND_FAILED)

    @property
    def note_for_shopper(self) -> str:
        """The note, unless it is what a provider told the shop, or how to follow the parcel."""
        kinds = (self.Kind.REFUND_FAILED, self.Kind.POSTED, self.Kind.READY)
        return "" if self.kind in kinds else self.note


class Withdrawal(models.Model):
    """The declaration of a shopper that they withdraw from an order, as it came.

    It is never changed, except that it forgets a person who had their data erased.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="withdrawals")
    # Names one filled-in form: confirming it twice is one declaration.
    key = models.UUIDField(unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("email address"))
    words = models.CharField(
        _("which books"), max_length=1000, blank=True, help_text=_("Empty: the whole order.")
    )
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self) -> str:
        return self.declaration

    @property
    def is_whole(self) -> bool:
        return not self.words

    @property
    def declaration(self) -> str:
        text = _("I withdraw from the contract for the whole of order %(number)s.")
        if self.words:
            text = _("I withdraw from the contract for these books of order %(number)s: %(words)s")
        return str(text) % {"number": self.order.number, "words": self.words}


class Invoice(models.Model):
    """The invoice of a paid order, in a sequence without gaps. It is never changed.

    Lines and sums are the order's own, which never change either; the seller is kept here as it was.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice")
    number = models.PositiveBigIntegerField(_("number"), unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    seller = models.JSONField(_("seller"))

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")

    def __str__(self) -> str:
        return self.number_text

    @property
    def number_text(self) -> str:
        return f"INV-{self.number:06d}"

    @property
    def seller_lines(self) -> list[str]:
        seller = self.seller
        country = countries.name(seller["country"]) or seller["country"]
        town = f"{seller['city']} {seller['postcode']}"
        lines = [seller["name"], seller["street"], town, country]
        return [line.strip() for line in lines if line.strip()]


class InvoiceCounter(models.Model):
    """The one row that holds the last invoice number."""

    last = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.last)
