"""What the pages of stock takes ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Abs, Cast, Coalesce

from catalog.models import StockMovement

from .in_house import ARRIVALS, ON_PAPER

# What should have been in the house, for the database.
EXPECTED = F("on_sale") + F("held") + F("ordered")


class StockTakeQuerySet(models.QuerySet[Any]):
    def locked(self) -> StockTakeQuerySet:
        """Whoever counts or posts has the lock of the whole count, before that of any book."""
        return self.select_for_update(of=("self",), no_key=True)

    def for_list(self) -> StockTakeQuerySet:
        """With what each has found; the newest first."""
        return self.annotate(**_sums("lines__")).order_by("-pk")


class LineQuerySet(models.QuerySet[Any]):
    def sums(self) -> dict[str, Any]:
        """What these lines come to: books and copies counted, missing and over, and their worth."""
        return self.aggregate(**_sums(""))

    def newest(self) -> LineQuerySet:
        """With their books, whatever was scanned last first."""
        return self._with_books().order_by("-scan_id", "-pk")

    def by_title(self) -> LineQuerySet:
        return self._with_books().order_by("book__sort_title", "pk")

    def differing(self) -> LineQuerySet:
        return self._with_books().exclude(counted=EXPECTED)

    def dearest(self) -> LineQuerySet:
        """Lines that differ, those first that are worth most, missing or over."""
        worth = Abs(Cast(F("counted") - EXPECTED, models.DecimalField()) * F("price"))
        return self.differing().order_by(worth.desc(nulls_last=True), "pk")

    def for_review(self) -> LineQuerySet:
        """Lines that would change the stock, or that nobody can be sure of, with their books.

        `is_outdated`: somebody has put the stock of the book right since it was counted, perhaps
        because of the same copies.
        """
        corrected = StockMovement.objects.filter(
            book=OuterRef("book"), pk__gt=OuterRef("movement_id")
        )
        corrected = corrected.exclude(reason__in=ON_PAPER)
        # Fewer copies of a delivery than were written down are a correction like any other.
        corrected = corrected.exclude(reason__in=ARRIVALS, quantity__gt=0)
        lines = self.filter(~Q(counted=EXPECTED) | Q(is_unsure=True))
        return lines.annotate(is_outdated=Exists(corrected))._with_books().order_by("pk")

    def _with_books(self) -> LineQuerySet:
        return self.select_related("book").defer("book__search", "book__search_text")


def _sums(line: str) -> dict[str, Any]:
    """Aggregates over lines, which are reached by the prefix `line`."""
    expected = F(f"{line}on_sale") + F(f"{line}held") + F(f"{line}ordered")
    difference = F(f"{line}counted") - expected
    over, missing = Q(**{f"{line}counted__gt": expected}), Q(**{f"{line}counted__lt": expected})
    worth = models.Sum(
        difference * Coalesce(F(f"{line}price"), Decimal(0)), output_field=models.DecimalField()
    )
    return {
        "books": Count(f"{line}pk"),
        "copies": Coalesce(Sum(f"{line}counted"), 0),
        "expected": Coalesce(Sum(expected), 0),
        "over": Coalesce(Sum(difference, filter=over), 0),
        "missing": Coalesce(Sum(-difference, filter=missing), 0),
        "worth": Coalesce(worth, Decimal(0)),
    }
