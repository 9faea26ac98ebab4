"""Withdrawing from a contract, in the two steps that the law asks for, without an account."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookstore.forms import sent
from shop.models import Order, Withdrawal, plain_number
from shop.order_forms import WithdrawForm
from shop.services import withdrawing as services

from .finding import CannotFind, found_order
from .visible import open_up, visible_orders

# The declaration as it was filled in and not confirmed yet.
DRAFT_KEY = "withdrawal"
DONE_KEY = "withdrawn"
FIELDS = ("name", "number", "email", "words")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw(request: HttpRequest) -> HttpResponse:
    form = WithdrawForm(sent(request), initial=_known_about(request))
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            order = found_order(request, form)
            services.check(order, now=timezone.now())
        except CannotFind as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        except services.CannotWithdraw as refusal:
            form.add_error(None, str(refusal))
            status = 422
        else:
            open_up(request, order.number)
            request.session[DRAFT_KEY] = {**form.cleaned_data, "key": str(uuid.uuid4())}
            return redirect("shop:withdraw_confirm")
    return TemplateResponse(request, "shop/withdraw.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw_confirm(request: HttpRequest) -> HttpResponse:
    draft = request.session.get(DRAFT_KEY)
    if draft is None:
        return redirect("shop:withdraw_done")
    order = get_object_or_404(visible_orders(request), number=draft["number"])
    if request.method != "POST":
        words = {name: draft[name] for name in ("name", "email", "words")}
        context = {"withdrawal": Withdrawal(order=order, **words)}
        return TemplateResponse(request, "shop/withdraw_confirm.html", context)
    try:
        withdrawal = services.withdraw(
            **{**draft, "key": uuid.UUID(draft["key"])},
            now=timezone.now(),
            staff=_staff_for_another(request, order),
        )
    except services.CannotWithdraw as refusal:
        messages.error(request, str(refusal))
        return redirect(order)
    del request.session[DRAFT_KEY]
    request.session[DONE_KEY] = withdrawal.pk
    return redirect("shop:withdraw_done")


@require_safe
@never_cache
def withdraw_done(request: HttpRequest) -> HttpResponse:
    if DONE_KEY not in request.session:
        return redirect("shop:withdraw")
    withdrawals = Withdrawal.objects.filter(order__erased_at__isnull=True).select_related("order")
    withdrawal = get_object_or_404(withdrawals, pk=request.session[DONE_KEY])
    return TemplateResponse(request, "shop/withdraw_done.html", {"withdrawal": withdrawal})


def _staff_for_another(request: HttpRequest, order: Order) -> str:
    """Whoever of the staff is signed in, unless the order is their own."""
    user = request.user
    return str(user) if user.is_staff and order.user_id != user.pk else ""


def _known_about(request: HttpRequest) -> dict[str, Any]:
    """What the form can be filled in with: an order of the reader's that the address names, or a draft."""
    number = plain_number(request.GET.get("order", ""))
    order = visible_orders(request).numbered(number).first()
    if order is not None:
        return {"number": order.number, "name": order.name, "email": order.email}
    draft = request.session.get(DRAFT_KEY, {})
    return {name: draft.get(name, "") for name in FIELDS}
