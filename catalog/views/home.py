from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookstore.addresses import site_of
from bookstore.caching import same_for_everybody
from catalog.linked_pages import home_graph
from catalog.models import Book, Genre
from catalog.share_card import shop_card_address

ON_THE_FRONT_TABLE = 8
NEW_BOOKS = 12


@require_safe
@same_for_everybody
def home(request: HttpRequest) -> HttpResponse:
    site = site_of(request)
    context = {
        "url": site + request.path,
        "card": site + shop_card_address(),
        "graph": home_graph(site),
        "front_table": Book.objects.for_front_table().volumes(ON_THE_FRONT_TABLE),
        "new_books": Book.objects.new_on_the_shelf(timezone.localdate()).volumes(NEW_BOOKS),
        "genres": Genre.objects.for_contents(),
    }
    return TemplateResponse(request, "catalog/home.html", context)
