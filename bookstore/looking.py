"""Lists of the admin that stay quick however long they are, and what staff only look at there."""

import re
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

# A key of any of our tables: it fits into 64 bits.
_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
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

    def response_action(
        self, request: HttpRequest, *args: Any, **where: Any
    ) -> HttpResponse | None:
        """What is done with ticked rows. A tick that names no key names no row."""
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        keys = [key for key in ticked if _KEY.fullmatch(key)]
        if keys != ticked:
            sent = request.POST.copy()
            sent.setlist(ACTION_CHECKBOX_NAME, keys)
            request.POST = sent  # type: ignore[assignment]
        answer: HttpResponse | None = super().response_action(request, *args, **where)
        return answer


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
