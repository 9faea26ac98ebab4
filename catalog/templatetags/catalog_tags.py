from typing import Any

from django import template
from django.core.cache import caches

from catalog.models import Genre

register = template.Library()

IN_THE_MENU = 7


@register.simple_tag
def top_genres() -> list[dict[str, Any]]:
    """The largest top genres, for the menu of every page; each process remembers them for a minute."""
    return caches["process"].get_or_set("top_genres", _largest) or []


def _largest() -> list[dict[str, Any]]:
    largest = Genre.objects.for_contents().order_by("-book_count", "pk")[:IN_THE_MENU]
    return [{"name": genre.name, "url": genre.get_absolute_url()} for genre in largest]
