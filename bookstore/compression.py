"""Pages and other texts go over the line compressed; pictures are already."""

import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip

_TEXTS = re.compile(r"text/|image/svg\+xml|application/(json|([\w.-]+\+)?xml)")


class CompressionMiddleware(GZipMiddleware):
    """Compresses texts as Django does: by a length that differs each time, so that the length of an
    answer tells nobody what secret stands in it (BREACH). What came compressed stays as it is.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not _TEXTS.match(response.headers.get("Content-Type", "")):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether who asks can unpack it."""
    return bool(re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
