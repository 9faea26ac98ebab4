"""From a wishlist into the basket."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.views.member import MemberRequest
from bookstore.next_page import next_page
from catalog.models import Book
from shop import cart, wished
from waitlist import wishlists
from waitlist.views.wishlists import list_named


@require_POST
@login_required(redirect_field_name=None)
def wishlist_to_basket(request: MemberRequest, ean: str) -> HttpResponse:
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    wishlist = list_named(request)
    try:
        wished.move_to_basket(user=request.user, book=book, wishlist=wishlist, now=timezone.now())
    except (cart.CannotChangeBasket, wishlists.CannotChangeWishlist) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is in your basket.") % {"title": book.title})
    return redirect(next_page(request) or "waitlist:wishlist_default")


@require_POST
@login_required(redirect_field_name=None)
def wishlist_all_to_basket(request: MemberRequest, list_id: int) -> HttpResponse:
    wishlist = get_object_or_404(request.user.wishlists, pk=list_id)
    try:
        moved = wished.move_all_to_basket(user=request.user, wishlist=wishlist, now=timezone.now())
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
    else:
        say = messages.success if moved.lines else messages.info
        say(request, _told(moved))
    return redirect(wishlist)


def _told(moved: wished.Moved) -> str:
    """A sentence on what went, and one on what stays."""
    told = []
    if went := len(moved.lines):
        words = ngettext("One book is in your basket.", "%(went)d books are in your basket.", went)
        told.append(words % {"went": went})
    if moved.staying:
        words = ngettext(
            "One book cannot be bought at the moment and stays on the list.",
            "%(staying)d books cannot be bought at the moment and stay on the list.",
            moved.staying,
        )
        told.append(words % {"staying": moved.staying})
    return " ".join(told) or _("There is nothing on the list.")
