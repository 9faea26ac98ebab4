from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop import providers
from shop.forms import ReturnForm
from shop.models import Order, Payment
from shop.providers.base import NotGenuine, ProviderDown, ProviderRefused
from shop.providers.demo import DemoProvider
from shop.services import demo_bank
from shop.services import payments as services

from .visible import remember, visible_orders


@require_POST
def order_pay(request: HttpRequest, number: str) -> HttpResponse:
    """Go on to pay for an order that still waits for it."""
    order = get_object_or_404(visible_orders(request), number=number)
    return to_payment(request, order)


def to_payment(request: HttpRequest, order: Order, attempt: Payment | None = None) -> HttpResponse:
    """Send the shopper where they pay; to their order if it is settled, or the provider is silent."""
    if not order.is_pending:
        return redirect(order)
    try:
        return redirect(services.begin(number=order.number, now=timezone.now(), attempt=attempt))
    except ProviderRefused:
        messages.error(
            request,
            _(
                "The payment service cannot take a payment for this order. Nothing has been "
                "charged. Please write to us, or cancel the order and change your basket or "
                "email address."
            ),
        )
    except ProviderDown:
        messages.error(
            request,
            _(
                "The payment service does not answer at the moment. Nothing has been charged, and "
                "your order is kept: please try again in a minute."
            ),
        )
    except services.CannotTakePayment as refusal:
        messages.error(request, str(refusal))
    return redirect(order)


@require_safe
@never_cache
def order_paid(request: HttpRequest, number: str) -> HttpResponse:
    """Where a provider sends the shopper back to. What they come with counts for nothing: we ask."""
    order = _paid_order(request, number)
    try:
        services.ask(number=order.number, now=timezone.now())
    except (ProviderDown, ProviderRefused):
        messages.info(
            request,
            _(
                "We have not heard from the payment service yet. As soon as it tells us that you "
                "have paid, we confirm the order by mail; please do not pay twice."
            ),
        )
    return redirect(f"{order.get_absolute_url()}?done")


def _paid_order(request: HttpRequest, number: str) -> Order:
    """The order that a shopper comes back for, maybe in another browser: its attempt's key says so."""
    form = ReturnForm(request.GET)
    if form.is_valid() and Payment.objects.is_of(number, form.cleaned_data["attempt"]):
        remember(request, number)
    return get_object_or_404(visible_orders(request), number=number)


@csrf_exempt
@require_POST
def payment_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Where a provider tells of what happened. Answered with 200 once the message is kept."""
    if provider not in providers.PROVIDERS:
        raise Http404
    now = timezone.now()
    try:
        event = providers.named(provider).read_event(request.body, request.headers, now)
    except NotGenuine:
        return HttpResponseBadRequest()
    services.receive(provider=provider, event=event, now=now)
    return HttpResponse()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Stands in for a payment provider's page. Exists only where that is the provider."""
    if not isinstance(providers.current(), DemoProvider):
        raise Http404
    order = get_object_or_404(visible_orders(request), number=number)
    if not order.is_pending:
        return redirect(order)
    if request.method != "POST":
        return TemplateResponse(request, "shop/demo_payment.html", {"order": order})
    demo_bank.act(number=order.number, choice=request.POST.get("choice", ""), now=timezone.now())
    return redirect("shop:order_paid", order.number)
