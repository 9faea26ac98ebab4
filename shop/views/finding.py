"""An order is found by whoever knows its number and its e-mail address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookstore.forms import sent
from shop.models import Order
from shop.order_forms import FindOrderForm

from .limits import TooManyTries, refuse_many
from .visible import open_up


class NoSuchOrder(Exception):
    """The same words for every miss; str() is for whoever looks for an order."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            _(
                "We found no order with this number and this email address. Both are in your "
                "confirmation mail, just as we have them."
            )
        )


CannotFind = (NoSuchOrder, TooManyTries)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order_find(request: HttpRequest) -> HttpResponse:
    form = FindOrderForm(sent(request))
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            order = found_order(request, form)
        except CannotFind as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            open_up(request, order.number)
            return redirect(order)
    return TemplateResponse(request, "shop/order_find.html", {"form": form}, status=status)


def found_order(request: HttpRequest, form: FindOrderForm) -> Order:
    """The order that a valid form names. Raises NoSuchOrder or TooManyTries."""
    refuse_many(request, "find_order")
    known = {name: form.cleaned_data[name] for name in ("number", "email")}
    order: Order | None = Order.objects.known_by(**known).first()
    if order is None:
        raise NoSuchOrder
    return order
