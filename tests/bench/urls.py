from django.http import HttpRequest, HttpResponse
from django.urls import path

from bookstore.urls import urlpatterns as pages

EMPTY = "/empty/"


def empty(request: HttpRequest) -> HttpResponse:
    """What a request costs before any page of the shop has done anything."""
    return HttpResponse(b"<!doctype html><title>Empty</title>")


urlpatterns = [path(EMPTY.lstrip("/"), empty), *pages]
