"""What stands in front of allauth's pages about the address one signs in with."""

from allauth.account import views as theirs
from allauth.account.models import get_emailconfirmation_model
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, key: str) -> HttpResponse:
    """allauth's page, which would sign out whoever opens the link of another account."""
    link = get_emailconfirmation_model().from_key(key)
    if link and request.user.is_authenticated and request.user != link.email_address.user:
        words = _(
            "This link is for another account, so nothing has changed. If that one is yours, sign "
            "out here and open the link again."
        )
        messages.warning(request, words)
        return redirect("accounts:overview")
    response: HttpResponse = theirs.confirm_email(request, key=key)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_email(request: HttpRequest) -> HttpResponse:
    """allauth's page, without its choice among several addresses: it asks for no confirmation."""
    if "action_primary" in request.POST:
        raise Http404
    response: HttpResponse = theirs.email(request)
    return response
