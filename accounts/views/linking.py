"""The page "Google and GitHub" of somebody's account."""

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import ways_in
from bookstore.keys import key_in

from .member import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def links(request: MemberRequest) -> HttpResponse:
    """Which other sites lead into this account; a POST unlinks one. In place of allauth's page,
    which looks for a password alone and may let two at once take the last way in."""
    if request.method == "POST":
        _unlink(request)
        return redirect("socialaccount_connections")
    found = ways_in.links_of(request.user)
    sites = sorted(get_adapter().list_providers(request), key=lambda site: site.name)
    linked = {link.account.provider for link in found}
    context = {
        "links": found,
        "has_sites": bool(sites),
        "unlinked": [site for site in sites if site.id not in linked],
    }
    return render(request, "socialaccount/connections.html", context)


def _unlink(request: MemberRequest) -> None:
    account_id = key_in(request.POST.get("account", "")) or 0
    try:
        site = ways_in.unlink(user=request.user, account_id=account_id)
    except ways_in.CannotTakeAway as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(site)s is unlinked from your account.") % {"site": site})
