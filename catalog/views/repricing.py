"""Staff change the prices of many books, in the admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookstore import acts
from bookstore.forms import sent
from bookstore.looking import ShortPaginator
from bookstore.paging import page_or_404
from catalog import repricing
from catalog.models import Book, Repricing
from catalog.repricing_forms import RepricingForm
from catalog.tasks import change_prices

PAGE = 50
EXAMPLES = 5


@require_safe
def price_changes(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    changes = ShortPaginator(Repricing.objects.order_by("-pk"), PAGE)
    rows = changes.get_page(request.GET.get("page"))
    return acts.page(
        request, "admin/catalog/repricing/list.html", title=_("Price changes"), rows=rows
    )


@require_http_methods(["GET", "HEAD", "POST"])
def price_change_new(request: HttpRequest) -> HttpResponse:
    """The form; then, with what it would do; and, sent once more with that seen, done."""
    form = RepricingForm(sent(request))
    preview = None
    if form.is_valid():
        try:
            if "go" in request.POST and (planned := _planned(request, form)):
                return _go_on(planned)
            preview = repricing.preview(form.books, form.rule)
        except repricing.CannotReprice as refusal:
            form.add_error(None, str(refusal))
    return acts.page(
        request,
        "admin/catalog/repricing/new.html",
        title=_("Change prices"),
        status=422 if form.errors else 200,
        form=form,
        preview=preview,
        examples=preview and _examples(preview),
    )


def _planned(request: HttpRequest, form: RepricingForm) -> Repricing | None:
    """None, with a word in the form, when it is not what was looked at any more."""
    try:
        return repricing.plan(
            books=form.books,
            rule=form.rule,
            scope=form.scope,
            starts_at=form.starts_at,
            seen=request.POST.get("seen", ""),
            key=form.cleaned_data["key"],
            who=str(request.user),
            now=timezone.now(),
        )
    except repricing.NoLongerAsSeen as refusal:
        form.add_error(None, str(refusal))
        return None


@require_safe
def price_change(request: HttpRequest, repricing_id: int) -> HttpResponse:
    """One of them: where it stands, and what becomes of each book."""
    change = get_object_or_404(Repricing, pk=repricing_id)
    lines = change.lines.select_related("book").defer("book__search").order_by("book_id")
    return acts.page(
        request,
        "admin/catalog/repricing/detail.html",
        title=str(change),
        change=change,
        lines=page_or_404(request, lines, PAGE),
        outcomes=repricing.outcomes(change),
    )


@require_POST
def price_change_undo(request: HttpRequest, repricing_id: int) -> HttpResponse:
    return _end(request, repricing_id, repricing.undo)


@require_POST
def price_change_call_off(request: HttpRequest, repricing_id: int) -> HttpResponse:
    return _end(request, repricing_id, repricing.call_off)


def _end(request: HttpRequest, repricing_id: int, act: Any) -> HttpResponse:
    change = get_object_or_404(Repricing, pk=repricing_id)
    try:
        change = act(repricing_id=change.pk, who=str(request.user), now=timezone.now())
    except repricing.TooLate as refusal:
        messages.error(request, str(refusal))
    return _go_on(change)


def _go_on(change: Repricing) -> HttpResponse:
    """To its page, with the first thousand books done if it is due; the worker does the others."""
    repricing.work_off(repricing_id=change.pk, now=timezone.now(), batches=1)
    change_prices.enqueue()
    return redirect("admin:price_change", change.pk)


def _examples(preview: repricing.Preview) -> list[tuple[Book, repricing.Line]]:
    """The largest changes, with their books."""
    lines = preview.extremes(EXAMPLES)
    books = Book.objects.defer("search").in_bulk([line.book_id for line in lines])
    return [(books[line.book_id], line) for line in lines if line.book_id in books]
