"""Lists of the admin that stay quick however long they are, and what staff only look at there."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

# As far as anybody pages by hand. Whoever looks for more uses the search and the filters.
MOST_LISTED = 5_000


def bounded_count(rows: Any) -> int:
    """How many rows of a query there are, counted no further than 5,000."""
    # Their keys alone, so that what a list works out for its rows is not worked out to count them.
    return int(rows.order_by().values("pk")[:MOST_LISTED].count())


class ShortPaginator(Paginator):
    """Pages of the first 5,000 rows. A long table is never counted, nor read far into."""

    @cached_property
    def count(self) -> int:
        return bounded_count(self.object_list)

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than it has pages for."""
        return self.count >= MOST_LISTED


class StaffAdmin(admin.ModelAdmin):
    """A list of rows in the admin. Each of ours is one, so that none counts a long table."""

    paginator = ShortPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50


class ReadOnlyInline(admin.TabularInline):
    """Rows that the shop or its members write and staff do not edit."""

    can_delete = False
    extra = 0
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReadOnlyAdmin(StaffAdmin):
    """Rows to look at. Only services write them."""

    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
