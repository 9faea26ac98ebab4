from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import address_book
from accounts.forms import SavedAddressForm
from accounts.models import Address
from bookstore.htmx import render_page

from .member import MemberRequest


@require_safe
@login_required
def address_list(request: MemberRequest) -> HttpResponse:
    addresses = list(request.user.addresses.for_choice())
    context = {"addresses": addresses, "is_full": len(addresses) >= address_book.MOST_ADDRESSES}
    return TemplateResponse(request, "accounts/address_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_add(request: MemberRequest) -> HttpResponse:
    user = request.user
    form = _form(request, {"name": user.name})
    add = partial(address_book.add_address, user=user, now=timezone.now())
    return _save(request, form, None, add, _("“%(name)s” is saved."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_edit(request: MemberRequest, address_id: int) -> HttpResponse:
    address = get_object_or_404(request.user.addresses, pk=address_id)
    form = _form(request, {**address.postal_fields, "label": address.label})
    change = partial(address_book.change_address, address=address)
    return _save(request, form, address, change, _("“%(name)s” is changed."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_delete(request: MemberRequest, address_id: int) -> HttpResponse:
    """Asks first: an address takes long to type, and nothing of a deleted one is to be kept."""
    address = get_object_or_404(request.user.addresses, pk=address_id)
    if request.method != "POST":
        return TemplateResponse(request, "accounts/address_delete.html", {"address": address})
    try:
        heir = address_book.remove_address(address=address)
    except address_book.CannotChangeAddresses as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:address_list")
    done = _("“%(name)s” is deleted.")
    if heir:
        done += " " + _("“%(name)s” is your default now.") % {"name": heir.short_name}
    return _back(request, done, address)


@require_POST
@login_required(redirect_field_name=None)
def address_default(request: MemberRequest, address_id: int) -> HttpResponse:
    address = get_object_or_404(request.user.addresses, pk=address_id)
    try:
        address_book.make_default(address=address)
    except address_book.CannotChangeAddresses as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:address_list")
    return _back(request, _("“%(name)s” is your default now."), address)


def _form(request: MemberRequest, known: dict[str, Any]) -> SavedAddressForm:
    if request.method != "POST":
        return SavedAddressForm(initial=known)
    if request.POST.get("then") == "country":
        return SavedAddressForm.retyped(request.POST)
    return SavedAddressForm(request.POST)


def _save(
    request: MemberRequest,
    form: SavedAddressForm,
    address: Address | None,
    act: Callable[..., Address],
    done: str,
) -> HttpResponse:
    """Do it and go back to the list, or show the form, with what is wrong; `address` is in it."""
    if form.is_valid():
        try:
            return _back(request, done, act(fields=form.cleaned_data))
        except address_book.CannotChangeAddresses as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    context = {"form": form, "address": address}
    return render_page(
        request, "accounts/address_form.html", context, regions=["address-form"], status=status
    )


def _back(request: MemberRequest, done: str, address: Address) -> HttpResponse:
    messages.success(request, done % {"name": address.short_name})
    return redirect("accounts:address_list")
