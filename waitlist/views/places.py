"""A place on a waiting list, for whoever has its key."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookstore.htmx import render_page
from waitlist.models import PreBooking


@require_safe
@never_cache
def place_detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    place = get_object_or_404(PreBooking.objects.select_related("book"), key=key)
    return render_page(request, "waitlist/place_detail.html", {"place": place})
