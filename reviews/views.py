"""Pages of reviews: of a book, to write one, and what others may do with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.member import MemberRequest
from bookstore.forms import sent
from bookstore.paging import pages_to_name
from catalog.models import Book

from . import reading, services
from .forms import ReportForm, ReviewForm
from .models import ON_A_PAGE
from .reading import Choice, Summary


@require_safe
def review_list(request: HttpRequest, ean: str) -> HttpResponse:
    """All reviews of the work. A book that is no longer on sale keeps its reviews."""
    book = _book(ean)
    reader = request.user if request.user.is_authenticated else None
    choice = Choice.of(request.GET)
    reviews = Paginator(choice.reviews(book, reader), ON_A_PAGE)
    # Links may outlive what they lead to: the last page stands for those that are not there.
    page = reviews.get_page(request.GET.get("page"))
    context = {
        "book": book,
        "summary": Summary.of(book),
        "choice": choice,
        "page": page,
        "pages": pages_to_name(page.number, reviews.num_pages),
        "own": reading.own_of(book, reader),
        "reader_id": reader.pk if reader else None,
    }
    return TemplateResponse(request, "reviews/review_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_write(request: MemberRequest, ean: str) -> HttpResponse:
    book, user = _book(ean), request.user
    form = _form(request, {"shown_as": "" if "@" in user.name else user.name[:60]})
    context = {"form": form, "book": book}
    try:
        if form.is_valid():
            review = services.write_review(user=user, book=book, said=form.said, now=timezone.now())
            messages.success(request, _("Thank you. Your review is here for everybody to read."))
            return redirect(review)
        if not form.is_bound:
            services.may_write(user=user, book=book)
    except services.CannotReview as refusal:
        if not form.is_bound:
            return _refused(request, refusal, book=book)
        form.add_error(None, str(refusal))
        context["refusal"] = refusal
    return _asked(request, "reviews/review_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_edit(request: MemberRequest, review_id: int) -> HttpResponse:
    try:
        review = services.own_review(user=request.user, review_id=review_id)
        known = {field: getattr(review, field) for field in ReviewForm.base_fields}
        form = _form(request, known)
        if form.is_valid():
            services.edit_review(
                user=request.user, review_id=review_id, said=form.said, now=timezone.now()
            )
            messages.success(request, _("Your review is changed."))
            return redirect(review)
    except services.CannotReview as refusal:
        return _refused(request, refusal)
    context = {"form": form, "book": review.book, "review": review}
    return _asked(request, "reviews/review_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_delete(request: MemberRequest, review_id: int) -> HttpResponse:
    """Asks first: it took long to write."""
    try:
        review = services.own_review(user=request.user, review_id=review_id)
        if request.method == "POST":
            services.delete_review(user=request.user, review_id=review_id, now=timezone.now())
            messages.success(request, _("Your review is deleted. You may write another one."))
            return redirect("reviews:review_list", review.book.ean)
    except services.CannotReview as refusal:
        return _refused(request, refusal)
    return TemplateResponse(request, "reviews/review_delete.html", {"review": review})


@require_POST
@login_required(redirect_field_name=None)
def review_helpful(request: MemberRequest, review_id: int) -> HttpResponse:
    """The button says which of the two it is, so that a double click is one."""
    is_helpful = request.POST.get("helpful") != "no"
    try:
        review = services.vote(
            user=request.user, review_id=review_id, is_helpful=is_helpful, now=timezone.now()
        )
    except services.CannotReview as refusal:
        return _refused(request, refusal)
    thanks = _("Thank you, that helps others too.") if is_helpful else _("Your vote is taken back.")
    messages.success(request, thanks)
    return redirect(Choice.of(request.POST).address_of(review, request.POST.get("page", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_report(request: MemberRequest, review_id: int) -> HttpResponse:
    form = ReportForm(sent(request))
    try:
        review = services.review_of_others(user=request.user, review_id=review_id)
        if form.is_valid():
            services.report_review(
                user=request.user, review_id=review_id, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Thank you. A bookseller will look at it soon."))
            return redirect(review)
    except services.AlreadyReported as refusal:
        form.add_error(None, str(refusal))
    except services.CannotReview as refusal:
        return _refused(request, refusal)
    return _asked(request, "reviews/review_report.html", {"form": form, "review": review})


def _book(ean: str) -> Book:
    return get_object_or_404(Book.objects.defer("search"), ean=ean)


def _form(request: MemberRequest, known: dict[str, Any]) -> ReviewForm:
    return ReviewForm(sent(request), initial=known)


def _asked(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].errors else 200
    return TemplateResponse(request, template, context, status=status)


def _refused(
    request: HttpRequest, refusal: services.CannotReview, *, book: Book | None = None
) -> HttpResponse:
    """Says why, in words: 404 for what is not there for this reader, 403 for what they may not do."""
    is_missing = isinstance(refusal, services.NotYours | services.ReviewIsGone)
    context = {"refusal": refusal, "book": book}
    status = 404 if is_missing else 403
    return TemplateResponse(request, "reviews/refused.html", context, status=status)
