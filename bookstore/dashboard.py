"""The front page of the admin, and the files of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from catalog.spreadsheets import csv_file

from .panels import Cell, Choices, Content, Panel, panels
from .staff_menu import StaffPage


@dataclass(frozen=True)
class Shown:
    """A panel as it stands on the page."""

    panel: Panel
    form: Choices
    # What was chosen about the other panels: the form carries it along.
    others: dict[str, Any]
    content: Content
    user: Any

    @cached_property
    def rows(self) -> SafeString:
        """The rows of the table. A template takes several times as long for so many fields."""
        numbers = [column.is_number for column in self.content.columns]
        return format_html_join(
            "\n",
            "<tr>{}</tr>",
            (
                (format_html_join("", "{}", _drawn(zip(numbers, row, strict=True), self.user)),)
                for row in self.content.rows
            ),
        )

    @property
    def csv_url(self) -> str:
        chosen = urlencode(self.form.chosen)
        return reverse(f"admin:{csv_name(self.panel)}") + (f"?{chosen}" if chosen else "")


def front_page(*, user: Any, given: Any, now: datetime) -> tuple[list[Shown], bool]:
    """The panels for this user, and whether all that they chose can be chosen."""
    theirs = [panel for panel in panels() if user.has_perm(panel.permission)]
    forms = {panel.name: panel.choices(given) for panel in theirs}
    chosen = {name: form.chosen for name, form in forms.items()}
    shown = []
    for panel in theirs:
        others = [found for name, found in chosen.items() if name != panel.name]
        content = panel.read(now=now, chosen=chosen[panel.name], is_whole=False)
        carried = {name: value for found in others for name, value in found.items()}
        shown.append(Shown(panel, forms[panel.name], carried, content, user))
    return shown, all(form.is_valid() for form in forms.values())


def csv_name(panel: Panel) -> str:
    return f"panel_{panel.name}_csv"


def csv_pages() -> list[StaffPage]:
    """A file for each panel with a table, for whoever may see the panel."""
    return [
        StaffPage(
            name=csv_name(panel),
            route=f"panels/{panel.name}.csv",
            view=partial(panel_csv, panel=panel),
            permission=panel.permission,
        )
        for panel in panels()
        if panel.has_table
    ]


@require_safe
def panel_csv(request: HttpRequest, *, panel: Panel) -> HttpResponseBase:
    """All rows of a panel's table. What cannot be chosen is told on the page."""
    form = panel.choices(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('admin:index')}?{request.GET.urlencode()}")
    content = panel.read(now=timezone.now(), chosen=form.chosen, is_whole=True)
    rows = ([cell.value for cell in row] for row in content.rows)
    return csv_file(panel.name, [column.name for column in content.columns], rows)


def _drawn(cells: Iterable[tuple[bool, Cell]], user: Any) -> Iterator[tuple[SafeString]]:
    for is_number, cell in cells:
        field = '<td class="num">{}</td>' if is_number else "<td>{}</td>"
        is_linked = cell.url and (not cell.permission or user.has_perm(cell.permission))
        link = format_html('<a href="{}">{}</a>', cell.url, cell.shown) if is_linked else cell.shown
        yield (format_html(field, link),)
