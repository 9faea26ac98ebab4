"""Waiting lists, in the open: pages that everybody may read."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookstore.paging import page_or_404
from catalog.models import Book
from catalog.spreadsheets import csv_file
from catalog.volumes import Volume
from waitlist import alerts, chronicle, figures, slips
from waitlist.models import PreBooking

LISTS_PER_PAGE = 24
DAYS_PER_PAGE = 30


@require_safe
@never_cache
def queue_index(request: HttpRequest) -> HttpResponse:
    page = page_or_404(request, PreBooking.objects.longest_lists(), LISTS_PER_PAGE)
    context = {"page": page, "slips": slips.slips_of_lists(list(page), timezone.now())}
    return TemplateResponse(request, "waitlist/queue_index.html", context)


@require_safe
@never_cache
def queue_detail(request: HttpRequest, ean: str) -> HttpResponse:
    """The list of a book. Books that are no longer sold keep theirs."""
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    now = timezone.now()
    page = page_or_404(request, chronicle.days_of(book), DAYS_PER_PAGE)
    days = list(page)
    context = {
        "book": book,
        "slip": slips.slip_for(book, request.user, now),
        "alert": alerts.open_alert(request.user, book),
        "figures": figures.figures_of(book, now),
        "page": page,
        "steps": list(chronicle.steps_of(book, days[-1], days[0])) if days else [],
    }
    return TemplateResponse(request, "waitlist/queue_detail.html", context)


@require_safe
def queue_steps(request: HttpRequest, ean: str) -> HttpResponseBase:
    """What happened on a list, as a CSV file."""
    book = get_object_or_404(Book.objects.only("ean"), ean=ean)
    return csv_file(f"waiting-list-{book.ean}", chronicle.HEADINGS, chronicle.steps_of(book))


def waiting_list(request: HttpRequest, book: Volume) -> str:
    """The slip on the page of a book that cannot be bought."""
    slip = slips.slip_for(book, request.user, timezone.now())
    context = {"slip": slip, "alert": alerts.open_alert(request.user, book)}
    return render_to_string("waitlist/_slip.html", context, request=request)


def restock_alert(request: HttpRequest, book: Volume) -> str:
    """What stands on the page of a book that nobody can wait for in line, if it may come all the same."""
    if not alerts.may_be_asked_for(book):
        return ""
    context = {"book": book, "alert": alerts.open_alert(request.user, book)}
    return render_to_string("waitlist/_alert.html", context, request=request)
