"""Imports of feeds in the admin, from wherever they came. Uploads have pages of their own."""

from django.contrib import admin

from bookstore.looking import ReadOnlyAdmin
from catalog.money_columns import money

from .models import FeedProblem, FeedRun


@admin.register(FeedRun)
class FeedRunAdmin(ReadOnlyAdmin):
    """Imports to look at. What is wrong with a file is a list of its own, which may be long."""

    change_form_template = "admin/shop/feedrun/change_form.html"
    list_display = (
        *("file_name", "kind", "state", "begun_at", "ended_at"),
        *("created", "updated", "unchanged", "taken_back", "skipped", "values_left_out"),
    )
    list_filter = ("state", "kind")
    sortable_by = ()
    fields = (
        *("file_name", "kind", "size", money(FeedRun, "price"), "stock"),
        *("state", "begun_at", "ended_at", "records"),
        *("created", "updated", "unchanged", "taken_back", "skipped", "values_left_out"),
    )
    readonly_fields = (money(FeedRun, "price"),)


@admin.register(FeedProblem)
class FeedProblemAdmin(ReadOnlyAdmin):
    """What was wrong with the files. The page of an import leads to those of its own."""

    list_display = ("line", "record", "field", "value", "reason", "row_is_skipped", "run")
    list_select_related = ("run",)
    sortable_by = ()
    ordering = ("pk",)
