from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookstore.paging import page_or_404
from shop.models import GUEST_LINK_SALT, GUEST_LINK_SECONDS, Order

from .visible import remember, visible_orders

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
    remember(request, order.number)
    return redirect(order)
