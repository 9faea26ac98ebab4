"""What only ever grows: movements of stock, and prices that were."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .books import Book


class StockMovement(models.Model):
    """One change of a book's stock. Rows are only ever added; a book's stock is their sum.

    All that may change in one is that it forgets who it was, when they have their data erased.
    """

    class Reason(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        DELIVERY = "delivery", _("Delivery")
        SALE = "sale", _("Sale")
        NOT_PAID = "not_paid", _("Order not paid, copies back")
        CANCELLED = "cancelled", _("Order cancelled, copies back")
        RETURNED = "returned", _("Returned by the shopper")
        CORRECTION = "correction", _("Correction")
        # What staff say when they change stock by hand, and why; a correction is any other reason.
        DAMAGED = "damaged", _("Damaged")
        LOST = "lost", _("Lost")
        FOUND = "found", _("Found")
        SAMPLE = "sample", _("Sample or gift")
        MISCOUNTED = "miscounted", _("Was wrong before")
        # A copy is neither lost nor sold by these: it lies aside for somebody, or no longer does.
        HOLD = "hold", _("Held for somebody waiting")
        RELEASE = "release", _("No longer held")

    BY_HAND = (
        *(Reason.DAMAGED, Reason.LOST, Reason.FOUND, Reason.SAMPLE),
        *(Reason.MISCOUNTED, Reason.CORRECTION),
    )

    book = models.ForeignKey(Book, models.PROTECT, related_name="movements", db_index=False)
    quantity = models.IntegerField(_("copies"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    # The ledger outlives orders and accounts, so it names them in plain text.
    order_number = models.CharField(_("order"), max_length=12, blank=True)
    who = models.CharField(_("who"), max_length=254)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        indexes = [
            models.Index(fields=["book", "id"], name="catalog_movement_by_book"),
            # What is rare in a long ledger. A sale costs nothing by it.
            models.Index(
                fields=["reason", "id"],
                name="catalog_movement_by_reason",
                condition=~models.Q(reason__in=["opening", "sale"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(quantity=0), name="catalog_stockmovement_not_zero"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.get_reason_display()}"


class PriceChange(models.Model):
    """A price that a book no longer has. The database writes these rows, whoever changes a price.

    An announcement of a reduction must name the lowest price of the last 30 days (Directive
    98/6/EC, article 6a), so the history begins with the first change.
    """

    book = models.ForeignKey(Book, models.CASCADE, related_name="price_changes")
    old_price = models.DecimalField(_("old price"), max_digits=10, decimal_places=2, null=True)
    new_price = models.DecimalField(_("new price"), max_digits=10, decimal_places=2, null=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")

    def __str__(self) -> str:
        return f"{self.old_price} → {self.new_price}"
