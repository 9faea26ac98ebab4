from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookstore.looking import ReadOnlyAdmin, StaffAdmin

from . import tasks, works
from .identifiers import next_in_store_ean
from .models import (
    Book,
    BookText,
    Contribution,
    Contributor,
    FrontTableEntry,
    Genre,
    MissedSearch,
    Publisher,
    Series,
    Work,
)
from .search import found_among


class BookTextInline(admin.StackedInline):
    model = BookText


class ContributionInline(admin.TabularInline):
    model = Contribution
    raw_id_fields = ("contributor",)
    extra = 1


@admin.register(Book)
class BookAdmin(StaffAdmin):
    list_display = ("title", "byline", "ean", "format", "price", "stock", "withdrawn_at")
    list_filter = ("format",)
    search_fields = ("title",)
    search_help_text = _("Title, author or ISBN")
    ordering = ("-pk",)
    raw_id_fields = ("publisher", "series", "work", "genres")
    readonly_fields = ("stock",)
    inlines = (ContributionInline, BookTextInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "ean",
                    "title",
                    "subtitle",
                    "byline",
                    "price",
                    "tax_class",
                    "stock",
                    "shelf",
                )
            },
        ),
        (
            _("Edition"),
            {
                "fields": (
                    "format",
                    "language",
                    "pages",
                    ("height_mm", "width_mm", "thickness_mm", "weight_g"),
                    ("published_on", "published_precision"),
                    ("on_sale_on", "publishing_status"),
                    "publisher",
                    ("series", "series_number"),
                    "work",
                    "genres",
                )
            },
        ),
        (_("Cover"), {"fields": ("cover_image", "cover_mood")}),
        (_("Sale"), {"fields": ("withdrawn_at",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Book]:
        return super().get_queryset(request).defer("search")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Book], bool]:
        """The shop's own search, since LIKE over a million titles would not end."""
        return (found_among(queryset, search_term) if search_term else queryset), False

    def get_form(
        self, request: HttpRequest, obj: Book | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        ean = form.base_fields.get("ean")
        if ean is not None and obj is None:
            ean.required = False
            ean.help_text = _("Empty: the book gets a number of our own.")
        return form

    def save_model(self, request: HttpRequest, obj: Book, form: Any, change: bool) -> None:
        obj.ean = obj.ean or next_in_store_ean()
        obj.fill_derived()
        if change:
            if "work" in form.changed_data:
                works.lock_editions(obj, form.initial["work"], obj.work_id)
                if obj.work is None:
                    # Without one the next feed would bring it back to where staff took it from.
                    works.set_apart(obj)
            # Only what was edited: a sale meanwhile must not be undone, nor another colleague's work.
            columns = {field.name for field in Book._meta.concrete_fields}
            edited = columns & set(form.changed_data)
            if "cover_image" in edited:
                edited |= {"cover_width", "cover_height"}
            obj.save(update_fields=[*edited, *Book.DERIVED])
        else:
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A new book joins the other editions of its work, now that its people are known."""
        super().save_related(request, form, formsets, change)
        if not change:
            works.assign(form.instance)
            form.instance.save(update_fields=["work"])

    def has_delete_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        """Books are withdrawn from sale, not deleted: orders and the stock ledger name them."""
        return False


@admin.register(Genre)
class GenreAdmin(StaffAdmin):
    list_display = ("name", "parent", "mood", "book_count")
    list_select_related = ("parent",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    raw_id_fields = ("parent",)

    def save_model(self, request: HttpRequest, obj: Genre, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "parent" in form.changed_data:
            tasks.retag_books.enqueue(genre_id=obj.pk)


@admin.register(Contributor)
class ContributorAdmin(StaffAdmin):
    list_display = ("name", "sort_name")
    search_fields = ("name",)
    ordering = ("sort_name", "pk")

    def save_model(self, request: HttpRequest, obj: Contributor, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            Book.objects.filter(contributors=obj).rename_in_bylines(form.initial["name"], obj.name)


@admin.register(Publisher)
class PublisherAdmin(StaffAdmin):
    search_fields = ("name",)
    ordering = ("name", "pk")

    def save_model(self, request: HttpRequest, obj: Publisher, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.books.all().copy_name("publisher_name", obj.name)


@admin.register(Series)
class SeriesAdmin(StaffAdmin):
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
class WorkAdmin(StaffAdmin):
    """Groups of editions. What a feed joined wrongly is put right by another work on the book."""

    list_display = ("title", "editions_in_all")
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
    list_filter = ("day",)


@admin.register(FrontTableEntry)
class FrontTableEntryAdmin(StaffAdmin):
    list_display = ("book", "position")
    list_editable = ("position",)
    list_select_related = ("book",)
    ordering = ("position", "pk")
    raw_id_fields = ("book",)
