"""Pages that are alike but for a few places: what they have in common is drawn once a minute."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import get_language

from .frame import gap, split


class PageInAShell(TemplateResponse):
    """A page with `places`, HTML by name, which its template puts where it says {% place "name" %}.

    All that stands around the places depends on `key` alone. Each process keeps that shell for a
    minute, where the page is one for everybody (bookstore/caching.py); other readers get the whole
    drawn anew.
    """

    def __init__(
        self,
        request: HttpRequest,
        template: str,
        context: dict[str, Any],
        *,
        key: str,
        places: Mapping[str, str],
        status: int = 200,
    ) -> None:
        super().__init__(request, template, {**context, "places": places}, status=status)
        self.places = places
        self.key = hashlib.sha256(f"{template} {get_language()} {key}".encode()).hexdigest()

    @property
    def rendered_content(self) -> str:
        if not (self.context_data or {}).get("is_for_everybody"):
            return super().rendered_content
        shell: list[str] | None = caches["shells"].get(self.key)
        if shell is None:
            self.context_data = {**(self.context_data or {}), "is_shell": True}
            shell = split(super().rendered_content)
            caches["shells"].set(self.key, shell)
        return self._filled(shell)

    def _filled(self, shell: list[str]) -> str:
        """The page; the gaps of the frame stay open."""
        page = shell.copy()
        page[1::2] = [
            self.places[part] if part in self.places else gap(part) for part in shell[1::2]
        ]
        return "".join(page)
