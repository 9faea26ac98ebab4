"""Lists of books: all of them, and those of a genre, a person, a series, a publisher."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookstore.addresses import site_of
from bookstore.caching import same_for_everybody
from bookstore.htmx import render_page
from catalog import search, trails
from catalog.linked_pages import list_graph
from catalog.lists import address
from catalog.lists.address import Choice, Kind
from catalog.lists.listing import Listing, Shelf
from catalog.lists.page import ListPage
from catalog.lists.people import parts_played
from catalog.lists.places import places_of
from catalog.lists.series import missing_numbers
from catalog.models import Book, Contributor, Genre, Publisher, Series
from catalog.search import misses
from catalog.share_card import shop_card_address
from catalog.tags import ALL_BOOKS
from catalog.trails import Step


@require_safe
@same_for_everybody
def book_list(request: HttpRequest) -> HttpResponse:
    choice = _choice(request, address.SHOP)
    name = _("Search") if choice.words else _("All books")
    context = {"trail": trails.trail(Step(name))}
    return _list_page(request, "catalog/book_list.html", _whole_shop(), choice, context)


@cache
def _whole_shop() -> Shelf:
    """Made once, since its books remember how to ask for their orders."""
    return Shelf("shop", Book.objects.on_sale(), counted_as=ALL_BOOKS)


@require_safe
@same_for_everybody
def genre_list(request: HttpRequest) -> HttpResponse:
    context = {"genres": Genre.objects.for_contents(), "trail": trails.to_genres()}
    site = site_of(request)
    context |= {"url": site + request.path, "card": site + shop_card_address()}
    return TemplateResponse(request, "catalog/genre_list.html", context)


@require_safe
@same_for_everybody
def genre_detail(request: HttpRequest, slug: str) -> HttpResponse:
    genre = get_object_or_404(Genre.objects.select_related("parent"), slug=slug)
    choice = _choice(request, address.GENRE_PAGE)
    shelf = Shelf(f"genre {genre.pk}", Book.objects.on_sale().in_genre(genre), counted_as=genre.pk)
    context = {
        "genre": genre,
        "children": genre.children.for_chips(),
        "trail": trails.to_genre(genre),
    }
    return _list_page(request, "catalog/genre_detail.html", shelf, choice, context)


@require_safe
@same_for_everybody
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Contributor, slug=slug)
    choice = _choice(request, address.AUTHOR)
    role = address.ROLES.get(choice.one("role"), "")
    shelf = Shelf(f"author {author.pk} {role}", Book.objects.on_sale().by(author, role))
    context = {
        "author": author,
        "parts": parts_played(author, choice),
        "trail": trails.trail(Step(author.name)),
    }
    return _list_page(request, "catalog/author_detail.html", shelf, choice, context)


@require_safe
@same_for_everybody
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    series = get_object_or_404(Series, slug=slug)
    choice = _choice(request, address.SERIES)
    books = series.books.on_sale()
    context = {
        "series": series,
        "missing": missing_numbers(books),
        "trail": trails.trail(Step(series.title)),
    }
    shelf = Shelf(f"series {series.pk}", books)
    return _list_page(request, "catalog/series_detail.html", shelf, choice, context)


@require_safe
@same_for_everybody
def publisher_detail(request: HttpRequest, slug: str) -> HttpResponse:
    publisher = get_object_or_404(Publisher, slug=slug)
    choice = _choice(request, address.PUBLISHER)
    shelf = Shelf(f"publisher {publisher.pk}", publisher.books.on_sale())
    context = {"publisher": publisher, "trail": trails.trail(Step(publisher.name))}
    return _list_page(request, "catalog/publisher_detail.html", shelf, choice, context)


def _choice(request: HttpRequest, kind: Kind) -> Choice:
    return Choice.read(request.path, kind, request.GET)


def _list_page(
    request: HttpRequest, template: str, shelf: Shelf, choice: Choice, context: dict[str, Any]
) -> HttpResponse:
    if choice.query != request.META["QUERY_STRING"]:
        return redirect(choice.address)
    literal = bool(choice.one("literal"))
    found = search.read(choice.words, literal=literal) if choice.words else None
    if found and found.number and (book := shelf.books.numbered(found.number)):
        return redirect(book)
    today = timezone.localdate()
    listing = Listing(shelf, choice, found, today)
    if found and not listing.books and not choice.is_narrowed:
        misses.note(choice.words, today=today)
    return _drawn(request, template, ListPage(listing), context)


def _drawn(
    request: HttpRequest, template: str, page: ListPage, context: dict[str, Any]
) -> HttpResponse:
    site, choice = site_of(request), page.choice
    context |= {"list": page, "words": choice.words, "card": site + shop_card_address()}
    author = context.get("author")
    graph = list_graph(page, context["trail"], about=author, site=site) if page.is_indexed else ""
    return render_page(
        request,
        template,
        context,
        regions=["filters", "results"],
        shell=f"{site} {page.listing.key} {choice.but().address} {bool(page.books)}",
        places=places_of(page, site, graph),
    )
