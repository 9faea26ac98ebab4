"""Where somebody is led afterwards: a page of ours and no other."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

# Longer ones no browser was given by us, and Django sends nobody there.
LONGEST = 2000


def next_page(request: HttpRequest) -> str:
    """The path that the form or the address names, "" if there is none that leads to a page of ours."""
    return page_of_ours(request.POST.get("next") or request.GET.get("next") or "")


def page_of_ours(path: str) -> str:
    """`path`, "" if it does not lead to a page of ours."""
    is_path = path.startswith("/") and len(path) <= LONGEST
    return path if is_path and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
