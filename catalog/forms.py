from typing import Self

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

LONGEST_SEARCH = 200


class SortChoice:
    """The orders that a list offers, with their names in the address."""

    RELEVANCE = ("relevance", _("Best match"))
    OTHERS = (
        ("bestselling", _("Bestselling here")),
        ("newest", _("Newest edition")),
        ("rating", _("Readers’ rating")),
        ("price", _("Price, low to high")),
        ("-price", _("Price, high to low")),
        ("title", _("Title, A to Z")),
    )


class BookListForm(forms.Form):
    """What the address of a list may say. Anything it cannot mean falls back to the default."""

    q = forms.CharField(required=False, validators=[ProhibitNullCharactersValidator()])
    genre = forms.SlugField(required=False)
    sort = forms.ChoiceField(required=False, choices=(SortChoice.RELEVANCE, *SortChoice.OTHERS))

    @classmethod
    def read(cls, address: QueryDict) -> Self:
        """The form, checked; fields that make no sense are left out."""
        form = cls(address)
        form.is_valid()
        return form

    @property
    def words(self) -> str:
        return str(self.cleaned_data.get("q", ""))[:LONGEST_SEARCH]

    @property
    def genre_slug(self) -> str:
        return str(self.cleaned_data.get("genre", ""))

    @property
    def sort_key(self) -> str:
        default = "relevance" if self.words else "bestselling"
        chosen = self.cleaned_data.get("sort") or default
        return default if chosen == "relevance" else str(chosen)

    @property
    def sorts(self) -> list[tuple[str, str]]:
        choices = (SortChoice.RELEVANCE, *SortChoice.OTHERS) if self.words else SortChoice.OTHERS
        return [(key, str(name)) for key, name in choices]
