from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import address_book
from accounts.models import User
from bookstore import metrics
from bookstore.forms import sent
from bookstore.htmx import render_page
from bookstore.keys import key_in
from shop import cart, drafts, providers
from shop.delivery_step import DeliveryStep, known_of
from shop.forms import OrderForm, VoucherForm
from shop.offer import offer_for
from shop.services import checkout as services
from shop.services import discounts
from shop.vouchers import CannotUseVoucher

from .limits import TooManyTries, refuse_many
from .payments import to_payment


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """The delivery page: who, where to and how."""
    basket = cart.basket_of(cart.shopper_of(request))
    if not basket.lines:
        return redirect("shop:basket_detail")
    user = _member(request)
    known = known_of(user, drafts.kept_in(request.session), _saved_id(request))
    step = DeliveryStep(sent(request), known=known, now=timezone.now())
    if step.form.is_bound and step.is_valid():
        drafts.keep(request.session, step.draft)
        return redirect("shop:checkout_payment")
    addresses = list(user.addresses.for_choice()) if user else []
    context = {
        "step": step,
        "basket": basket,
        "methods": step.choices(basket),
        "addresses": addresses,
        "may_keep": user is not None and len(addresses) < address_book.MOST_ADDRESSES,
        "takes_orders": providers.current() is not None,
    }
    status = 422 if step.form.is_bound else 200
    return render_page(
        request, "shop/checkout.html", context, regions=["delivery-step"], status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout_payment(request: HttpRequest) -> HttpResponse:
    """The last page before paying: everything at a glance, and the button that orders."""
    draft = drafts.kept_in(request.session)
    if draft is None or providers.current() is None:
        return redirect("shop:checkout")
    form = OrderForm(sent(request))
    if form.is_valid():
        try:
            placed = services.place_order(
                shopper=cart.shopper_of(request),
                draft=draft,
                seen=form.cleaned_data["seen"],
                form_key=form.cleaned_data["form_key"],
                now=timezone.now(),
            )
        except services.CannotPlaceOrder as refusal:
            metrics.count_checkout(type(refusal).__name__)
            form.add_error(None, str(refusal))
        else:
            metrics.count_checkout("placed")
            return to_payment(request, placed.order, placed.attempt)
    return _payment_page(request, draft, form)


@require_POST
def voucher_use(request: HttpRequest) -> HttpResponse:
    draft = drafts.kept_in(request.session)
    form = VoucherForm(request.POST)
    if draft is None:
        return redirect("shop:checkout")
    if form.is_valid():
        try:
            refuse_many(request, "use_voucher")
            discounts.use_voucher(
                shopper=cart.shopper_of(request),
                code=form.cleaned_data["code"],
                email=draft.email,
                now=timezone.now(),
            )
        except (CannotUseVoucher, TooManyTries) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The voucher lowers your total."))
            return redirect("shop:checkout_payment")
    return _payment_page(request, draft, OrderForm(), voucher_form=form)


@require_POST
def voucher_drop(request: HttpRequest) -> HttpResponse:
    discounts.drop_voucher(shopper=cart.shopper_of(request))
    return redirect("shop:checkout_payment")


def _payment_page(
    request: HttpRequest,
    draft: drafts.Draft,
    form: OrderForm,
    voucher_form: VoucherForm | None = None,
) -> HttpResponse:
    shopper = cart.shopper_of(request)
    basket = cart.basket_of(shopper)
    if not basket.lines and not form.errors:
        return redirect("shop:basket_detail")
    offer = offer_for(shopper, basket, draft, now=timezone.now())
    if offer is None:
        messages.error(request, _("Please choose again how your books reach you."))
        return redirect("shop:checkout")
    context: dict[str, Any] = {
        "form": form,
        "draft": draft,
        "basket": basket,
        "offer": offer,
        "voucher_form": voucher_form or VoucherForm(),
    }
    is_refused = form.errors or context["voucher_form"].errors
    return render_page(
        request, "shop/checkout_payment.html", context, status=422 if is_refused else 200
    )


def _member(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _saved_id(request: HttpRequest) -> int | None:
    """The saved address that a link of the page names; nonsense names none."""
    return key_in(request.GET.get("address", ""))
