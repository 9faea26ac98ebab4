from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from accounts.languages import remember_language
from bookstore import languages


@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """The languages to choose from. One that is chosen leads back, to the page before in it."""
    if not (choices := languages.choices()):
        raise Http404
    before = languages.page_before(request)
    if request.method == "POST" and languages.is_spoken(code := request.POST.get("language", "")):
        if request.user.is_authenticated:
            remember_language(request.user, code)
        response = redirect(before or "catalog:home")
        languages.set_cookie(response, code)
        return response
    context = {"languages": choices, "before": before}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return TemplateResponse(request, "pages/language.html", context, status=status)
