from collections.abc import Iterable
from typing import Any

from django import template
from django.core.cache import caches
from django.utils.safestring import SafeString

from bookstore.addresses import address_of
from catalog import blurbs, cards
from catalog.models import Book, Genre
from catalog.volumes import Volume

register = template.Library()

IN_THE_MENU = 7


@register.simple_tag
def book_cards(books: Iterable[Volume]) -> SafeString:
    return cards.cards(books)


@register.filter
def blurb(text: str) -> SafeString:
    return blurbs.as_html(text)


@register.simple_tag
def save_button(book: Book) -> SafeString:
    return cards.save_mark(book, "words")


@register.simple_tag(takes_context=True)
def menu(context: template.Context) -> dict[str, Any]:
    """The largest top genres and, if the page is one that the menu leads to, its address.

    A process remembers the genres for half a minute, and the drawn menu for as long again.
    """
    subjects = caches["process"].get_or_set("menu", _largest, 30) or []
    addresses = [address_of("catalog:book_list"), address_of("catalog:genre_list")]
    addresses += [subject["url"] for subject in subjects]
    path = context["request"].path if "request" in context else ""
    return {"subjects": subjects, "current": path if path in addresses else ""}


def _largest() -> list[dict[str, str]]:
    largest = Genre.objects.for_contents().order_by("-book_count", "pk")[:IN_THE_MENU]
    return [{"name": genre.name, "url": genre.get_absolute_url()} for genre in largest]
