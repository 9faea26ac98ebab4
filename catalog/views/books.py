"""One book: its page, its other addresses, its cover."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from bookstore.caching import keep_for_good
from bookstore.htmx import render_page
from catalog import recently_viewed
from catalog.cover_address import drawn_cover, drawn_cover_hash
from catalog.identifiers import is_ean, to_isbn13
from catalog.linked_data import book_graph
from catalog.models import Book
from catalog.related import Around, recently_viewed_shelf
from catalog.rooms import rooms_of


@require_safe
def book_by_number(request: HttpRequest, number: str) -> HttpResponse:
    """Any spelling of an ISBN, or an EAN, leads to its book."""
    ean = to_isbn13(number) or number
    return redirect(get_object_or_404(Book.objects.on_sale(), ean=ean))


@require_safe
def book_detail(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    if not is_ean(number):
        return book_by_number(request, number)
    book = get_object_or_404(Book.objects.on_sale(), ean=number)
    if slug != book.slug:
        return redirect(book, permanent=True)
    rooms, way = rooms_of(book)
    around = Around(book, rooms)
    seen = recently_viewed.read(request)
    site = f"{request.scheme}://{request.get_host()}"
    context = {
        "book": book,
        "around": around,
        "rooms": rooms,
        "way": way,
        "site": site,
        "graph": lambda: book_graph(book, around.facts, way=way, site=site),
        "recently_viewed": recently_viewed_shelf(book, seen),
    }
    response = render_page(request, "catalog/book_detail.html", context, regions=["buy-box"])
    recently_viewed.remember(response, book.pk, seen)
    return response


@require_safe
def cover(request: HttpRequest, ean: str, digest: str) -> HttpResponseBase:
    """The drawn cover. An address whose hash is no longer right leads to the present one."""
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    if digest != drawn_cover_hash(book):
        return HttpResponseRedirect(book.cover.url)
    return keep_for_good(HttpResponse(drawn_cover(book), content_type="image/svg+xml"))
