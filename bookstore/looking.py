"""Lists of the admin that stay quick however long they are, and what staff only look at there."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

# As far as anybody pages by hand. Whoever looks for more uses the search and the filters.
MOST_LISTED = 5_000


class ShortPaginator(Paginator):
    """Pages of the first 5,000 rows. A long table is never counted, nor read far into."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        # Their keys alone, so that what a list works out for its rows is not worked out to count them.
        return rows.order_by().values("pk")[:MOST_LISTED].count()

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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Rows to act on are chosen by keys; of anything else Django would make an error of ours."""
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(chosen)
        except ValidationError as error:
            raise BadRequest("A row is chosen by its key.") from error
        return super().changelist_view(request, extra_context)


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
