"""The pick list of many orders, inside the admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookstore import acts
from bookstore.keys import keys_in
from shop import picking
from shop.services import fulfilling


@require_http_methods(["GET", "HEAD", "POST"])
def pick_list(request: HttpRequest) -> HttpResponse:
    """GET shows it, to be printed; POST says that somebody goes along the shelves with it now."""
    keys = _keys(request)
    if len(keys) > picking.MOST_ORDERS and request.method == "POST":
        words = _("Nothing was done: that is for %(most)d orders at a time, at the most.")
        messages.error(request, words % {"most": picking.MOST_ORDERS})
        return redirect("admin:shop_order_changelist")
    if request.method == "POST":
        begun = fulfilling.begin_picking(order_ids=keys, who=str(request.user), now=timezone.now())
        words = ngettext(
            "%(begun)d order is being picked.", "%(begun)d orders are being picked.", begun
        )
        messages.success(request, words % {"begun": begun})
        return redirect(reverse("admin:shop_pick_list", query={"order": keys}))
    known: dict[str, Any] = {
        "list": picking.pick_list(keys, today=timezone.localdate()),
        "is_chosen": bool(keys),
        "most": picking.MOST_ORDERS,
        "now": timezone.now(),
    }
    return acts.page(request, "admin/shop/pick_list.html", title=_("Pick list"), **known)


def _keys(request: HttpRequest) -> list[int]:
    """What of the address are keys of orders: one more than a list is of, where there are more."""
    return keys_in(request.GET.getlist("order"))[: picking.MOST_ORDERS + 1]
