"""What a long time has sold of each book, counted now and then because counting takes long."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Book
from shop.querysets import BookSalesQuerySet


class BookSales(models.Model):
    """What was sold of a book in the `days` before `as_of`; only shop.sales writes it.

    There are rows for the books that sold most alone.
    """

    days = models.PositiveSmallIntegerField(_("days"))
    book = models.ForeignKey(Book, models.CASCADE, related_name="+", db_index=False)
    copies = models.PositiveIntegerField(_("copies"))
    money = models.DecimalField(_("money"), max_digits=14, decimal_places=2)
    as_of = models.DateTimeField(_("as of"))

    objects = BookSalesQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales of a book")
        verbose_name_plural = _("sales of books")
        indexes = [
            models.Index(fields=["days", "-copies", "book"], name="shop_booksales_by_copies")
        ]
        constraints = [
            models.UniqueConstraint(fields=["days", "book"], name="shop_booksales_once_per_book")
        ]

    def __str__(self) -> str:
        return f"{self.book_id}: {self.copies} in {self.days} days"
