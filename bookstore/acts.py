"""Pages of our own inside the admin, and small ones on which staff do one thing.

Those ask first, and say what came of it.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse


def page(
    request: HttpRequest, template: str, *, title: Any, status: int = 200, **context: Any
) -> TemplateResponse:
    """A page that belongs to no one model. Its template extends admin/_page.html."""
    whole = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, template, whole, status=status)


def ask(
    request: HttpRequest,
    template: str,
    form: Form,
    *,
    model: type[Model],
    about: Model | None = None,
    **context: Any,
) -> TemplateResponse:
    """The page, which extends admin/_act.html, with what is wrong with the form if it was sent.

    `about` is the row whose own page it belongs to; without one it belongs to the list of `model`.
    """
    known = {"opts": model._meta, "about": about, "form": form}
    whole = {**admin.site.each_context(request), **known, **context}
    return TemplateResponse(request, template, whole, status=422 if form.errors else 200)


def done(
    request: HttpRequest, words: str, *, model: type[Model], about: Model | None = None
) -> HttpResponse:
    """Back to the page that the act belongs to, where `words` say that it is done."""
    messages.success(request, words)
    page = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return redirect(f"{page}_change", about.pk) if about else redirect(f"{page}_changelist")
