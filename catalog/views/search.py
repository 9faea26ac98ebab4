"""What the search box asks for while somebody types, and the one of a browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bookstore.addresses import site_of
from bookstore.htmx import render_page
from catalog.search.suggest import completions_for, suggestions_for

# A shop's stock of titles changes slower than people go back over their letters.
ONE_MINUTE = 60
ONE_DAY = 60 * 60 * 24
# As long as the name of a search engine may be.
LONGEST_NAME = 16


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    context = {"groups": suggestions_for(words), "words": words}
    response = render_page(request, "catalog/suggestions.html", context, regions=["suggestions"])
    patch_cache_control(response, private=True, max_age=ONE_MINUTE)
    return response


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches the shop (OpenSearch 1.1)."""
    response = render(
        request,
        "catalog/opensearch.xml",
        {"site": site_of(request), "name": settings.SHOP["name"][:LONGEST_NAME]},
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )
    patch_cache_control(response, public=True, max_age=ONE_DAY)
    return response


@require_safe
def completions(request: HttpRequest) -> HttpResponse:
    """Suggestions as browsers want them: what was typed, names, what they are, addresses."""
    words = request.GET.get("q", "")
    site, hits = site_of(request), completions_for(words)
    answer = [
        words,
        [hit.label for hit in hits],
        [hit.detail for hit in hits],
        [site + hit.address for hit in hits],
    ]
    response = JsonResponse(answer, safe=False, content_type="application/x-suggestions+json")
    patch_cache_control(response, private=True, max_age=ONE_MINUTE)
    return response
