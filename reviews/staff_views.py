"""What staff do with reviews: small pages inside the admin (reviews/admin.py gives them addresses)."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookstore import acts
from bookstore.forms import sent
from bookstore.keys import keys_in

from . import moderation
from .models import Review
from .staff_forms import KeepForm, RemoveForm, RestoreForm


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reviews.moderate_review", raise_exception=True)
def review_remove(request: HttpRequest) -> HttpResponse:
    reviews = _chosen(request)
    form = RemoveForm(sent(request))
    if form.is_valid():
        try:
            removed = moderation.remove(review_ids=_keys(reviews), **form.said, **_act_of(request))
        except moderation.CannotModerate as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext(
                "%(number)d review removed.", "%(number)d reviews removed.", len(removed)
            )
            return _done(request, text % {"number": len(removed)})
    return _page(request, "remove", reviews, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reviews.moderate_review", raise_exception=True)
def review_keep(request: HttpRequest) -> HttpResponse:
    reviews = _chosen(request)
    form = KeepForm(sent(request))
    if form.is_valid():
        words = form.cleaned_data["words"]
        try:
            kept = moderation.keep(review_ids=_keys(reviews), words=words, **_act_of(request))
        except moderation.CannotModerate as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext("%(number)d review stays.", "%(number)d reviews stay.", len(kept))
            return _done(request, text % {"number": len(kept)})
    return _page(request, "keep", reviews, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reviews.moderate_review", raise_exception=True)
def review_restore(request: HttpRequest) -> HttpResponse:
    review, *others = _chosen(request)
    if others:
        raise Http404
    form = RestoreForm(sent(request))
    if form.is_valid():
        words = form.cleaned_data["words"]
        try:
            moderation.restore(review_id=review.pk, words=words, **_act_of(request))
        except moderation.CannotModerate as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, _("“%(title)s” is back in the shop.") % {"title": review.title})
    return _page(request, "restore", [review], form)


def _chosen(request: HttpRequest) -> list[Review]:
    """The reviews that the address names, `?id=1&id=2`."""
    keys = set(keys_in(request.GET.getlist("id")))
    reviews = (
        list(Review.objects.for_moderation(keys)) if len(keys) <= moderation.MOST_AT_ONCE else []
    )
    if not reviews:
        raise Http404
    return reviews


def _keys(reviews: list[Review]) -> list[int]:
    return [review.pk for review in reviews]


def _act_of(request: HttpRequest) -> dict[str, Any]:
    return {"who": str(request.user), "now": timezone.now()}


def _done(request: HttpRequest, words: str) -> HttpResponse:
    return acts.done(request, words, model=Review)


def _page(request: HttpRequest, act: str, reviews: list[Review], form: forms.Form) -> HttpResponse:
    return acts.ask(
        request, f"admin/reviews/review/{act}.html", form, model=Review, reviews=reviews
    )
