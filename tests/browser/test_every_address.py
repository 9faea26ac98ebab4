"""Every address of the shop is looked at in test_accessibility.py, or has a reason why not."""

import inspect
import re
from collections.abc import Callable, Iterator

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLResolver, get_resolver
from django.views.generic import RedirectView

from .addresses import NO_PAGE_AT, PAGE_AT
from .pages import PAGES

ACTS_OF_MODELS = ("changelist", "add", "change", "delete", "history")
# How a route says that a part of it may be anything.
ANYTHING = re.compile(r"<[^>]*>|\(\?P<\w+>.*?\)(?=[/$-])")

View = Callable[..., HttpResponse]


def patterns(
    found: list, spaces: tuple[str, ...] = (), before: str = ""
) -> Iterator[tuple[str, str, View]]:
    """The name, route and view of each address."""
    for pattern in found:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from patterns(pattern.url_patterns, inner, route)
        else:
            yield ":".join((*spaces, pattern.name or f"({route})")), route, pattern.callback


def methods(view: View | None) -> list[str]:
    """Those that a decorator of the view names; GET where none does."""
    while view:
        names = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
        if "request_method_list" in names:
            return names["request_method_list"]
        view = getattr(view, "__wrapped__", None)
    return ["GET"]


def of_models() -> set[str]:
    return {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{act}"
        for model in admin.site._registry
        for act in ACTS_OF_MODELS
    }


def addresses() -> set[str]:
    """The name of each address that can be opened, but for what stands behind another one."""
    taken: dict[str, str] = {}
    for name, route, view in patterns(get_resolver().url_patterns):
        leads_on = getattr(view, "view_class", None) is RedirectView
        if "GET" in methods(view) and not leads_on:
            taken.setdefault(ANYTHING.sub("<>", route.replace("^", "").replace("$", "")), name)
    return set(taken.values()) - of_models()


def test_every_address_is_looked_at_or_has_a_reason_why_not():
    assert sorted(addresses() - PAGE_AT.keys() - NO_PAGE_AT.keys()) == []


def test_no_row_speaks_of_an_address_or_a_page_that_is_gone():
    assert (PAGE_AT.keys() | NO_PAGE_AT.keys()) - addresses() == set()
    assert PAGE_AT.keys() & NO_PAGE_AT.keys() == set()
    assert set(PAGE_AT.values()) - PAGES.keys() == set()
