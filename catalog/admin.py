from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .identifiers import next_in_store_ean
from .models import (
    Book,
    BookText,
    Contribution,
    Contributor,
    FrontTableEntry,
    Genre,
    Publisher,
    Series,
)


class BookTextInline(admin.StackedInline):
    model = BookText


class ContributionInline(admin.TabularInline):
    model = Contribution
    raw_id_fields = ("contributor",)
    extra = 1


@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    list_display = ("title", "byline", "ean", "format", "price", "stock", "withdrawn_at")
    list_filter = ("format",)
    search_fields = ("title",)
    search_help_text = _("Title, author or ISBN")
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    raw_id_fields = ("publisher", "series", "genres")
    readonly_fields = ("stock",)
    inlines = (ContributionInline, BookTextInline)
    fieldsets = (
        (None, {"fields": ("ean", "title", "subtitle", "byline", "price", "stock")}),
        (
            _("Edition"),
            {
                "fields": (
                    "format",
                    "language",
                    "pages",
                    ("height_mm", "width_mm", "thickness_mm", "weight_g"),
                    ("published_on", "published_precision"),
                    "on_sale_on",
                    "publisher",
                    ("series", "series_number"),
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
        return (queryset.matching(search_term) if search_term else queryset), False

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
            # Only what was edited: a sale meanwhile must not be undone, nor another colleague's work.
            columns = {field.name for field in Book._meta.concrete_fields}
            edited = columns & set(form.changed_data)
            if "cover_image" in edited:
                edited |= {"cover_width", "cover_height"}
            obj.save(update_fields=[*edited, *Book.DERIVED])
        else:
            obj.save()

    def has_delete_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        """Books are withdrawn from sale, not deleted: orders and the stock ledger name them."""
        return False


@admin.register(Genre)
class GenreAdmin(admin.ModelAdmin):
    list_display = ("name", "parent", "mood", "book_count")
    list_select_related = ("parent",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    raw_id_fields = ("parent",)


@admin.register(Contributor)
class ContributorAdmin(admin.ModelAdmin):
    list_display = ("name", "sort_name")
    search_fields = ("name",)
    ordering = ("sort_name", "pk")
    show_full_result_count = False


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin):
    search_fields = ("name",)
    ordering = ("name", "pk")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Publisher, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.books.all().copy_name("publisher_name", obj.name)


@admin.register(Series)
class SeriesAdmin(admin.ModelAdmin):
    search_fields = ("title",)
    ordering = ("title", "pk")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.books.all().copy_name("series_title", obj.title)


@admin.register(FrontTableEntry)
class FrontTableEntryAdmin(admin.ModelAdmin):
    list_display = ("book", "position")
    list_editable = ("position",)
    list_select_related = ("book",)
    ordering = ("position", "pk")
    raw_id_fields = ("book",)
