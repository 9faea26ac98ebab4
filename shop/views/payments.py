from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop import payments
from shop.services import payments as services

from .visible import visible_orders


@require_POST
def order_pay(request: HttpRequest, number: str) -> HttpResponse:
    """Go on to pay for an order that still waits for it."""
    order = get_object_or_404(visible_orders(request), number=number)
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
    order = get_object_or_404(visible_orders(request), number=number)
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
