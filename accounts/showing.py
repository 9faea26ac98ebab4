"""A mail inside a page of the admin; its HTML in a frame that can do nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from bookstore.logs import without_keys

# Mails say in each element what it looks like, which no page of the shop may. Nothing is loaded or
# sent, and no script runs: a mail has none.
FOR_A_MAIL: dict[str, Any] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}
ASKS_FOR_DARK = "(prefers-color-scheme: dark)"
ASKS_FOR_EITHER = 'content="light dark"'


@xframe_options_sameorigin
@csp_override(FOR_A_MAIL)
def show(request: HttpRequest, html: str) -> HttpResponse:
    """The mail as it looks on a light screen, or with ?look=dark on a dark one, whatever this one is."""
    look, answer = ("dark", "all") if request.GET.get("look") == "dark" else ("light", "not all")
    html = html.replace(ASKS_FOR_DARK, answer).replace(ASKS_FOR_EITHER, f'content="{look}"')
    return HttpResponse(html)


def for_staff(text: str) -> str:
    """The text or the HTML of a mail, whose links lack their keys, but in a demo."""
    return text if settings.MAIL_KEEP_ONE_TIME_LINKS else without_keys(text)
