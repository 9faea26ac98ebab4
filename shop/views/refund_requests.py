"""Where a second one of the staff decides on a refund: small pages inside the admin."""

from typing import cast

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from bookstore import acts
from bookstore.forms import sent
from shop.models import RefundRequest
from shop.services import cancelling, refund_requests, refunds
from shop.staff_forms import DeclineForm


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.refund_order", raise_exception=True)
def request_approve(request: HttpRequest, request_id: int) -> HttpResponse:
    wanted = get_object_or_404(RefundRequest.objects.for_page(), pk=request_id)
    form = forms.Form(sent(request))
    if form.is_valid():
        try:
            refund_requests.approve(
                request_id=wanted.pk, by=cast(User, request.user), now=timezone.now()
            )
        except (cancelling.CannotCancel, refunds.CannotRefund) as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("Approved: %(amount)s of order %(number)s is on its way.")
            return _done(request, wanted, words)
    return _page(request, "approve", wanted, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("shop.refund_order", raise_exception=True)
def request_decline(request: HttpRequest, request_id: int) -> HttpResponse:
    wanted = get_object_or_404(RefundRequest.objects.for_page(), pk=request_id)
    form = DeclineForm(sent(request))
    if form.is_valid():
        try:
            refund_requests.decline(
                request_id=wanted.pk,
                words=form.cleaned_data["words"],
                by=cast(User, request.user),
                now=timezone.now(),
            )
        except refunds.CannotRefund as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("Declined: nothing of %(amount)s for order %(number)s goes back.")
            return _done(request, wanted, words)
    return _page(request, "decline", wanted, form)


def _done(request: HttpRequest, wanted: RefundRequest, words: str) -> HttpResponse:
    text = words % {"amount": wanted.amount_text, "number": wanted.order.number}
    return acts.done(request, text, model=RefundRequest, about=wanted)


def _page(request: HttpRequest, act: str, wanted: RefundRequest, form: forms.Form) -> HttpResponse:
    template = f"admin/shop/refundrequest/{act}.html"
    return acts.ask(request, template, form, model=RefundRequest, about=wanted, wanted=wanted)
