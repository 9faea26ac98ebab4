"""Feeds of new books for feed readers (Atom, RFC 4287).

An entry says nothing that changes by itself, such as a price or the stock: its date is the one on
which the book came into the catalogue, and must stay true.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from . import blurbs
from .lists import address
from .lists.address import Choice
from .lists.listing import Listing, Shelf
from .models import Book, Contributor, Genre
from .models.books import format_text
from .tags import ALL_BOOKS
from .volumes import Volume


class Entry(NamedTuple):
    book: Volume
    added_at: datetime
    description: str


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """When the newest entry came; a feed without any has never changed."""
        return super().latest_post_date() if self.items else datetime(1970, 1, 1, tzinfo=UTC)


class NewBooks(Feed):
    """The newest books that are for sale, as many as stand on a page of a list."""

    feed_type = _Atom

    def title(self, about: Any) -> str:
        shop = {"shop": settings.SHOP["name"], "about": about}
        return _("%(shop)s: %(about)s") % shop if about else _("%(shop)s: new books") % shop

    def author_name(self) -> str:
        return str(settings.SHOP["name"])

    def link(self, about: Any) -> str:
        return about.get_absolute_url() if about else reverse("catalog:home")

    def items(self, about: Any) -> list[Entry]:
        today = timezone.localdate()
        books = Book.objects.new_on_the_shelf(today).on_sale()
        choice = Choice.read(self.link(about), address.SHOP, QueryDict("sort=newest"))
        listing = Listing(self.shelf(about, books), choice, None, today)
        return list(_entries(listing.books))

    def shelf(self, about: Any, books: Any) -> Shelf:
        return Shelf("new", books, counted_as=ALL_BOOKS)

    def item_title(self, entry: Entry) -> str:
        return entry.book.title

    def item_description(self, entry: Entry) -> SafeString:
        """As HTML, which is what Django says of it."""
        facts = [entry.book.byline, format_text(entry.book.format, entry.book.pages)]
        first = format_html("<p>{}</p>", ". ".join(fact for fact in facts if fact))
        return SafeString(first + blurbs.as_html(entry.description))

    def item_link(self, entry: Entry) -> str:
        return entry.book.get_absolute_url()

    def item_author_name(self, entry: Entry) -> str | None:
        return entry.book.byline or None

    def item_pubdate(self, entry: Entry) -> datetime:
        return entry.added_at

    item_updateddate = item_pubdate


class NewInGenre(NewBooks):
    def get_object(self, request: HttpRequest, slug: str) -> Genre:
        return get_object_or_404(Genre, slug=slug)

    def shelf(self, about: Genre, books: Any) -> Shelf:
        return Shelf(f"new {about.pk}", books.in_genre(about), counted_as=about.pk)


class NewByAuthor(NewBooks):
    def get_object(self, request: HttpRequest, slug: str) -> Contributor:
        return get_object_or_404(Contributor, slug=slug)

    def shelf(self, about: Contributor, books: Any) -> Shelf:
        return Shelf(f"new by {about.pk}", books.by(about))


def _entries(books: Iterable[Volume]) -> Iterable[Entry]:
    """The books with what else a feed says of them. One query."""
    shown = list(books)
    facts = Book.objects.filter(pk__in=[book.pk for book in shown])
    found: dict[int, Any] = {
        pk: rest for pk, *rest in facts.values_list("pk", "added_at", "text__description")
    }
    for book in shown:
        if book.pk in found:
            added_at, description = found[book.pk]
            yield Entry(book, added_at, description or "")
