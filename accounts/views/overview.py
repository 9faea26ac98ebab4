from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import NameForm
from accounts.summary import summary_of
from bookstore.forms import sent

from .member import MemberRequest


@require_safe
@login_required
def overview(request: MemberRequest) -> HttpResponse:
    """The front page of somebody's account: what there is, in what state, and where."""
    summary = summary_of(
        request.user, session_key=request.session.session_key or "", now=timezone.now()
    )
    context = {"summary": summary}
    return TemplateResponse(request, "accounts/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def name_change(request: MemberRequest) -> HttpResponse:
    user = request.user
    form = NameForm(sent(request), initial={"name": user.name})
    if form.is_valid():
        services.change_name(user=user, name=form.cleaned_data["name"])
        messages.success(request, _("Your name is changed."))
        return redirect("accounts:overview")
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "accounts/name_change.html", {"form": form}, status=status)


@require_safe
@login_required
def sign_in_again(request: MemberRequest) -> HttpResponse:
    """Is it still you? For those whom nothing but another site lets in."""
    return TemplateResponse(request, "accounts/sign_in_again.html")
