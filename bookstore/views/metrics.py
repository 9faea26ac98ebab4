"""What Prometheus asks for, with the token that it and the shop know."""

from collections.abc import Iterator
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bookstore.metrics import of_all_processes
from bookstore.shop_metrics import ShopCollector


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Of the processes of this machine, and of the whole shop. Not found while there is no token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(_Everything()), content_type=kind)


class _Everything(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from of_all_processes().collect()
        yield from ShopCollector().collect()
