import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop import cart, providers
from shop.forms import CheckoutForm
from shop.models import DeliveryMethod
from shop.services import checkout as services

from .payments import to_payment
from .visible import remember


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    shopper, provider = cart.shopper_of(request), providers.current()
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
            remember(request, order.number)
            return to_payment(request, order.number)
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
        "methods": form.delivery_choices(methods, basket.goods),
        "seen": basket.seen_with(methods),
        "form_key": _form_key(form),
        "takes_orders": takes_orders,
    }
    return TemplateResponse(
        request, "shop/checkout.html", context, status=422 if form.errors else 200
    )


def _known_about(request: HttpRequest) -> dict[str, Any]:
    known = {"country": settings.SHOP["country"]}
    if request.user.is_authenticated:
        known |= {"email": request.user.email, "name": request.user.name}
    return known


def _form_key(form: CheckoutForm) -> str:
    """The form's name: kept while the same form is mended and sent again."""
    key = form.cleaned_data.get("form_key") if form.is_bound else None
    return str(key or uuid.uuid4())
