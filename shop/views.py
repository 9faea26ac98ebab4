import uuid
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookstore.htmx import render_page
from bookstore.paging import page_or_404
from catalog.models import Book

from . import cart, payments, services
from .forms import LARGEST_ID, CheckoutForm, QuantityForm
from .models import GUEST_LINK_SALT, GUEST_LINK_SECONDS, DeliveryMethod, Order
from .querysets import OrderQuerySet

REMOVED_KEY = "removed"
ORDERS_KEY = "orders"
MOST_REMEMBERED = 50
ORDERS_PER_PAGE = 20


@require_safe
@never_cache
def basket_detail(request: HttpRequest) -> HttpResponse:
    basket = cart.basket_of(cart.shopper_of(request))
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
    try:
        line = cart.set_quantity(
            shopper=cart.shopper_of(request),
            item_id=_id_or_404(item_id),
            quantity=form.cleaned_data["quantity"],
            now=timezone.now(),
        )
    except cart.CannotChangeBasket as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The basket has %(line)s now.") % {"line": line})
    return redirect("shop:basket_detail")


@require_POST
def basket_item_remove(request: HttpRequest, item_id: int) -> HttpResponse:
    try:
        line = cart.remove(
            shopper=cart.shopper_of(request),
            item_id=_id_or_404(item_id),
            now=timezone.now(),
        )
    except cart.CannotChangeBasket as refusal:
        messages.error(request, str(refusal))
    else:
        request.session[REMOVED_KEY] = {
            "ean": line.book.ean,
            "title": line.book.title,
            "quantity": line.quantity,
        }
        messages.success(
            request, _("“%(title)s” is out of your basket.") % {"title": line.book.title}
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


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    shopper, provider = cart.shopper_of(request), payments.provider()
    sent = request.POST if request.method == "POST" and provider else None
    form = CheckoutForm(sent, initial=_known_about(request))
    if provider and form.is_valid():
        try:
            order = services.place_order(
                shopper=shopper,
                address=form.address,
                delivery_id=form.cleaned_data["delivery"],
                seen=form.cleaned_data["seen"],
                form_key=form.cleaned_data["form_key"],
                now=timezone.now(),
            )
        except services.CannotPlaceOrder as refusal:
            form.add_error(None, str(refusal))
        else:
            _remember(request, order.number)
            return redirect(provider.payment_url(order))
    return _checkout_page(request, form, shopper, takes_orders=provider is not None)


def _checkout_page(
    request: HttpRequest, form: CheckoutForm, shopper: cart.Shopper, *, takes_orders: bool
) -> HttpResponse:
    basket = cart.basket_of(shopper)
    if not basket.lines and not form.errors:
        return redirect("shop:basket_detail")
    methods = list(DeliveryMethod.objects.offered())
    context = {
        "form": form,
        "basket": basket,
        "methods": form.delivery_choices(methods, basket.total),
        "seen": basket.seen_with(methods),
        "form_key": _form_key(form),
        "takes_orders": takes_orders,
    }
    return TemplateResponse(
        request, "shop/checkout.html", context, status=422 if form.errors else 200
    )


@require_safe
@never_cache
def order_list(request: HttpRequest) -> HttpResponse:
    page = page_or_404(request, _visible_orders(request).for_order_list(), ORDERS_PER_PAGE)
    return TemplateResponse(request, "shop/order_list.html", {"page": page})


@require_safe
@never_cache
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(_visible_orders(request).for_order_page(), number=number)
    return TemplateResponse(request, "shop/order_detail.html", {"order": order})


@require_safe
@never_cache
def order_open(request: HttpRequest, token: str) -> HttpResponse:
    """A guest's link from a mail: this session may see the order from now on."""
    try:
        number = signing.loads(token, salt=GUEST_LINK_SALT, max_age=GUEST_LINK_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    order = get_object_or_404(Order, number=number)
    _remember(request, order.number)
    return redirect(order)


@require_POST
def order_pay(request: HttpRequest, number: str) -> HttpResponse:
    """Go on to pay for an order that still waits for it."""
    order = get_object_or_404(_visible_orders(request), number=number)
    provider = payments.provider()
    if provider is None or not order.is_pending:
        return redirect(order)
    return redirect(provider.payment_url(order))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Stands in for a payment provider's page. Exists only where that is the provider."""
    if not isinstance(payments.provider(), payments.DemoProvider):
        raise Http404
    order = get_object_or_404(_visible_orders(request), number=number)
    if not order.is_pending:
        return redirect(order)
    if request.method != "POST":
        return TemplateResponse(request, "shop/demo_payment.html", {"order": order})
    settle = services.confirm_payment if "pays" in request.POST else services.fail_payment
    try:
        order = settle(number=order.number, now=timezone.now())
    except services.CannotTakePayment as refusal:
        messages.error(request, str(refusal))
    return redirect(order)


def _put_in(request: HttpRequest, book: Book, quantity: int, done: str) -> None:
    """Add copies to the basket, and tell the shopper that it is done or why it is not."""
    shopper = cart.shopper_for_change(request)
    try:
        cart.add(shopper=shopper, book=book, quantity=quantity, now=timezone.now())
    except cart.CannotChangeBasket as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done % {"title": book.title})


def _visible_orders(request: HttpRequest) -> OrderQuerySet:
    user = request.user if request.user.is_authenticated else None
    return Order.objects.visible_to(user=user, numbers=request.session.get(ORDERS_KEY, []))


def _remember(request: HttpRequest, number: str) -> None:
    known = [other for other in request.session.get(ORDERS_KEY, []) if other != number]
    request.session[ORDERS_KEY] = [*known, number][-MOST_REMEMBERED:]


def _known_about(request: HttpRequest) -> dict[str, Any]:
    known = {"country": "GB"}
    if request.user.is_authenticated:
        known |= {"email": request.user.email, "name": request.user.name}
    return known


def _form_key(form: CheckoutForm) -> str:
    """The form's name: kept while the same form is mended and sent again."""
    key = form.cleaned_data.get("form_key") if form.is_bound else None
    return str(key or uuid.uuid4())


def _id_or_404(item_id: int) -> int:
    if item_id > LARGEST_ID:
        raise Http404
    return item_id
