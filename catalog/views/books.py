"""One book: its page, its other addresses, its cover and the picture to share it by."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from bookstore.addresses import site_of
from bookstore.caching import csrf_input, keep_for_good, kept
from bookstore.htmx import render_page
from catalog import book_parts, recently_viewed, share_card, trails
from catalog.cards import stars
from catalog.cover_address import drawn_cover, drawn_cover_hash
from catalog.identifiers import is_ean, to_isbn13
from catalog.linked_data import book_graph
from catalog.models import Book
from catalog.related import Around, recently_viewed_shelf
from catalog.rooms import rooms_of
from catalog.volumes import volume_by_ean


@require_safe
def book_by_number(request: HttpRequest, number: str) -> HttpResponse:
    """Any spelling of an ISBN, or an EAN, leads to its book."""
    ean = to_isbn13(number) or number
    return redirect(get_object_or_404(Book.objects.on_sale(), ean=ean))


@require_safe
def book_detail(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    if not is_ean(number):
        return book_by_number(request, number)
    volume = volume_by_ean(number)
    if volume is None:
        raise Http404
    if slug != volume.slug:
        return redirect(volume, permanent=True)
    seen = recently_viewed.read(request)
    response = kept(
        request,
        lambda: _drawn(request, volume.pk),
        # Never those of a minute ago, as all else may be. Reviews that come or go change ratings.
        facts=[
            *(volume.price_text, str(volume.availability.words)),
            *(str(volume.rating_sum), str(volume.rating_count)),
        ],
        personal={
            "token": lambda: csrf_input(request),
            "recently-viewed": lambda: _recently_viewed(volume.pk, seen),
            **book_parts.parts_for(request, volume),
        },
    )
    recently_viewed.remember(response, volume.pk, seen)
    return response


def _drawn(request: HttpRequest, book_id: int) -> HttpResponse:
    book = get_object_or_404(Book.objects.on_sale(), pk=book_id)
    rooms, way = rooms_of(book)
    around = Around(book, rooms)
    trail = trails.to_book(book.title, way)
    site = site_of(request)
    context = {
        "book": book,
        "around": around,
        "rooms": rooms,
        "trail": trail,
        "stars": stars(book),
        "site": site,
        "shared_as": ", ".join(part for part in (book.title, book.byline) if part),
        "card": site + share_card.card_address(book),
        "graph": book_graph(book, around.facts, trail=trail, site=site),
    }
    return render_page(request, "catalog/book_detail.html", context, regions=["buy-box"])


def _recently_viewed(book_id: int, seen: Sequence[int]) -> str:
    shelf = recently_viewed_shelf(book_id, seen)
    return render_to_string("catalog/_shelf.html", {"shelf": shelf}) if shelf.books else ""


@require_safe
def cover(request: HttpRequest, ean: str, digest: str) -> HttpResponseBase:
    """The drawn cover. An address whose hash is no longer right leads to the present one."""
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    if digest != drawn_cover_hash(book):
        return HttpResponseRedirect(book.cover.url)
    return keep_for_good(HttpResponse(drawn_cover(book), content_type="image/svg+xml"))


@require_safe
def book_card(request: HttpRequest, ean: str, digest: str) -> HttpResponseBase:
    """The picture beside a shared link. It is drawn anew each time; caches keep it for good."""
    book = get_object_or_404(Book.objects.on_sale().defer("search"), ean=ean)
    if digest != share_card.card_hash(book):
        return HttpResponseRedirect(share_card.card_address(book))
    return keep_for_good(HttpResponse(share_card.book_card(book), content_type="image/png"))


@require_safe
def shop_card(request: HttpRequest, digest: str) -> HttpResponseBase:
    if digest != share_card.shop_card_hash():
        return HttpResponseRedirect(share_card.shop_card_address())
    return keep_for_good(HttpResponse(share_card.shop_card(), content_type="image/png"))
