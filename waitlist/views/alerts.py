"""Asking to be told of copies, and taking that back: also without signing in, by the link in a mail."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views.member import MemberRequest
from bookstore.next_page import next_page
from catalog.models import Book
from waitlist import alerts
from waitlist.models import RestockAlert


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alert_set(request: HttpRequest, ean: str) -> HttpResponse:
    """Asks, and sets the alert. A stranger comes back here from sign-in: their wish survives it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    book = get_object_or_404(Book.objects.on_sale().defer("search"), ean=ean)
    if request.method != "POST":
        return TemplateResponse(request, "waitlist/alert_set.html", {"book": book})
    try:
        alerts.ask(user=request.user, book=book, now=timezone.now())
    except alerts.CannotAlert as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("We will mail you as soon as “%(title)s” can be bought.")
        messages.success(request, words % {"title": book.title})
    return redirect(book)


@require_POST
@login_required(redirect_field_name=None)
def alert_remove(request: MemberRequest, ean: str) -> HttpResponse:
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    try:
        alerts.remove(user=request.user, book=book, now=timezone.now())
    except alerts.CannotAlert as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("We will not mail you about “%(title)s”.")
        messages.success(request, words % {"title": book.title})
    return redirect(next_page(request) or book)


# A mail program posts here by itself (RFC 8058), and takes no other page for an answer.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alert_stop(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For whoever has the link of an alert's mail. Programs that look at links change nothing."""
    alert = get_object_or_404(RestockAlert.objects.with_books(), key=key)
    context = {"alert": alert, "is_done": request.method == "POST"}
    if request.method == "POST":
        context["ended"] = alerts.stop(key=key, now=timezone.now())
    else:
        context["open"] = alerts.count_open_with(alert)
    response = TemplateResponse(request, "waitlist/alert_stop.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
