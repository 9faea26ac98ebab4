"""What the search box asks for while somebody types."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bookstore.htmx import render_page
from catalog.search.suggest import suggestions_for

# A shop's stock of titles changes slower than people go back over their letters.
ONE_MINUTE = 60


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    context = {"groups": suggestions_for(words), "words": words}
    response = render_page(request, "catalog/suggestions.html", context, regions=["suggestions"])
    patch_cache_control(response, private=True, max_age=ONE_MINUTE)
    return response
