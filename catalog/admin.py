from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookstore.looking import ReadOnlyAdmin, StaffAdmin

from .book_admin import BookAdmin
from .genre_admin import GenreAdmin
from .history_admin import HistoryAdmin, KeptAdmin
from .models import (
    Book,
    Contributor,
    FrontTableEntry,
    Genre,
    MissedSearch,
    Publisher,
    Series,
    Work,
)
from .search import found_among

admin.site.register(Book, BookAdmin)
admin.site.register(Genre, GenreAdmin)


@admin.register(Contributor)
class ContributorAdmin(HistoryAdmin):
    list_display = ("name", "sort_name")
    search_fields = ("name",)
    # Ascending keys, as the index has them: Django would add them the other way round.
    ordering = ("sort_name", "pk")

    def save_model(self, request: HttpRequest, obj: Contributor, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            Book.objects.filter(contributors=obj).rename_in_bylines(form.initial["name"], obj.name)


@admin.register(Publisher)
class PublisherAdmin(HistoryAdmin):
    search_fields = ("name",)
    ordering = ("name", "pk")

    def save_model(self, request: HttpRequest, obj: Publisher, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.books.all().copy_name("publisher_name", obj.name)


@admin.register(Series)
class SeriesAdmin(HistoryAdmin):
    search_fields = ("title",)
    ordering = ("title", "pk")

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.books.all().copy_name("series_title", obj.title)


class EditionInline(admin.TabularInline):
    """The editions of a work, to look at: a book is moved to another work on its own page."""

    model = Book
    verbose_name_plural = _("editions")
    fields = readonly_fields = ("ean", "title", "byline", "format", "published_on", "price")
    show_change_link = True
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Book]:
        return super().get_queryset(request).defer("search", "search_text").order_by("pk")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Work)
class WorkAdmin(KeptAdmin):
    """Groups of editions. What a feed joined wrongly is put right by another work on the book."""

    list_display = ("title", "editions_in_all")
    sortable_by = ()
    search_fields = ("title",)
    search_help_text = _("Title, author or ISBN of an edition")
    ordering = ("-pk",)
    inlines = (EditionInline,)

    @admin.display(description=_("editions"))
    def editions_in_all(self, work: Any) -> int:
        return work.editions_in_all

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        """With the number of editions, counted for the works of the page alone."""
        editions = Book.objects.filter(work=OuterRef("pk")).order_by().values("work")
        counted = Subquery(editions.annotate(number=Count("pk")).values("number"))
        return super().get_queryset(request).annotate(editions_in_all=Coalesce(counted, 0))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Work], bool]:
        """Works by what the shop's own search finds of their editions."""
        if not search_term:
            return queryset, False
        found = found_among(Book.objects.filter(work__isnull=False), search_term)
        return queryset.filter(pk__in=found.values("work")), False


@admin.register(MissedSearch)
class MissedSearchAdmin(ReadOnlyAdmin):
    """What readers look for and we do not have: gold for whoever buys for the shop."""

    list_display = ("words", "day", "times")
    ordering = ("-day", "-times", "pk")
    linked_by = ("words",)
    list_filter = ("day",)


@admin.register(FrontTableEntry)
class FrontTableEntryAdmin(StaffAdmin):
    list_display = ("book", "position")
    list_editable = ("position",)
    list_select_related = ("book",)
    ordering = ("position", "pk")
    raw_id_fields = ("book",)
