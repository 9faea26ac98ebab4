"""Staff set stock by hand: a page inside the admin (shop/staff_pages.py gives it its address)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookstore import acts
from bookstore.forms import sent
from catalog.models import Book, StockMovement
from shop.by_hand_form import StockForm
from shop.services import by_hand


@require_http_methods(["GET", "HEAD", "POST"])
def book_stock(request: HttpRequest, book_id: int) -> HttpResponse:
    book = get_object_or_404(Book.objects.defer("search", "search_text"), pk=book_id)
    form, question = StockForm(book, sent(request)), None
    if form.is_valid():
        try:
            offered = by_hand.set_stock(
                book_id=book_id,
                wanted=form.wanted,
                reason=StockMovement.Reason(form.cleaned_data["reason"]),
                why=form.cleaned_data["why"],
                who=str(request.user),
                now=timezone.now(),
            )
        except by_hand.CannotSet as refusal:
            book.refresh_from_db(fields=["stock"])
            form.refuse(refusal, book.stock)
            question = refusal.question if isinstance(refusal, by_hand.AskFirst) else None
        else:
            return _done(request, book, offered)
    template = "admin/catalog/book/stock.html"
    return acts.ask(request, template, form, model=Book, about=book, book=book, question=question)


def _done(request: HttpRequest, book: Book, offered: int) -> HttpResponse:
    """Back to the book, with its new stock; and who got copies, if any were offered."""
    book.refresh_from_db(fields=["stock"])
    if offered:
        words = ngettext(
            "One copy was offered to the first in line.",
            "%(offered)d copies were offered to the first in line.",
            offered,
        )
        messages.success(request, words % {"offered": offered})
    words = _("The stock of “%(title)s” is %(stock)d now.")
    words %= {"title": book.title, "stock": book.stock}
    return acts.done(request, words, model=Book, about=book)
