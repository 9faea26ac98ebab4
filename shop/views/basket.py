from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookstore.htmx import render_page
from catalog.models import Book
from shop import cart
from shop.forms import LARGEST_ID, QuantityForm
from shop.models import CartItem

REMOVED_KEY = "removed"


@require_safe
@never_cache
def basket_detail(request: HttpRequest) -> HttpResponse:
    shopper = cart.shopper_of(request)
    basket = cart.look_into(shopper) if _is_looked_at(request) else cart.basket_of(shopper)
    context = {"basket": basket, "removed": request.session.get(REMOVED_KEY)}
    return render_page(request, "shop/basket_detail.html", context, regions=["basket-lines"])


@require_POST
def basket_add(request: HttpRequest, ean: str) -> HttpResponse:
    book = get_object_or_404(Book.objects.on_sale().defer("search"), ean=ean)
    form = QuantityForm(request.POST or {"quantity": 1})
    if not form.is_valid():
        messages.error(request, form.refusal)
        return redirect(book)
    _put_in(request, book, form.cleaned_data["quantity"], _("“%(title)s” is in your basket."))
    return redirect(book)


@require_POST
def basket_item_update(request: HttpRequest, item_id: int) -> HttpResponse:
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.refusal)
        return redirect("shop:basket_detail")
    _change(
        request,
        lambda: cart.set_quantity(
            shopper=cart.shopper_of(request),
            item_id=_id_or_404(item_id),
            quantity=form.cleaned_data["quantity"],
            now=timezone.now(),
        ),
        done=_("The basket has %(line)s now."),
    )
    return redirect("shop:basket_detail")


@require_POST
def basket_item_remove(request: HttpRequest, item_id: int) -> HttpResponse:
    line = _change(
        request,
        lambda: cart.remove(
            shopper=cart.shopper_of(request),
            item_id=_id_or_404(item_id),
            now=timezone.now(),
        ),
        done=_("“%(title)s” is taken out."),
    )
    if line:
        request.session[REMOVED_KEY] = {
            "ean": line.book.ean,
            "title": line.book.title,
            "quantity": line.quantity,
        }
    return redirect("shop:basket_detail")


@require_POST
def basket_item_save(request: HttpRequest, item_id: int) -> HttpResponse:
    _change(
        request,
        lambda: cart.save_for_later(
            shopper=cart.shopper_of(request),
            item_id=_id_or_404(item_id),
            now=timezone.now(),
        ),
        done=_("“%(title)s” is saved for later."),
    )
    return redirect("shop:basket_detail")


@require_POST
def basket_item_restore(request: HttpRequest, item_id: int) -> HttpResponse:
    _change(
        request,
        lambda: cart.move_to_basket(
            shopper=cart.shopper_of(request),
            item_id=_id_or_404(item_id),
            now=timezone.now(),
        ),
        done=_("The basket has %(line)s now."),
    )
    return redirect("shop:basket_detail")


@require_POST
def basket_undo(request: HttpRequest) -> HttpResponse:
    """Put back the line that was removed last."""
    removed = request.session.pop(REMOVED_KEY, None)
    if removed is None:
        return redirect("shop:basket_detail")
    book = get_object_or_404(Book.objects.on_sale().defer("search"), ean=removed["ean"])
    _put_in(request, book, removed["quantity"], _("“%(title)s” is back in your basket."))
    return redirect("shop:basket_detail")


def _is_looked_at(request: HttpRequest) -> bool:
    """Whether a person is to see the answer: a browser may fetch pages that nobody opens."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def _put_in(request: HttpRequest, book: Book, quantity: int, done: str) -> None:
    shopper = cart.shopper_for_change(request)
    _change(
        request,
        lambda: cart.add(shopper=shopper, book=book, quantity=quantity, now=timezone.now()),
        done=done,
    )


def _change(request: HttpRequest, change: Callable[[], CartItem], *, done: str) -> CartItem | None:
    """Change the basket, and tell the shopper that it is done or why it is not."""
    try:
        line = change()
    except cart.CannotChangeBasket as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done % {"title": line.book.title, "line": line})
    return line


def _id_or_404(item_id: int) -> int:
    if item_id > LARGEST_ID:
        raise Http404
    return item_id
