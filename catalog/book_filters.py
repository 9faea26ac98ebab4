"""How staff narrow the list of books: by what an index finds, however long the list is."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import Book
from .querysets import BookQuerySet
from .tags import FORMATS


class SaleFilter(admin.SimpleListFilter):
    title = _("sale")
    parameter_name = "sale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("on", _("On sale")),
            ("withdrawn", _("Withdrawn")),
            ("unpriced", _("Without a price")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked: dict[str | None, dict[str, bool]] = {
            "on": {"withdrawn_at__isnull": True},
            "withdrawn": {"withdrawn_at__isnull": False},
            "unpriced": {"price__isnull": True},
        }
        return queryset.filter(**asked.get(self.value(), {}))


class FormatFilter(admin.SimpleListFilter):
    title = _("format")
    parameter_name = "format"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Book.Format.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """By the tag, which has an index: of a rare format a list would look through all books."""
        tag = FORMATS.get(self.value() or "")
        return queryset.carrying([tag]) if tag else queryset


def on_shelf(books: BookQuerySet, words: str) -> BookQuerySet | None:
    """Those of `books` that stand on the shelf of this name; None if there is no such shelf."""
    name = words.strip()
    if not Book.objects.exclude(shelf="").filter(shelf=name).exists():
        return None
    return books.exclude(shelf="").filter(shelf=name)
