"""What staff fill in to upload a feed."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.kinds import Kind, kind_of, reader_of

from . import feed_files

MB = 1024 * 1024


class UploadForm(forms.Form):
    """A file that is a feed, and the terms for its new books."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(
            "A publisher’s ONIX message, records of a library (MARC 21), or a table (CSV)."
        ),
        error_messages={"required": _("Choose a file.")},
    )
    kind = forms.ChoiceField(
        label=_("What it is"),
        required=False,
        choices=[("", _("Find out from the file")), *((kind.value, kind.name) for kind in Kind)],
    )
    price = forms.DecimalField(
        label=_("Price of new books"),
        required=False,
        max_digits=10,
        decimal_places=2,
        help_text=_(
            "For those that the file names no price for. Without one they are shown, but not for sale."
        ),
    )
    stock = forms.IntegerField(
        label=_("Opening stock of new books"),
        required=False,
        min_value=0,
        max_value=10_000,
        help_text=_("Copies of each that are on the shelf already. Empty: none."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.FEED_UPLOAD_MB * MB:
            raise forms.ValidationError(
                _(
                    "The file is larger than %(most)d MB. Whoever runs the shop can import it by a "
                    "command."
                ),
                params={"most": settings.FEED_UPLOAD_MB},
            )
        return file

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price is not None and price <= 0:
            raise forms.ValidationError(_("A price must be more than zero."))
        return price

    def clean_stock(self) -> int:
        return self.cleaned_data["stock"] or 0

    def clean(self) -> dict[str, Any]:
        """What kind the file is, and that it can be read as that."""
        told: dict[str, Any] = super().clean() or {}
        if "file" in told and "kind" in told:
            file = told["file"]
            with feed_files.uploaded(file) as path:
                told["kind"] = told["kind"] or kind_of(path)
                if refusal := _refusal(path, Kind(told["kind"])):
                    self.add_error("file", refusal.replace(str(path), file.name))
        return told


def _refusal(path: Path, kind: Kind) -> str:
    """In the words of the reader; nothing for a file that it takes."""
    try:
        reader_of(kind)(path, today=timezone.localdate())
    except CannotReadFeed as error:
        return str(error)
    return ""
