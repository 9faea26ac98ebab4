"""Addresses for pages that hold a hundred of them, and for machines, which want whole ones."""

from functools import lru_cache

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

_SLOT = "SLOT"


def site_of(request: HttpRequest) -> str:
    """The scheme and host of a page's address: with a path behind it, the whole address."""
    return f"{request.scheme}://{request.get_host()}"


def address_of(name: str, *parts: str) -> str:
    """What reverse(name, args=parts) says, a tenth as dear.

    The parts are put in as they are: slugs, numbers, digests, nothing that would need quoting.
    """
    return _pattern(name, len(parts), get_script_prefix()) % parts


@lru_cache(maxsize=256)
def _pattern(name: str, slots: int, prefix: str) -> str:
    """The address with %s for each part. reverse() looks up `prefix`, which it differs with, itself."""
    return reverse(name, args=[_SLOT] * slots).replace("%", "%%").replace(_SLOT, "%s")
