"""Answers whose address names their content."""

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

ONE_YEAR = 60 * 60 * 24 * 365


def keep_for_good(response: HttpResponseBase) -> HttpResponseBase:
    """Let every cache keep the answer: another content would have another address."""
    patch_cache_control(response, public=True, max_age=ONE_YEAR, immutable=True)
    return response
