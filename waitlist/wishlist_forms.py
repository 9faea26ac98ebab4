from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressPart

from .models import Wishlist


class ListNameForm(forms.Form):
    """What a list is called."""

    name = AddressPart("name", model=Wishlist, label=_("Name of the list"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Please give the list a name.")


class ShareForm(forms.Form):
    """What those who have the link are told of whose list it is."""

    shown_name = AddressPart(
        "shown_name",
        model=Wishlist,
        label=_("Your name, as others see it"),
        help_text=_("Leave it empty, and the page says nothing of you."),
    )


class ListChoice(forms.ModelChoiceField):
    def label_from_instance(self, wishlist: Any) -> str:
        return str(wishlist.name)


class ChooseListForm(forms.Form):
    """One of the lists of a member."""

    list = ListChoice(
        Wishlist.objects.none(),
        label=_("List"),
        empty_label=None,
        error_messages={
            "required": _("Please choose a list."),
            "invalid_choice": _("Please choose one of your lists."),
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        lists: QuerySet[Wishlist],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        cast(ListChoice, self.fields["list"]).queryset = lists
