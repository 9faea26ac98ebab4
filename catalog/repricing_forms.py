"""What staff fill in to change the prices of many books."""

import uuid
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from bookstore.forms import LongSelect

from .identifiers import find_number
from .models import Book, Genre, Publisher, Repricing, Series
from .money import format_money
from .repricing import Rule
from .tags import FORMATS

MOST_NUMBERS = 1_000
MOST_NAMES = 5
LARGEST_SUM = Decimal(10_000)
LOWEST_PERCENT, HIGHEST_PERCENT = Decimal(-90), Decimal(500)


class NameField(forms.CharField):
    """A row by its name, as it is spelled in the catalogue; capitals do not matter."""

    def __init__(self, rows: QuerySet[Any], name: str, **kwargs: Any) -> None:
        super().__init__(max_length=300, required=False, **kwargs)
        self.rows, self.name = rows, name

    def clean(self, value: Any) -> Model | None:
        text = super().clean(value)
        if not text:
            return None
        found = self.rows.filter(**{f"{self.name}__iexact": text}).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(self._nothing_found(text))
        return found

    def _nothing_found(self, text: str) -> Any:
        like = self.rows.filter(**{f"{self.name}__icontains": text}).order_by(self.name)
        if names := [f"“{row}”" for row in like[:MOST_NAMES]]:
            return _("There is none of this name. Like it: %(names)s.") % {
                "names": ", ".join(names)
            }
        return _("There is none of this name.")


class NumbersField(forms.CharField):
    """ISBNs or other EANs, one a line; each of them must be that of a book."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_NUMBERS:
            raise forms.ValidationError(
                _("Please name %(most)d books at the most."), params={"most": MOST_NUMBERS}
            )
        eans = {line: find_number(line) for line in lines}
        known = set(
            Book.objects.filter(ean__in=filter(None, eans.values())).values_list("ean", flat=True)
        )
        if unknown := [line for line, ean in eans.items() if ean not in known]:
            raise forms.ValidationError(
                _("No book has these numbers: %(numbers)s"),
                params={"numbers": ", ".join(unknown[:MOST_NAMES])},
            )
        return sorted(known)


def _price_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=10, decimal_places=2
    )


class RepricingForm(forms.Form):
    """Which books get another price, and which. The fields above the rule narrow the choice down."""

    publisher = NameField(Publisher.objects.all(), "name", label=_("Publisher"))
    series = NameField(Series.objects.all(), "title", label=_("Series"))
    genre = forms.ModelChoiceField(
        Genre.objects.order_by("name", "pk"),
        label=_("Genre, with all below it"),
        required=False,
        widget=LongSelect,
    )
    format = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("Any")), *Book.Format.choices]
    )
    price_from = _price_field(_("Price from"))
    price_to = _price_field(_("Price to"))
    numbers = NumbersField(
        label=_("ISBNs"),
        required=False,
        help_text=_("One per line. Empty: all that is chosen above."),
    )
    kind = forms.ChoiceField(label=_("Change by"), choices=Repricing.Kind.choices)
    value = forms.DecimalField(
        label=_("By how much"),
        max_digits=8,
        decimal_places=2,
        help_text=_("With a minus in front, prices go down."),
    )
    ending = forms.ChoiceField(label=_("New prices end"), choices=Repricing.Ending.choices)
    day = forms.DateField(
        label=_("From the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("From its first minute. Empty: at once."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    # One of these says which books; their prices narrow the choice down.
    CHOOSING = ("publisher", "series", "genre", "format", "numbers")

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError(_("Please choose a day to come, or none for at once."))
        if day and day.year > timezone.localdate().year + 5:
            raise forms.ValidationError(_("That is more than five years ahead."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(
            data[field] not in (None, "", []) for field in self.CHOOSING
        ):
            self.add_error(
                None, _("Please choose a publisher, a series, a genre, a format, or numbers.")
            )
        if (value := data.get("value")) is not None:
            self._check(value, data.get("kind"))
        low, high = data.get("price_from"), data.get("price_to")
        if low is not None and high is not None and low > high:
            self.add_error("price_to", _("This is less than the price that it begins with."))
        return data

    def _check(self, value: Decimal, kind: str | None) -> None:
        low, high = -LARGEST_SUM, LARGEST_SUM
        if kind == Repricing.Kind.PERCENT:
            low, high = LOWEST_PERCENT, HIGHEST_PERCENT
        if not value:
            self.add_error("value", _("Nothing would change."))
        elif not low <= value <= high:
            text = _("Please choose something between %(low)s and %(high)s.")
            self.add_error("value", text % {"low": low, "high": high})

    @property
    def books(self) -> Any:
        """The books of a valid form that are on sale. A query, which has read nothing yet."""
        data = self.cleaned_data
        books = Book.objects.on_sale()
        books = books.in_genre(data["genre"]) if data["genre"] else books
        # By its tag, which has an index.
        books = books.carrying([FORMATS[data["format"]]]) if data["format"] else books
        books = books.filter(ean__in=data["numbers"]) if data["numbers"] else books
        columns = {
            "publisher": "publisher",
            "series": "series",
            "price_from": "price__gte",
            "price_to": "price__lte",
        }
        asked = {column: data[field] for field, column in columns.items()}
        return books.filter(
            **{key: value for key, value in asked.items() if value not in (None, "")}
        )

    @property
    def rule(self) -> Rule:
        data = self.cleaned_data
        kind, ending = Repricing.Kind(data["kind"]), Repricing.Ending(data["ending"])
        return Rule(kind, data["value"], ending)

    @property
    def starts_at(self) -> datetime:
        """Midnight of the day in the shop's time zone, or now."""
        day = self.cleaned_data["day"]
        return timezone.make_aware(datetime.combine(day, time.min)) if day else timezone.now()

    @property
    def scope(self) -> str:
        """In words, which books are chosen."""
        data = self.cleaned_data
        parts = [
            str(data[field])
            for field in ("publisher", "series", "genre")
            if data[field] is not None
        ]
        if data["format"]:
            parts.append(str(Book.Format(data["format"]).label))
        if data["price_from"] is not None:
            parts.append(_("from %(price)s") % {"price": format_money(data["price_from"])})
        if data["price_to"] is not None:
            parts.append(_("up to %(price)s") % {"price": format_money(data["price_to"])})
        if data["numbers"]:
            parts.append(_("ISBNs: %(numbers)s") % {"numbers": ", ".join(data["numbers"][:10])})
        if len(data["numbers"]) > 10:
            parts.append("…")
        return ", ".join(str(part) for part in parts)

    @property
    def day_text(self) -> str:
        day = self.cleaned_data["day"]
        return formats.date_format(day, "DATE_FORMAT") if day else ""
