"""The shop with addresses besides, where each of its pages about errors can be looked at."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from bookstore.urls import urlpatterns as shop

handler404 = "django.views.defaults.page_not_found"


def forbidden(request: HttpRequest) -> HttpResponse:
    return render(request, "403.html", status=403)


def forged(request: HttpRequest) -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """With another status, since Chromium complains of 500, and tests are to hear of that."""
    return render(request, "500.html")


urlpatterns = [
    path("errors/403/", forbidden),
    path("errors/forged/", forged),
    path("errors/500/", broken),
    *shop,
]
