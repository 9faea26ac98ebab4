"""What the mails of the shop look like: inside the admin (accounts/staff_pages.py)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import samples
from accounts.languages import known
from accounts.showing import show
from bookstore import acts


@require_safe
def mail_samples(request: HttpRequest) -> HttpResponse:
    """Every kind of mail, to choose one."""
    template = "admin/accounts/mail/list.html"
    return acts.page(request, template, title=_("What mails look like"), groups=samples.groups())


@require_safe
def mail_sample(request: HttpRequest, name: str) -> HttpResponse:
    """One of them as text, and as HTML on a light screen and on a dark one."""
    sample, language = _sample(name), _language(request)
    address = reverse("admin:mail_sample_html", args=[name], query={"language": language})
    return acts.page(
        request,
        "admin/accounts/mail/sample.html",
        title=sample.title,
        letter=sample.letter(language),
        languages=settings.LANGUAGES,
        address=f"{address}&",
    )


@require_safe
def mail_sample_html(request: HttpRequest, name: str) -> HttpResponse:
    return show(request, _sample(name).letter(_language(request)).html)


def _sample(name: str) -> samples.Sample:
    try:
        return samples.samples()[name]
    except KeyError:
        raise Http404 from None


def _language(request: HttpRequest) -> str:
    return known(request.GET.get("language")) or settings.LANGUAGE_CODE
