"""Where somebody is signed in."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions

from .member import MemberRequest


@require_safe
@login_required
def session_list(request: MemberRequest) -> HttpResponse:
    key = request.session.session_key or ""
    listed = sessions.list_of(user=request.user, current=key, now=timezone.now())
    return render(request, "accounts/session_list.html", {"sessions": listed})


@require_POST
@login_required
def session_end(request: MemberRequest, session_id: int) -> HttpResponse:
    session = get_object_or_404(UserSession, user=request.user, pk=session_id)
    is_this_one = session.session_key == request.session.session_key
    sessions.end(session=session)
    if is_this_one:
        return _signed_out(request, _("You are signed out."))
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:session_list")


@require_POST
@login_required
def session_end_others(request: MemberRequest) -> HttpResponse:
    user = request.user
    sessions.end_all(user=user, keep=request.session.session_key or "")
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("accounts:session_list")


@require_POST
@login_required
def session_end_all(request: MemberRequest) -> HttpResponse:
    sessions.end_all(user=request.user)
    return _signed_out(request, _("You are signed out everywhere."))


def _signed_out(request: MemberRequest, words: str) -> HttpResponse:
    logout(request)
    messages.success(request, words)
    return redirect("catalog:home")
