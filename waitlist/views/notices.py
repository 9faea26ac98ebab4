"""Which mails about books somebody wants, and the end of them without signing in."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.views.member import MemberRequest
from waitlist import notices
from waitlist.models import NoticeChoice
from waitlist.notice_forms import NoticesForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def notices_page(request: MemberRequest) -> HttpResponse:
    user = request.user
    if request.method == "POST":
        form = NoticesForm(request.POST)
        if form.is_valid():
            notices.choose(user=user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Saved. You can change it here at any time."))
            return redirect("waitlist:notices")
    choice = notices.choice_of(user)
    form = NoticesForm(initial=model_to_dict(choice) if choice else {})
    context = {"form": form, "alerts": user.restock_alerts.open().with_books()}
    return TemplateResponse(request, "waitlist/notices.html", context)


# A mail program posts here by itself (RFC 8058), and takes no other page for an answer.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def notices_stop(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For whoever has the link of such a mail. Programs that look at links change nothing."""
    choice = get_object_or_404(NoticeChoice, key=key)
    if request.method == "POST":
        notices.stop(key=key, now=timezone.now())
    context = {"choice": choice, "is_done": request.method == "POST"}
    response = TemplateResponse(request, "waitlist/notices_stop.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
