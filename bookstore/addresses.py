"""Addresses for pages that hold a hundred of them."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse

_SLOT = "SLOT"


def address_of(name: str, *parts: str) -> str:
    """What reverse(name, args=parts) says, a tenth as dear.

    The parts are put in as they are: slugs, numbers, digests, nothing that would need quoting.
    """
    return _pattern(name, len(parts), get_script_prefix()) % parts


@lru_cache(maxsize=256)
def _pattern(name: str, slots: int, prefix: str) -> str:
    """The address with %s for each part. reverse() looks up `prefix`, which it differs with, itself."""
    return reverse(name, args=[_SLOT] * slots).replace("%", "%%").replace(_SLOT, "%s")
