from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookstore.htmx import render_page
from bookstore.next_page import next_page
from catalog.models import Book
from shop import cart
from shop.forms import LARGEST_ID, QuantityForm
from shop.models import CartItem
from shop.undo import pack

REMOVED_KEY = "removed"


@require_safe
@never_cache
def basket_detail(request: HttpRequest) -> HttpResponse:
    shopper = cart.shopper_of(request)
    if _is_looked_at(request):
        # An offer to undo stands on one page only, and holds as long as that page is open.
        basket, removed = cart.look_into(shopper), request.session.pop(REMOVED_KEY, None)
    else:
        basket, removed = cart.basket_of(shopper), request.session.get(REMOVED_KEY)
    context = {"basket": basket, "removed": removed}
    return render_page(request, "shop/basket_detail.html", context, regions=["basket-lines"])


@require_POST
def basket_add(request: HttpRequest, ean: str) -> HttpResponse:
    book = get_object_or_404(Book.objects.on_sale().defer("search"), ean=ean)
    form = QuantityForm(request.POST or {"quantity": 1})
    if not form.is_valid():
        messages.error(request, form.refusal)
        return redirect(book)
    shopper = cart.shopper_for_change(request)
    quantity = form.cleaned_data["quantity"]
    _change(
        request,
        lambda: cart.add(shopper=shopper, book=book, quantity=quantity, now=timezone.now()),
        done=_("“%(title)s” is in your basket."),
    )
    return redirect(next_page(request) or book)


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
        request.session[REMOVED_KEY] = {"title": line.book.title, "line": pack(line)}
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
    """Put back the line that the page said was taken out."""
    shopper = cart.shopper_for_change(request)
    packed = request.POST.get("line", "")
    _change(
        request,
        lambda: cart.undo(shopper=shopper, packed=packed, now=timezone.now()),
        done=_("“%(title)s” is back."),
    )
    return redirect("shop:basket_detail")


def _is_looked_at(request: HttpRequest) -> bool:
    """Whether a person is to see the answer: a browser may fetch pages that nobody opens."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


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
