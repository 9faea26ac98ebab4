"""Lists of the admin that stay quick however long they are, and what staff only look at there."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminFileWidget, ManyToManyRawIdWidget
from django.core.paginator import Paginator
from django.db.models import ImageField
from django.forms import BooleanField
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .keys import key_in, keys_in

# How filters of the admin compare a column.
_KINDS = {"", "exact", "in", "isnull", "isempty", "gte", "gt", "lte", "lt"}
# As far as anybody pages by hand. Whoever looks for more uses the search and the filters.
MOST_LISTED = 5_000
# As many as one act is done with when all rows of a list are chosen.
MOST_AT_ONCE = 100
# Of the rows whose keys are in a field.
MOST_NAMED = 20


def _column_of(kind: Any) -> str:
    """The column, or the word in an address, that an entry of `list_filter` goes by."""
    if isinstance(kind, tuple):
        return str(kind[0])
    return kind if isinstance(kind, str) else str(kind.parameter_name)


def bounded_count(rows: Any, most: int | None = None) -> int:
    """How many rows of a query there are, counted no further than `most`, or than 5,000."""
    # Their keys alone, so that what a list works out for its rows is not worked out to count them.
    return int(rows.order_by().values("pk")[: most or MOST_LISTED].count())


class ShortPaginator(Paginator):
    """Pages of the first 5,000 rows. A long table is never counted, nor read far into."""

    @cached_property
    def count(self) -> int:
        return bounded_count(self.object_list)

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than it has pages for."""
        return self.count >= MOST_LISTED


class FileField(AdminFileWidget):
    """With a label of its own, which a field in a group of fields lacks."""

    use_fieldset = False


class NamedKeys(ManyToManyRawIdWidget):
    """Keys to type, with the names of the rows that they are of."""

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        rows = self.rel.model._default_manager.filter(pk__in=keys_in(map(str, value))[:MOST_NAMED])
        return ", ".join(map(str, rows)), ""


class ShortList(ChangeList):
    """Sorted only by columns that may be: Django asks that of its headings, not of the address."""

    def get_ordering_field(self, field_name: Any) -> Any:
        return (
            super().get_ordering_field(field_name)
            if field_name in (self.sortable_by or ())
            else None
        )


class StaffAdmin(admin.ModelAdmin):
    """A list of rows in the admin. Each of ours is one, so that none counts a long table.

    One of a long table names in `sortable_by` the columns that an index serves.
    """

    paginator = ShortPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50
    formfield_overrides: ClassVar[dict[Any, Any]] = {ImageField: {"widget": FileField}}

    # What its rows are called where they are counted, if the list has a name that is not theirs.
    counted_as: Any = ""
    # Columns, besides those of its filters, that other pages link to parts of the list by.
    linked_by: ClassVar[tuple[str, ...]] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the list has filters for, and keys of other rows.

        Django would look into any column, so that a secret in it could be guessed letter by letter,
        and a pattern be looked for in a million rows.
        """
        column, _mark, kind = lookup.partition("__")
        if kind == "id__exact":
            return column in {field.name for field in self.opts.fields if field.many_to_one}
        known = {*self.linked_by, *map(_column_of, self.get_list_filter(request)), "id"}
        return column in known and kind in _KINDS

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name in self.raw_id_fields:
            kwargs["widget"] = NamedKeys(db_field.remote_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Rows to edit in the list, whose fields are named by more than the head of their column."""
        formset: Any = super().get_changelist_formset(request, **kwargs)
        for field in formset.form.base_fields.values():
            field.widget.attrs["aria-label"] = field.label
        return formset

    def response_action(
        self, request: HttpRequest, queryset: Any, *args: Any, **where: Any
    ) -> HttpResponse | None:
        """What is done with ticked rows. A tick that names no key names no row.

        “Select all” of a list that is longer than anybody has looked through is refused: Django would
        do it with rows, too, that a list which is cut neither shows nor counts.
        """
        across = BooleanField(required=False).to_python(request.POST.get("select_across"))
        if across and bounded_count(queryset, MOST_AT_ONCE + 1) > MOST_AT_ONCE:
            words = _(
                "Nothing was done: that is for %(most)d rows at a time, at the most. Search or "
                "filter, or select them page by page."
            )
            messages.error(request, words % {"most": MOST_AT_ONCE})
            return None
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        keys = [key for key in ticked if key_in(key) is not None]
        if keys != ticked:
            sent = request.POST.copy()
            sent.setlist(ACTION_CHECKBOX_NAME, keys)
            request.POST = sent  # type: ignore[assignment]
        answer: HttpResponse | None = super().response_action(request, queryset, *args, **where)
        return answer

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ShortList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        names = {"module_name": self.counted_as} if self.counted_as else {}
        answer: HttpResponse = super().changelist_view(request, {**names, **(extra_context or {})})
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
    """Rows to look at. Only services write them, so that Django's log of changes knows none."""

    is_read_only = True
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
