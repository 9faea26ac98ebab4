from http import HTTPStatus

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe
from django.views.static import serve

from bookstore import health, languages, request_ids
from bookstore.addresses import site_of
from bookstore.caching import keep_for_good
from catalog import cover_files
from shop.models import DeliveryMethod

PLAIN_PAGES = (
    *("terms", "privacy", "delivery", "returns", "contact", "accessibility"),
    "how-reviews-work",
)


@require_safe
def plain_page(request: HttpRequest, page: str) -> HttpResponse:
    context: dict[str, object] = {}
    if page == "privacy":
        context["pays_by_stripe"] = settings.PAYMENT_PROVIDER == "stripe"
        context["has_languages"] = bool(languages.choices())
        context["has_replicas"] = bool(settings.REPLICAS)
    if page == "delivery":
        context["delivery_methods"] = DeliveryMethod.objects.offered_on(timezone.localdate())
    response = TemplateResponse(request, f"pages/{page}.html", context)
    # Whatever an address has behind it, it is this page (RFC 6596).
    response["Link"] = f'<{site_of(request)}{request.path}>; rel="canonical"'
    return response


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready to serve? A silent worker is told, but does not make a web process unready."""
    if found := health.problems():
        return JsonResponse({"status": "not ready", "problems": found}, status=503)
    return JsonResponse({"status": "ready", "worker": health.worker_state(timezone.now())})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An uploaded picture. Its name holds a hash of its content, so browsers keep it for good.

    Until the worker has made a small one, the whole picture stands in, for a minute.
    """
    if whole := cover_files.instead_of_small(path):
        response = _stored(request, whole)
        patch_cache_control(response, public=True, max_age=60)
        return response
    return keep_for_good(_stored(request, path))


def _stored(request: HttpRequest, path: str) -> HttpResponseBase:
    if not settings.MEDIA_BUCKET:
        return serve(request, path, document_root=str(settings.MEDIA_ROOT))
    try:
        return FileResponse(default_storage.open(path), filename=path)
    except FileNotFoundError as error:
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
def too_many_tries(request: HttpRequest) -> HttpResponse:
    """Says when one may try again, to people and to programs."""
    context = {"minutes": settings.TRY_AGAIN_AFTER // 60}
    response = render(request, "429.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(settings.TRY_AGAIN_AFTER)
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours raised. Like Django's own, it asks nothing that may be broken, too."""
    html = render_to_string("500.html", {"reference": request_ids.current()})
    return HttpResponse(html, status=HTTPStatus.INTERNAL_SERVER_ERROR)
