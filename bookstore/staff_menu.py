"""Pages of our own inside the admin, and which of them somebody finds in its menu.

Each app that has some lists them in `staff_pages.PAGES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http.response import HttpResponseBase

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
