from allauth.account.internal.stagekit import unstash_login
from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import authenticate
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.views import login_webauthn, reauthenticate_webauthn, remove_webauthn
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import ways_in
from accounts.still_you import has_just_proved

from .member import MemberRequest


@require_safe
def totp_qr(request: HttpRequest) -> HttpResponse:
    """The picture for the authenticator app that is being set up; 404 for all others."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret or not has_just_proved(request):
        raise Http404
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(
        picture, content_type="image/svg+xml", headers={"Cache-Control": "no-store"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """allauth's page, with words for those who waited too long before it."""
    if request.user.is_anonymous and unstash_login(request, peek=True) is None:
        messages.info(request, _("Your sign-in waited too long to go on. Please begin again."))
        return redirect("account_login")
    return authenticate(request)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_passkey(request: HttpRequest) -> HttpResponse:
    """allauth's answers; after a passkey that failed one still gets to where one wanted to go."""
    return _to_try_again(request, login_webauthn(request), "account_login")


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_by_passkey(request: HttpRequest) -> HttpResponse:
    """allauth's page, which a passkey that failed comes back to."""
    return _to_try_again(request, reauthenticate_webauthn(request), "mfa_reauthenticate_webauthn")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove_passkey(request: MemberRequest, pk: int) -> HttpResponse:
    """allauth's page and what it does, unless nothing else would let its owner in."""
    passkeys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    passkey = get_object_or_404(passkeys, pk=pk)
    try:
        with ways_in.taking_away(passkey, user=request.user):
            return remove_webauthn(request, pk=pk)
    except ways_in.LastWayIn as refusal:
        messages.error(request, str(refusal))
        return redirect("mfa_list_webauthn")


def _to_try_again(request: HttpRequest, response: HttpResponse, page: str) -> HttpResponse:
    """Where allauth leads to the sign-in page alone, to `page` instead, with `next`."""
    if getattr(response, "url", None) != reverse("account_login"):
        return response
    return redirect(passthrough_next_redirect_url(request, reverse(page), REDIRECT_FIELD_NAME))
