"""Customers as staff see them: inside the admin (accounts/staff_pages.py gives them addresses)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import customers, deactivating
from accounts.models import User
from accounts.person import Person
from accounts.staff_forms import CustomerSearchForm, GuestForm
from bookstore import acts
from bookstore.forms import sent

from .member import MemberRequest


@dataclass(frozen=True)
class Act:
    """What staff do with an account, in the words of its page and of the log."""

    do: Callable[..., None]
    title: Any
    words: Any
    button: Any
    done: Any


SIGN_OUT = Act(
    deactivating.sign_out,
    gettext_lazy("Sign out everywhere"),
    gettext_lazy("Every device is signed out at once. Whoever knows the password can come back."),
    gettext_lazy("Sign out everywhere"),
    gettext_lazy("Signed out everywhere"),
)
DEACTIVATE = Act(
    deactivating.deactivate,
    gettext_lazy("Deactivate"),
    gettext_lazy(
        "Every device is signed out at once, and nobody can sign in to this account until it is "
        "reactivated. Orders and places on lists stay as they are."
    ),
    gettext_lazy("Deactivate"),
    gettext_lazy("Deactivated"),
)
REACTIVATE = Act(
    deactivating.reactivate,
    gettext_lazy("Reactivate"),
    gettext_lazy("Its owner can sign in again. This signs in no device."),
    gettext_lazy("Reactivate"),
    gettext_lazy("Active again"),
)


@require_safe
def customer_list(request: MemberRequest) -> HttpResponse:
    """The way to a customer: by what they or their order are called."""
    form = CustomerSearchForm(request.GET if "q" in request.GET else None)
    found = None
    if form.is_valid():
        found = customers.find(text=form.cleaned_data["q"], reader=request.user)
    return acts.page(
        request,
        "admin/accounts/customer/list.html",
        title=_("Customers"),
        status=422 if form.errors else 200,
        form=form,
        found=found,
    )


@require_safe
def customer(request: MemberRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    return _page(request, Person.of(user), title=user.name or user.email)


@require_safe
def guest(request: MemberRequest) -> HttpResponse:
    """Whoever orders without an account, by their address; a member's own page if it is theirs."""
    form = GuestForm(request.GET)
    if not form.is_valid():
        return redirect(reverse("admin:customers", query={"q": request.GET.get("email", "")}))
    person = customers.with_email(form.cleaned_data["email"])
    if person.user:
        return redirect("admin:customer", person.user.pk)
    return _page(request, person, title=person.emails[0])


@require_http_methods(["GET", "HEAD", "POST"])
def customer_sign_out(request: MemberRequest, user_id: int) -> HttpResponse:
    return _act(request, user_id, SIGN_OUT)


@require_http_methods(["GET", "HEAD", "POST"])
def customer_deactivate(request: MemberRequest, user_id: int) -> HttpResponse:
    return _act(request, user_id, DEACTIVATE)


@require_http_methods(["GET", "HEAD", "POST"])
def customer_reactivate(request: MemberRequest, user_id: int) -> HttpResponse:
    return _act(request, user_id, REACTIVATE)


def _page(request: MemberRequest, person: Person, *, title: str) -> HttpResponse:
    shown = customers.look_at(
        person=person,
        reader=request.user,
        now=timezone.now(),
        is_noted=request.method == "GET",
    )
    if not person.user and not customers.is_anybody(shown):
        return redirect(reverse("admin:customers", query={"q": person.emails[0]}))
    return acts.page(
        request, "admin/accounts/customer/page.html", title=title, person=person, parts=shown
    )


def _act(request: MemberRequest, user_id: int, act: Act) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    form = forms.Form(sent(request))
    if form.is_valid():
        try:
            act.do(user=user, who=request.user)
        except deactivating.CannotDeactivate as refusal:
            form.add_error(None, str(refusal))
        else:
            admin.site.get_model_admin(User).log_change(request, user, act.done)
            messages.success(request, f"{act.done}: {user}")
            return redirect("admin:customer", user.pk)
    template = "admin/accounts/customer/act.html"
    return acts.ask(request, template, form, model=User, about=user, act=act)
