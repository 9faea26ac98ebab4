from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookstore.caching import keep_for_good
from bookstore.htmx import render_page
from bookstore.paging import page_or_404

from .cover_address import drawn_cover, drawn_cover_hash
from .forms import BookListForm
from .identifiers import is_ean, to_isbn13
from .models import Book, Contributor, Genre
from .querysets import BookQuerySet

ON_THE_FRONT_TABLE = 8
NEW_BOOKS = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "front_table": Book.objects.for_front_table()[:ON_THE_FRONT_TABLE],
        "new_books": Book.objects.new_on_the_shelf(timezone.localdate())[:NEW_BOOKS],
        "genres": Genre.objects.for_contents(),
    }
    return TemplateResponse(request, "catalog/home.html", context)


@require_safe
def book_list(request: HttpRequest) -> HttpResponse:
    form = BookListForm.read(request.GET)
    if book := Book.objects.on_sale().named_by(form.words):
        return redirect(book)
    genre = get_object_or_404(Genre, slug=form.genre_slug) if form.genre_slug else None
    books = Book.objects.for_list(sort=form.sort_key, words=form.words)
    if genre:
        books = books.in_genre(genre)
    return _list_page(request, "catalog/book_list.html", books, form, {"genre": genre})


@require_safe
def genre_list(request: HttpRequest) -> HttpResponse:
    context = {"genres": Genre.objects.for_contents()}
    return TemplateResponse(request, "catalog/genre_list.html", context)


@require_safe
def genre_detail(request: HttpRequest, slug: str) -> HttpResponse:
    genre = get_object_or_404(Genre.objects.select_related("parent"), slug=slug)
    form = BookListForm.read(request.GET)
    books = Book.objects.for_list(sort=form.sort_key, words=form.words).in_genre(genre)
    children = genre.children.filter(book_count__gt=0).order_by("name", "pk")
    context = {"genre": genre, "children": children}
    return _list_page(request, "catalog/genre_detail.html", books, form, context)


@require_safe
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Contributor, slug=slug)
    form = BookListForm.read(request.GET)
    books = Book.objects.for_list(sort=form.sort_key, words=form.words).by(author)
    return _list_page(request, "catalog/author_detail.html", books, form, {"author": author})


@require_safe
def book_by_number(request: HttpRequest, number: str) -> HttpResponse:
    """Any spelling of an ISBN, or an EAN, leads to its book."""
    ean = to_isbn13(number) or number
    return redirect(get_object_or_404(Book.objects.on_sale(), ean=ean))


@require_safe
def book_detail(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    if not is_ean(number):
        return book_by_number(request, number)
    book = get_object_or_404(Book.objects.for_book_page(), ean=number)
    if slug != book.slug:
        return redirect(book, permanent=True)
    return render_page(request, "catalog/book_detail.html", {"book": book}, regions=["buy-box"])


@require_safe
def cover(request: HttpRequest, ean: str, digest: str) -> HttpResponseBase:
    """The drawn cover. An address whose hash is no longer right leads to the present one."""
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    if digest != drawn_cover_hash(book):
        return HttpResponseRedirect(book.cover.url)
    return keep_for_good(HttpResponse(drawn_cover(book), content_type="image/svg+xml"))


def _list_page(
    request: HttpRequest,
    template: str,
    books: BookQuerySet,
    form: BookListForm,
    context: dict[str, Any],
) -> HttpResponse:
    page = page_or_404(request, books, settings.BOOKS_PER_PAGE)
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    context |= {"page": page, "page_numbers": list(pages), "form": form, "words": form.words}
    return render_page(request, template, context, regions=["results"])
