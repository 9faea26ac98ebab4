"""Where a form asks to be led afterwards: `next`, a page of ours and no other."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

# Longer ones no browser was given by us, and Django sends nobody there.
LONGEST = 2000


def next_page(request: HttpRequest) -> str:
    """The path that the form or the address names, "" if there is none that leads to a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_path = asked.startswith("/") and len(asked) <= LONGEST
    return asked if is_path and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
