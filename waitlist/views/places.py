"""Places on waiting lists: of who is signed in, and of whoever has the key of one."""

import uuid
from collections.abc import Callable, Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.member import MemberRequest
from bookstore.paging import page_or_404
from catalog.models import Book
from waitlist import offers, places, slips
from waitlist.models import PreBooking

PLACES_PER_PAGE = 20
OTHER_EDITIONS = 3


@require_POST
def queue_join(request: HttpRequest, ean: str) -> HttpResponse:
    """Strangers come back from signing in to the page of the list, where one press joins."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("waitlist:queue_detail", args=[ean]))
    book = get_object_or_404(Book.objects.on_sale().only("pk", "ean", "slug"), ean=ean)
    try:
        place = places.join(user=request.user, book_id=book.pk, now=timezone.now())
    except places.AlreadyWaiting as refusal:
        messages.error(request, str(refusal))
        return redirect(refusal.place)
    except places.CannotQueue as refusal:
        messages.error(request, str(refusal))
        return redirect(book)
    words = _("You are on the list as number %(number)d. We write to you when it is your turn.")
    messages.success(request, words % {"number": place.first_place})
    return redirect(place)


@require_safe
@never_cache
@login_required
def place_list(request: MemberRequest) -> HttpResponse:
    page = page_or_404(request, PreBooking.objects.for_list(request.user), PLACES_PER_PAGE)
    living = [place for place in page if place.is_living]
    context = {
        "page": page,
        "slips": slips.slips_of_places(living, timezone.now()),
        "ended": [place for place in page if not place.is_living],
    }
    return TemplateResponse(request, "waitlist/place_list.html", context)


@require_safe
@never_cache
def place_detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For whoever has the key, which stands in the mails: it names nobody."""
    place = get_object_or_404(PreBooking.objects.for_page(), key=key)
    now = timezone.now()
    others = Book.objects.instead_of(place.book, timezone.localdate(now))
    context = {
        "place": place,
        "slip": slips.slip_of_place(place, request.user, now),
        "steps": list(place.events.order_by("pk")),
        "is_theirs": _is_theirs(request, place),
        "others": [] if place.is_living else list(others[:OTHER_EDITIONS]),
    }
    return TemplateResponse(request, "waitlist/place_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place_leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Asks first, since the number is gone for good."""
    if request.method == "POST":
        return _act(request, key, places.leave, done=_("You have left the list."))
    return _ask(request, key, "waitlist/place_leave.html", PreBooking.LIVING)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place_decline(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Asks first, since the copy is gone for good."""
    if request.method == "POST":
        words = _("Thank you: the copy goes to the next in line.")
        return _act(request, key, offers.decline, done=words)
    return _ask(request, key, "waitlist/place_decline.html", (PreBooking.State.OFFERED,))


@require_POST
def place_skip(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    words = _("You have kept your place. The copy goes to the next in line.")
    return _act(request, key, offers.skip, done=words)


def _act(
    request: HttpRequest, key: uuid.UUID, act: Callable[..., PreBooking], *, done: str
) -> HttpResponse:
    try:
        place = act(key=key, now=timezone.now())
    except places.NoSuchPlace as error:
        raise Http404 from error
    except places.CannotQueue as refusal:
        messages.error(request, str(refusal))
        return redirect("waitlist:place_detail", key)
    messages.success(request, done)
    return redirect(place)


def _ask(
    request: HttpRequest, key: uuid.UUID, template: str, states: Collection[str]
) -> HttpResponse:
    """The page that asks, of a place in one of these states; else the page of the place."""
    place = get_object_or_404(PreBooking.objects.for_page(), key=key)
    if place.state not in states or place.is_being_ordered:
        return redirect(place)
    return TemplateResponse(
        request, template, {"place": place, "is_theirs": _is_theirs(request, place)}
    )


def _is_theirs(request: HttpRequest, place: PreBooking) -> bool:
    """Whether the place belongs to whoever is signed in, if anybody is."""
    return place.user_id is not None and place.user_id == request.user.pk
