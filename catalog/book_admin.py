"""The admin of books."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from bookstore.looking import FileField

from . import editing
from .book_filters import FormatFilter, SaleFilter, on_shelf
from .cover_upload import CoverField
from .fresh_forms import FreshForm
from .history_admin import HistoryAdmin
from .locks import Lock
from .models import Book, BookText, Contribution
from .money_columns import money
from .search import found_among
from .views import staff

# The width of a cover beside its form, in pixels.
PREVIEW = 120


class BookTextInline(admin.StackedInline):
    model = BookText


class ContributionInline(admin.TabularInline):
    model = Contribution
    raw_id_fields = ("contributor",)
    extra = 1


class BookForm(FreshForm):
    cover_image = CoverField(
        label=_("Cover image"),
        required=False,
        widget=FileField(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_(
            "JPEG, PNG or WebP, up to 10 MB. Without a picture the shop draws a cover of its own."
        ),
    )
    locked_fields = forms.MultipleChoiceField(
        label=_("Feeds leave alone"),
        required=False,
        choices=[(lock.value, capfirst(lock.label)) for lock in Lock],
        widget=forms.CheckboxSelectMultiple,
    )


class BookAdmin(HistoryAdmin):
    form = BookForm
    list_display = (
        *("title", "byline", "ean", "format", money(Book, "price")),
        *("stock", "shelf", "withdrawn"),
    )
    # The others have no index that holds all books.
    sortable_by = ("ean",)
    list_filter = (SaleFilter, FormatFilter)
    search_fields = ("title",)
    search_help_text = _("Title, author, ISBN, or the name of a shelf")
    ordering = ("-pk",)
    raw_id_fields = ("publisher", "series", "work", "genres")
    readonly_fields = ("stock", "withdrawn_at", "cover_now")
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
        (_("Cover"), {"fields": ("cover_now", "cover_image", "cover_mood")}),
        (
            _("Feeds"),
            {
                "fields": ("locked_fields",),
                "description": _("What is ticked stays as you save it, whatever suppliers send."),
            },
        ),
        (_("Sale"), {"fields": ("withdrawn_at",)}),
    )

    @admin.display(description=_("withdrawn"))
    def withdrawn(self, book: Book) -> Any:
        return book.withdrawn_at

    @admin.display(description=_("cover now"))
    def cover_now(self, book: Book) -> str:
        if not book.pk:
            return "–"
        # As it is stored: in a form that was refused, the book has the picture that was not taken.
        cover = Book.objects.defer("search", "search_text").get(pk=book.pk).cover
        height = round(PREVIEW * cover.height / cover.width)
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}">',
            *(cover.small, _("The cover as readers see it"), PREVIEW, height),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Book]:
        return super().get_queryset(request).defer("search", "search_text")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Book], bool]:
        """The shop's own search, since LIKE over a million titles would not end; or a shelf."""
        if not search_term:
            return queryset, False
        shelf = on_shelf(queryset, search_term)
        return (found_among(queryset, search_term) if shelf is None else shelf), False

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
        if change:
            before = form.initial.get("work")
            editing.save_changes(obj, form.changed_data, work_before=before, now=timezone.now())
        else:
            editing.save_new(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A new book joins the other editions of its work, now that its people are known."""
        super().save_related(request, form, formsets, change)
        if not change:
            editing.join_editions(form.instance)

    def get_urls(self) -> list[Any]:
        acts = {"withdraw": staff.book_withdraw, "put-back": staff.book_put_back}
        own = [
            path(
                f"<int:book_id>/{act}/",
                self.admin_site.admin_view(view),
                name=f"catalog_book_{act.replace('-', '_')}",
            )
            for act, view in acts.items()
        ]
        return own + super().get_urls()
