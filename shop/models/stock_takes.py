"""What a count of the stock has found so far, and what the shop's books said meanwhile."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Book
from catalog.money import format_difference
from shop.stock_take_querysets import LineQuerySet, StockTakeQuerySet

MOST_COUNTED = 9_999


class StockTake(models.Model):
    """A count of the whole shop, of a shelf, or of a few books. It changes stock when it is posted."""

    class Scope(models.TextChoices):
        SHOP = "shop", _("The whole shop")
        SHELF = "shelf", _("A shelf")
        BOOKS = "books", _("Single books: those that are scanned")

    scope = models.CharField(_("what is counted"), max_length=5, choices=Scope)
    shelf = models.CharField(_("shelf"), max_length=20, blank=True)
    # Names one filled-in form: sending it twice begins one count.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # Books of a shelf of which there should be copies, when it began. Those of the whole shop are too
    # many to add up, and single books are not known before.
    books_expected = models.PositiveIntegerField(_("books to count"), null=True)
    who = models.CharField(_("begun by"), max_length=254)
    started_at = models.DateTimeField(_("begun at"))
    posted_at = models.DateTimeField(pgettext_lazy("stock take", "posted at"), null=True)
    posted_by = models.CharField(_("posted by"), max_length=254, blank=True)
    abandoned_at = models.DateTimeField(_("given up at"), null=True)

    objects = StockTakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock take")
        verbose_name_plural = _("stock takes")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="shelf") ^ Q(shelf=""), name="shop_stocktake_shelf_if_of_one"
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True) | Q(abandoned_at__isnull=True),
                name="shop_stocktake_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True) ^ ~Q(posted_by=""),
                name="shop_stocktake_posted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        facts = {"number": self.pk, "scope": self.scope_text}
        return str(_("Stock take %(number)s: %(scope)s") % facts)

    def get_absolute_url(self) -> str:
        return reverse("admin:stock_take_detail", args=[self.pk])

    @property
    def scope_text(self) -> str:
        if self.scope == self.Scope.SHELF:
            return str(_("shelf %(shelf)s") % {"shelf": self.shelf})
        return str(_("the whole shop") if self.scope == self.Scope.SHOP else _("single books"))

    @property
    def is_of_single_books(self) -> bool:
        return self.scope == self.Scope.BOOKS

    @property
    def is_open(self) -> bool:
        return self.posted_at is None and self.abandoned_at is None

    @property
    def is_posted(self) -> bool:
        return self.posted_at is not None

    @property
    def state_text(self) -> str:
        if self.is_open:
            return str(_("Open"))
        return str(pgettext_lazy("stock take", "Posted") if self.is_posted else _("Given up"))

    @property
    def worth_text(self) -> str:
        """What its differences come to. Needs StockTakeQuerySet.for_list()."""
        return format_difference(self.worth)  # type: ignore[attr-defined]

    def covers(self, book: Book) -> bool:
        """Whether the book is among those that are counted."""
        return self.scope != self.Scope.SHELF or book.shelf == self.shelf


class StockTakeLine(models.Model):
    """The copies of a book that were counted, and what the shop's books said when that began.

    The difference is between these two. It stays right whatever is sold or arrives after it, since
    that moves the stock and the copies alike; `needs_counting_again` says when it does not.
    """

    take = models.ForeignKey(StockTake, models.CASCADE, related_name="lines", db_index=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    counted = models.PositiveIntegerField(_("counted"))
    # What shop/in_house.py read when the first of these copies was counted.
    on_sale = models.IntegerField(_("on sale"))
    held = models.IntegerField(_("held"))
    ordered = models.IntegerField(_("ordered"))
    movement_id = models.BigIntegerField()
    # For what the difference is worth.
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, null=True)
    # Copies came or left between the first of these copies and the last.
    is_unsure = models.BooleanField(default=False)
    # Goes up with each scan, so that the newest lines are known.
    scan_id = models.BigIntegerField(default=0)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a stock take")
        verbose_name_plural = _("lines of stock takes")
        constraints = [
            models.UniqueConstraint(
                fields=["take", "book"], name="shop_stocktakeline_once_per_book"
            ),
            models.CheckConstraint(
                condition=Q(counted__lte=MOST_COUNTED), name="shop_stocktakeline_not_too_many"
            ),
            models.CheckConstraint(
                condition=Q(on_sale__gte=0, held__gte=0, ordered__gte=0),
                name="shop_stocktakeline_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book}: {self.counted}"

    @property
    def expected(self) -> int:
        """Copies that should have been in the house."""
        return self.on_sale + self.held + self.ordered

    @property
    def difference(self) -> int:
        """Copies that the count adds to the stock; below zero it takes them away."""
        return self.counted - self.expected

    @property
    def difference_text(self) -> str:
        sign = "+" if self.difference > 0 else "−"
        return f"{sign}{abs(self.difference)}" if self.difference else "0"

    @property
    def value(self) -> Decimal:
        return self.difference * (self.price or Decimal(0))

    @property
    def value_text(self) -> str:
        return format_difference(self.value)


class StockTakeScan(models.Model):
    """What somebody put into a count: copies more or fewer, or how many there are in all."""

    take = models.ForeignKey(StockTake, models.CASCADE, related_name="scans")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    # Names one form: however often it is sent, it counts once.
    key = models.UUIDField(unique=True, editable=False)
    copies = models.IntegerField(_("copies"))
    is_total = models.BooleanField(_("in all"), default=False)
    who = models.CharField(_("who"), max_length=254)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("scan of a stock take")
        verbose_name_plural = _("scans of stock takes")

    def __str__(self) -> str:
        return f"{self.book}: {self.copies}"
