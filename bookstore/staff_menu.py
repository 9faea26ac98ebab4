"""The menu of the admin: pages of our own, and everything else under the headings of a bookshop.

Each app that has pages of its own lists them in `staff_pages.PAGES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from .modules import modules_named


@dataclass(frozen=True)
class StaffPage:
    """A page at admin/`route`, reversed as admin:`name`, for whoever has `permission`; 403 for others.

    One with a `title` stands in the menu; any other one is reached from those.
    """

    name: str
    route: str
    view: Callable[..., HttpResponseBase]
    permission: str
    title: Any = ""

    @property
    def guarded(self) -> Callable[..., HttpResponseBase]:
        """The view, for whoever may see it."""
        guard = permission_required(self.permission, raise_exception=True)
        return guard(self.view)


def pages() -> list[StaffPage]:
    """Those of every app, in the order of apps."""
    return [page for module in modules_named("staff_pages") for page in module.PAGES]


def menu_for(user: Any) -> list[StaffPage]:
    """What the menu offers to this user."""
    return [page for page in pages() if page.title and user.has_perm(page.permission)]


ORDERS, STOCK, CATALOGUE, READERS, SETTINGS = HEADINGS = (
    _("Orders"),
    _("Stock"),
    _("Catalogue"),
    _("Readers"),
    _("Settings"),
)
# What has no line here, and whose app has none, is among the settings.
HEADING_OF_APP = {
    "accounts": READERS,
    "catalog": CATALOGUE,
    "reviews": READERS,
    "shop": ORDERS,
    "waitlist": STOCK,
}
HEADING_OF_MODEL = {
    "catalog.missedsearch": READERS,
    "catalog.stockmovement": STOCK,
    "shop.deliverymethod": SETTINGS,
    "shop.feedproblem": CATALOGUE,
    "shop.feedrun": CATALOGUE,
    "shop.goodsin": STOCK,
    "shop.taxrate": SETTINGS,
    "shop.voucher": SETTINGS,
    "shop.webhookevent": SETTINGS,
}


def under_headings(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps with their models, as one of headings that have some."""
    found: dict[Any, list[dict[str, Any]]] = {heading: [] for heading in HEADINGS}
    for app in apps:
        for model in app["models"]:
            found[_heading_of(model["model"]._meta)].append(model)
    return [
        {"name": heading, "models": sorted(models, key=lambda model: model["name"].lower())}
        for heading, models in found.items()
        if models
    ]


def _heading_of(facts: Any) -> Any:
    of_app = HEADING_OF_APP.get(facts.app_label, SETTINGS)
    return HEADING_OF_MODEL.get(facts.label_lower, of_app)
