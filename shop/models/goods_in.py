"""Deliveries while they are unpacked: what was scanned so far, and when it went into stock."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Book


class GoodsInQuerySet(models.QuerySet["GoodsIn"]):
    def for_list(self) -> GoodsInQuerySet:
        """With how many copies came so far, and how many of them are of unknown books."""
        lines = GoodsInLine.objects.filter(delivery=OuterRef("pk"), is_set_aside=False)
        return self.annotate(
            copies=_of_each(lines, models.Sum("copies")),
            unknown=_of_each(lines.filter(book=None), models.Count("pk")),
        ).order_by("-pk")

    def open(self) -> GoodsInQuerySet:
        return self.filter(closed_at=None)

    def closed(self) -> GoodsInQuerySet:
        return self.exclude(closed_at=None)


def _of_each(lines: models.QuerySet[GoodsInLine], number: models.Aggregate) -> Any:
    """A number of lines, worked out for the deliveries of a page alone."""
    counted = lines.order_by().values("delivery").annotate(number=number).values("number")
    return Coalesce(Subquery(counted), 0)


class GoodsIn(models.Model):
    """A delivery. It is open until all that came is in stock, or set aside.

    What is known goes into stock in one piece; what is not stays behind in the open delivery.
    """

    reference = models.CharField(_("delivery note"), max_length=60, blank=True)
    who = models.CharField(_("begun by"), max_length=254)
    started_at = models.DateTimeField(_("begun at"))
    # When something of it last went into stock.
    posted_at = models.DateTimeField(_("put into stock at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = GoodsInQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery to the shop")
        verbose_name_plural = _("deliveries to the shop")
        indexes = [
            models.Index(fields=["id"], condition=Q(closed_at=None), name="shop_goodsin_open")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(posted_at__isnull=False),
                name="shop_goodsin_posted_before_closed",
            )
        ]

    def __str__(self) -> str:
        return self.reference or str(_("Delivery %(number)d") % {"number": self.pk})

    def get_absolute_url(self) -> str:
        """Where staff scan it, or look at what came."""
        page = "admin:goods_in_posted" if self.is_closed else "admin:goods_in_delivery"
        return reverse(page, args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class GoodsInLineQuerySet(models.QuerySet["GoodsInLine"]):
    def to_post(self) -> GoodsInLineQuerySet:
        """Of known books, and not in stock yet. What was counted last comes first."""
        return self.filter(posted_at=None, book__isnull=False).with_books()

    def unknown(self) -> GoodsInLineQuerySet:
        return self.filter(book=None, is_set_aside=False).order_by("-scanned_at", "-pk")

    def set_aside(self) -> GoodsInLineQuerySet:
        return self.filter(is_set_aside=True).order_by("-scanned_at", "-pk")

    def by_shelf(self) -> GoodsInLineQuerySet:
        """What went into stock, as one carries it to the shelves. Books without one come last."""
        lines = self.filter(posted_at__isnull=False).with_books()
        no_shelf = models.Case(models.When(book__shelf="", then=1), default=0)
        return lines.order_by(no_shelf, "book__shelf", "book__sort_title", "pk")

    def with_books(self) -> GoodsInLineQuerySet:
        lines = self.select_related("book").defer("book__search", "book__search_text")
        return lines.order_by("-scanned_at", "-pk")

    def totals(self) -> dict[str, int]:
        """How many lines these are, and how many copies."""
        return self.order_by().aggregate(
            titles=models.Count("pk"), copies=models.Sum("copies", default=0)
        )


class GoodsInLine(models.Model):
    """Copies of one book in a delivery, or of a number that the catalogue does not know."""

    delivery = models.ForeignKey(GoodsIn, models.CASCADE, related_name="lines", db_index=False)
    ean = models.CharField(_("EAN or ISBN-13"), max_length=13)
    book = models.ForeignKey(
        Book, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("book")
    )
    copies = models.PositiveIntegerField(_("copies"))
    # How many of them were bound to people waiting when they went into stock.
    offered = models.PositiveIntegerField(_("offered to people waiting"), default=0)
    scanned_at = models.DateTimeField(_("counted at"))
    posted_at = models.DateTimeField(_("put into stock at"), null=True, blank=True)
    # An unknown book that the shop does not take into its catalogue.
    is_set_aside = models.BooleanField(_("set aside"), default=False)

    objects = GoodsInLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a delivery")
        verbose_name_plural = _("lines of a delivery")
        indexes = [models.Index(fields=["delivery", "id"], name="shop_goodsinline_by_delivery")]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "ean"],
                condition=Q(posted_at=None),
                name="shop_goodsinline_ean_once",
            ),
            models.CheckConstraint(condition=Q(copies__gt=0), name="shop_goodsinline_some_copies"),
            models.CheckConstraint(
                condition=Q(posted_at=None) | Q(book__isnull=False),
                name="shop_goodsinline_posted_is_known",
            ),
            models.CheckConstraint(
                condition=Q(is_set_aside=False) | Q(book=None),
                name="shop_goodsinline_aside_is_unknown",
            ),
            models.CheckConstraint(
                condition=Q(offered=0) | Q(posted_at__isnull=False),
                name="shop_goodsinline_offered_is_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.copies} × {self.ean}"

    @property
    def is_unknown(self) -> bool:
        return self.book_id is None

    @property
    def to_shelf(self) -> int:
        """How many copies went to the shelf. Those who waited may have got others with them."""
        return max(self.copies - self.offered, 0)


class GoodsInScan(models.Model):
    """A scan that was counted: a form that comes a second time counts no second copy."""

    delivery = models.ForeignKey(GoodsIn, models.CASCADE, related_name="scans")
    key = models.UUIDField()
    ean = models.CharField(max_length=13)

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        constraints = [
            models.UniqueConstraint(fields=["key", "ean"], name="shop_goodsinscan_counts_once")
        ]

    def __str__(self) -> str:
        return self.ean
