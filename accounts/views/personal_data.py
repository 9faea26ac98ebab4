"""Members look at what the shop holds about them, take it with them, and have it deleted."""

from tempfile import TemporaryFile

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import erasing, exporting
from accounts.forms import DeleteAccountForm
from accounts.person import Person, parts
from bookstore.forms import sent

from .member import MemberRequest

# All that the shop sets; the last is that of the books one has looked at.
OUR_COOKIES = {
    settings.SESSION_COOKIE_NAME,
    settings.CSRF_COOKIE_NAME,
    CookieStorage.cookie_name,
    "recently_viewed",
}


@require_safe
@login_required
def your_data(request: MemberRequest) -> HttpResponse:
    return _data_page(request)


@require_POST
@login_required
def download_data(request: MemberRequest) -> HttpResponseBase:
    """The ZIP. It is made on disk and never whole in memory."""
    if not ratelimit.consume(request, action="download_data"):
        words = _("You have downloaded this often just now. Please wait an hour and try again.")
        return _data_page(request, refusal=words, status=429)
    now = timezone.now()
    # FileResponse closes it, and then it is gone.
    file = TemporaryFile()  # noqa: SIM115
    exporting.write_archive(person=Person.of(request.user), file=file, now=now)
    file.seek(0)
    name = f"{slugify(settings.SHOP['name'])}-{timezone.localdate(now).isoformat()}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_account(request: MemberRequest) -> HttpResponse:
    now, person = timezone.now(), Person.of(request.user)
    form = DeleteAccountForm(sent(request))
    obstacles = erasing.obstacles(person=person, now=now)
    if form.is_valid():
        try:
            erasing.erase(person=person, now=now)
        except erasing.CannotErase as refusal:
            obstacles = refusal.obstacles
        else:
            return _forgotten(request)
    known = [part for part in parts() if not part.is_of_staff or part.count(person)]
    context = {
        "form": form,
        "obstacles": obstacles,
        "deleted": [part for part in known if not part.is_kept],
        "kept": [part for part in known if part.is_kept],
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "accounts/delete_account.html", context, status=status)


@require_safe
def account_deleted(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "accounts/account_deleted.html")


def _data_page(request: MemberRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    counts = exporting.counts(person=Person.of(request.user)).items()
    told = [(part, count) for part, count in counts if count or not part.is_of_staff]
    context = {"counts": told, "refusal": refusal}
    return TemplateResponse(request, "accounts/your_data.html", context, status=status)


def _forgotten(request: MemberRequest) -> HttpResponse:
    """Signed out, with every cookie of ours taken back."""
    logout(request)
    response = redirect("accounts:account_deleted")
    for name in OUR_COOKIES & request.COOKIES.keys():
        response.delete_cookie(name)
    return response
