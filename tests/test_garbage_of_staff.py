"""Nonsense in every list and form of the admin gives a page or a refusal, never a 500."""

import uuid
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from bookstore import staff_menu
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.staff_scene import a_bit_of_everything
from tests.test_garbage import each_nonsense, is_fine

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# What Django itself knows in the address of any list; tried on the lists in the front row.
KEYS = ("o", "p", "page", "all", "e", "_facets", "_popup", "_to_field", "pk__in", "id__exact")
FRONT = ("catalog/book/", "shop/order/", "accounts/user/", "prices/")


def ours() -> Iterator[tuple[type[Model], admin.ModelAdmin]]:
    """All but the list of jobs, which procrastinate brings for superusers."""
    for model, known in admin.site._registry.items():
        if model._meta.app_label != "procrastinate":
            yield model, known


def lists() -> Iterator[tuple[str, list[str]]]:
    """Each list of the admin, with the filters that it has."""
    for model, known in ours():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        yield address, ["q", *filters(known)]
    for page in staff_menu.pages():
        if page.title:
            yield reverse(f"admin:{page.name}"), []


def filters(known: admin.ModelAdmin) -> Iterator[str]:
    for kind in known.list_filter:
        if isinstance(kind, str):
            yield from (f"{kind}__exact", f"{kind}__isnull", f"{kind}__gte")
        elif isinstance(kind, tuple):
            yield f"{kind[0]}__isempty"
        else:
            yield kind.parameter_name
    if known.date_hierarchy:
        yield from (f"{known.date_hierarchy}__{part}" for part in ("year", "month", "day"))


@each_nonsense
def test_the_lists_of_the_admin(staff_client, value):
    staff_client.raise_request_exception = False
    DeliveryMethodFactory()
    a_bit_of_everything(staff_client)
    broken = [
        f"{address}?{key}"
        for address, more in lists()
        for key in ((*KEYS, *more) if address.endswith(FRONT) else more)
        if not is_fine(staff_client.get(address, {key: value}))
    ]

    assert broken == []


@each_nonsense
def test_what_is_ticked_in_a_list(staff_client, value):
    staff_client.raise_request_exception = False
    DeliveryMethodFactory()
    a_bit_of_everything(staff_client)
    broken = []
    for model, known in ours():
        if model.__name__ == "Group":
            continue  # Django's own list, for superusers.
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for action in ["", value, *[action.name for action in known._get_base_actions()]]:
            form = {"action": action, "_selected_action": [value], "index": "0", "post": "yes"}
            if not is_fine(staff_client.post(address, form)):
                broken.append(f"{model.__name__} {action}")

    assert broken == []


@each_nonsense
@pytest.mark.parametrize(
    "field",
    [
        *("publisher", "series", "genre", "format", "price_from", "price_to", "numbers"),
        *("kind", "value", "ending", "day", "key", "seen"),
    ],
)
def test_a_change_of_prices(staff_client, field, value):
    staff_client.raise_request_exception = False
    book = BookFactory()
    known = {"numbers": book.ean, "kind": "percent", "value": "5", "ending": "exact"}
    form = {**known, "key": str(uuid.uuid4()), field: value}

    for act in ("look", "go"):
        assert is_fine(staff_client.post("/admin/prices/new/", {**form, act: "1"}))
