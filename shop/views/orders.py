from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookstore.paging import page_or_404
from shop import cart, pricing
from shop.models import GUEST_LINK_SALT, GUEST_LINK_SECONDS, Order
from shop.services import cancelling, reordering

from .visible import open_up, visible_orders

ORDERS_PER_PAGE = 20


@require_safe
@never_cache
def order_list(request: HttpRequest) -> HttpResponse:
    page = page_or_404(request, visible_orders(request).for_order_list(), ORDERS_PER_PAGE)
    return TemplateResponse(request, "shop/order_list.html", {"page": page})


@require_safe
@never_cache
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(visible_orders(request).for_order_page(), number=number)
    # The last step of the checkout is this page.
    context = {"order": order, "is_done": order.is_confirmed and "done" in request.GET}
    return TemplateResponse(request, "shop/order_detail.html", context)


@require_safe
@never_cache
def order_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """The invoice, made to be printed."""
    order = get_object_or_404(visible_orders(request).for_invoice(), number=number)
    context = {"order": order, "invoice": order.invoice, "taxes": pricing.tax_of(order)}
    return TemplateResponse(request, "shop/order_invoice.html", context)


@require_safe
@never_cache
def order_open(request: HttpRequest, token: str) -> HttpResponse:
    """A guest's link from a mail: this session may see the order from now on."""
    try:
        number = signing.loads(token, salt=GUEST_LINK_SALT, max_age=GUEST_LINK_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    order = get_object_or_404(Order.objects.with_person(), number=number)
    open_up(request, order.number)
    return redirect(order)


@require_POST
def order_again(request: HttpRequest, number: str) -> HttpResponse:
    """Put the books of an order into the basket once more."""
    order = get_object_or_404(visible_orders(request), number=number)
    shopper = cart.shopper_for_change(request)
    refused = reordering.order_again(order=order, shopper=shopper, now=timezone.now())
    for sentence in refused:
        messages.error(request, sentence)
    if not refused:
        words = _("The books of order %(number)s are in your basket.")
        messages.success(request, words % {"number": order.number})
    return redirect("shop:basket_detail")


@require_POST
def order_cancel(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(visible_orders(request), number=number)
    who = cart.shopper_of(request).label
    try:
        cancelling.cancel_order(number=order.number, who=who, now=timezone.now())
    except cancelling.CannotCancel as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("Order %(number)s is cancelled. We have sent you a mail that says so.")
        messages.success(request, words % {"number": order.number})
    return redirect(order)
