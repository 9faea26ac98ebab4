"""What staff do with an order: small pages inside the admin (shop/admin.py gives them addresses)."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from bookstore import acts
from bookstore.forms import sent
from catalog.money import format_money
from shop import pricing
from shop.fulfilment import Fulfilment
from shop.models import Order, RefundRequest
from shop.services import cancelling, fulfilling, noting, posting, refund_requests, refunds
from shop.staff_forms import MoveForm, NoteForm, PostForm, RefundForm


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.post_order", raise_exception=True)
def order_move(request: HttpRequest, order_id: int) -> HttpResponse:
    """The buttons on the page of an order: picked, packed, delivered and so on."""
    order = get_object_or_404(Order, pk=order_id)
    form = MoveForm(sent(request))
    if form.is_valid():
        try:
            moved = fulfilling.take(
                number=order.number,
                to=Fulfilment(form.cleaned_data["to"]),
                who=str(request.user),
                now=timezone.now(),
            )
        except fulfilling.CannotMove as refusal:
            form.add_error(None, str(refusal))
        else:
            state = moved.get_fulfilment_display()
            return _done(request, order, _("Order %(number)s: %(state)s."), state=state)
    return _page(request, "move", order, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.post_order", raise_exception=True)
def order_note(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    form = NoteForm(sent(request))
    if form.is_valid():
        known = {"who": str(request.user), "now": timezone.now(), **form.cleaned_data}
        try:
            noting.add_note(number=order.number, **known)
        except noting.NobodyIsKnown as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, order, _("The note about order %(number)s is kept."))
    return _page(request, "note", order, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.post_order", raise_exception=True)
def order_post(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    form = PostForm(sent(request), is_collected=order.is_collected)
    if form.is_valid():
        try:
            order = posting.post_order(
                number=order.number,
                tracking=form.cleaned_data.get("tracking", ""),
                who=str(request.user),
                now=timezone.now(),
            )
        except posting.CannotPost as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("Order %(number)s is posted.")
            if order.is_collected:
                words = _("Order %(number)s is ready to collect.")
                if not order.is_posted:
                    words = _(
                        "A part of order %(number)s is ready to collect; the rest is to come."
                    )
            elif not order.is_posted:
                words = _("A parcel of order %(number)s is posted; the rest is to come.")
            return _done(request, order, words)
    return _page(request, "post", order, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.cancel_order", raise_exception=True)
def order_cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    form = forms.Form(sent(request))
    if form.is_valid():
        try:
            asked = refund_requests.ask_to_cancel(
                number=order.number, by=cast(User, request.user), now=timezone.now()
            )
        except (cancelling.CannotCancel, refunds.CannotRefund) as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done_or_waits(request, order, asked, _("Order %(number)s is cancelled."))
    return _page(request, "cancel", order, form, limit=_limit(request, order))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.refund_order", raise_exception=True)
def order_refund(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=order_id)
    left = refunds.left_to_refund(order)
    items = order.items.with_people_waiting().order_by("pk")
    form = RefundForm(items, left, sent(request), can_restock=order.is_confirmed)
    if form.is_valid():
        try:
            asked = refund_requests.ask(
                number=order.number,
                by=cast(User, request.user),
                now=timezone.now(),
                **form.asked,
            )
        except refunds.CannotRefund as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("A refund of order %(number)s is on its way.")
            return _done_or_waits(request, order, asked, words)
    more = {"left": left, "money": format_money(left.money), "limit": _limit(request, order)}
    return _page(request, "refund", order, form, **more)


@require_safe
@permission_required("shop.view_order", raise_exception=True)
def order_invoice(request: HttpRequest, order_id: int) -> HttpResponse:
    """The invoice of any order: also of one whose person was erased, which nobody else can see."""
    order = get_object_or_404(Order.objects.for_invoice(), pk=order_id)
    known = {"order": order, "invoice": order.invoice, "taxes": pricing.tax_of(order)}
    return TemplateResponse(request, "shop/order_invoice.html", {**known, "is_for_staff": True})


def _done(request: HttpRequest, order: Order, words: str, **more: str) -> HttpResponse:
    said = words % {"number": order.number, **more}
    return acts.done(request, said, model=Order, about=order)


def _done_or_waits(
    request: HttpRequest, order: Order, asked: RefundRequest | None, words: str
) -> HttpResponse:
    """`words`, unless somebody else has to agree first."""
    if asked is None or not asked.is_waiting:
        return _done(request, order, words)
    text = _("%(amount)s is more than you may give back alone, so it waits for somebody else.")
    return _done(request, order, text % {"amount": asked.amount_text})


def _limit(request: HttpRequest, order: Order) -> dict[str, str]:
    """What whoever looks may give back of an order alone, in words."""
    left = refund_requests.left_alone(order, by=cast(User, request.user))
    return {"alone": format_money(settings.REFUND_ALONE_UP_TO), "left": format_money(left)}


def _page(
    request: HttpRequest, act: str, order: Order, form: forms.Form, **more: Any
) -> HttpResponse:
    template = f"admin/shop/order/{act}.html"
    return acts.ask(request, template, form, model=Order, about=order, order=order, **more)
