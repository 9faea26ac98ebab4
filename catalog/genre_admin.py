"""The admin of genres: one tree, listed whole."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from bookstore.forms import LongSelect
from bookstore.looking import ShortList

from . import tasks
from .fresh_forms import FreshForm
from .history_admin import HistoryAdmin
from .models import Genre

# More than anybody has.
MOST_GENRES = 1_000
STEP = "– "


def indented(genre: Any) -> str:
    """The name of a genre of GenreQuerySet.in_tree_order(), as far in as it stands in the tree."""
    return STEP * (len(genre.way) - 1) + genre.name


class PartOfField(forms.ModelChoiceField):
    def label_from_instance(self, genre: Any) -> str:
        return indented(genre)


class GenreForm(FreshForm):
    def clean(self) -> dict[str, Any] | None:
        """A move waits for other moves, so that two at once make no circle of the tree."""
        if self.instance.pk and "parent" in self.changed_data:
            genres = Genre.objects.select_for_update(no_key=True).order_by("pk")
            list(genres.values_list("pk"))
        return super().clean()


class TreeList(ShortList):
    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        return ["way", "pk"]


class GenreAdmin(HistoryAdmin):
    form = GenreForm
    list_display = ("in_the_tree", "mood", "book_count")
    list_per_page = list_max_show_all = MOST_GENRES
    search_fields = ("name",)
    ordering = ("name", "pk")
    sortable_by = ()
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        return Genre.objects.in_tree_order()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ShortList]:
        return TreeList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        can_add = self.has_add_permission(request)
        return (*self.list_display, "add_inside") if can_add else self.list_display

    @admin.display(description=_("genre"))
    def in_the_tree(self, genre: Any) -> str:
        return indented(genre)

    @admin.display(description=_("add"))
    def add_inside(self, genre: Genre) -> str:
        address = reverse("admin:catalog_genre_add", query={"parent": genre.pk})
        words = _("Add one inside “%(name)s”") % {"name": genre.name}
        return format_html(
            '<a href="{}" aria-label="{}">{}</a>', address, words, _("Add one inside")
        )

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "parent":
            choices = {"queryset": Genre.objects.in_tree_order(), "widget": LongSelect}
            kwargs |= {
                **choices,
                "form_class": PartOfField,
                "empty_label": _("Nothing: at the top"),
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Genre, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "parent" in form.changed_data:
            tasks.retag_books.enqueue(genre_id=obj.pk)
