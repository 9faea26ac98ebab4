"""Filters of lists in the admin that other pages link to; each is shown only while it is in use."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookstore.keys import key_in


class LinkedFilter(admin.SimpleListFilter):
    """A filter with one choice, besides that of all rows."""

    words: Any

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.value() or "", self.words)] if self.value() else []


class OfSalesFilter(LinkedFilter):
    title = _("what they take off")
    parameter_name = "of_sales"
    words = _("Money for sales")

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return queryset.of_sales()


class OwedFilter(LinkedFilter):
    title = _("what is owed")
    parameter_name = "owed"
    words = _("Failed, and still owed")

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return queryset.owed()


class OfBookFilter(LinkedFilter):
    """Orders that have a line of the book with this key."""

    title = _("book")
    parameter_name = "book"
    words = _("With the book in question")

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        book = key_in(self.value() or "")
        if book is None:
            raise IncorrectLookupParameters
        return queryset.filter(items__book=book)
