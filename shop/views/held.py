"""The copy that is held for a place on a waiting list, for whoever has its key."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shop import cart
from shop.services.accepting import Accepted, accept_held
from waitlist.places import CannotQueue, NoSuchPlace


@require_POST
def held_to_basket(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    shopper = cart.shopper_for_change(request)
    try:
        accepted = accept_held(shopper=shopper, key=key, now=timezone.now())
    except NoSuchPlace as refusal:
        raise Http404 from refusal
    except (CannotQueue, cart.CannotChangeBasket) as refusal:
        messages.error(request, str(refusal))
        return redirect("waitlist:place_detail", key=key)
    messages.success(request, _words(accepted))
    return redirect("shop:basket_detail")


def _words(accepted: Accepted) -> str:
    line = accepted.line
    words = _("“%(title)s” is in your basket, and held for you until %(until)s.")
    if accepted.copies_before > 1:
        words += " " + _("There were %(before)d copies of it; now it is the one that is held.")
    names = {"title": line.book.title, "until": line.held_until_text}
    return words % {**names, "before": accepted.copies_before}
