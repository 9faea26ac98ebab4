"""A list as those see it who have its link, and what they say that they give."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookstore.next_page import next_page
from waitlist import wishlists
from waitlist.gifts import gifts_among
from waitlist.models import Wishlist

from .wishlists import page_of

# The token of a giver without an account, so that they and nobody else take back what they said.
GIVER_KEY = "giver"


@require_safe
@never_cache
def wishlist_shared(request: HttpRequest, key: UUID) -> HttpResponse:
    wishlist = get_object_or_404(Wishlist.objects.shared_as(key))
    page = page_of(request, wishlist.items.with_books())
    gifts = gifts_among(page, wishlist=wishlist, giver=_giver(request), reader=request.user)
    is_own = wishlist.is_of(request.user)
    context = {"wishlist": wishlist, "page": page, "gifts": gifts, "is_own": is_own}
    response = TemplateResponse(request, "waitlist/wishlist_shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def wishlist_take(request: HttpRequest, key: UUID, item_id: int) -> HttpResponse:
    giver = _giver(request) or uuid4()
    take = partial(wishlists.take, giver=giver, now=timezone.now())
    done = _("Thank you. Others who open this list now see that you are giving it.")
    is_said = _say(request, key, item_id, take, done)
    if is_said and not request.user.is_authenticated:
        request.session[GIVER_KEY] = str(giver)
    return _back(request, key)


@require_POST
def wishlist_untake(request: HttpRequest, key: UUID, item_id: int) -> HttpResponse:
    untake = partial(wishlists.untake, giver=_giver(request))
    _say(request, key, item_id, untake, _("It is free for others to give again."))
    return _back(request, key)


def _say(
    request: HttpRequest, key: UUID, item_id: int, act: Callable[..., None], done: str
) -> bool:
    """Do it and say so, or say why not. Returns whether it is done."""
    try:
        act(key=key, item_id=item_id, reader=request.user)
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def _back(request: HttpRequest, key: UUID) -> HttpResponse:
    if path := next_page(request):
        return redirect(path)
    return redirect("waitlist:wishlist_shared", key)


def _giver(request: HttpRequest) -> UUID | None:
    """The token of the session of whoever reads. Never starts one."""
    text = request.session.get(GIVER_KEY)
    return UUID(text) if text else None
