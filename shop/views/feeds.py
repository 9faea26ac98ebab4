"""Staff upload feeds: pages inside the admin (shop/staff_pages.py gives them addresses)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookstore import acts
from bookstore.forms import sent
from bookstore.htmx import render_page
from shop import feed_files, feed_pages
from shop.feed_forms import UploadForm
from shop.models import FeedRun, FeedUpload
from shop.services import feeding

FOLDER = "admin/shop/feeds"
MAY_UPLOAD = "shop.add_feedupload"


@require_safe
def feed_list(request: HttpRequest) -> HttpResponse:
    return acts.page(
        request,
        f"{FOLDER}/list.html",
        title=_("Feeds"),
        may_upload=request.user.has_perm(MAY_UPLOAD),
        **feed_pages.lists(request.GET.get("page")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def feed_upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(sent(request), request.FILES or None)
    if form.is_valid():
        made, is_new = feeding.upload(
            **form.cleaned_data, who=str(request.user), now=timezone.now()
        )
        if not is_new:
            messages.info(request, _("This very file is here already. This is where it stands."))
        return redirect(made)
    status = 422 if form.errors else 200
    title = _("Upload a feed")
    return acts.page(request, f"{FOLDER}/new.html", title=title, status=status, form=form)


@require_safe
def feed_detail(request: HttpRequest, upload_id: int) -> HttpResponse:
    upload = get_object_or_404(FeedUpload.objects.for_list(), pk=upload_id)
    context = {
        **admin.site.each_context(request),
        "title": str(upload),
        "may_decide": request.user.has_perm(MAY_UPLOAD),
        **feed_pages.of_upload(upload),
    }
    return render_page(request, f"{FOLDER}/detail.html", context, regions=["feed"])


@require_POST
def feed_apply(request: HttpRequest, upload_id: int) -> HttpResponse:
    return _do(request, upload_id, feeding.apply, who=str(request.user), now=timezone.now())


@require_POST
def feed_drop(request: HttpRequest, upload_id: int) -> HttpResponse:
    return _do(request, upload_id, feeding.drop, who=str(request.user), now=timezone.now())


@require_POST
def feed_again(request: HttpRequest, upload_id: int) -> HttpResponse:
    return _do(request, upload_id, feeding.again)


@require_safe
def feed_changes_csv(request: HttpRequest, upload_id: int) -> HttpResponseBase:
    return _file(upload_id, feed_files.CHANGES)


@require_safe
def feed_problems_csv(request: HttpRequest, upload_id: int) -> HttpResponseBase:
    """Those that were found by looking."""
    return _file(upload_id, feed_files.PROBLEMS)


@require_safe
def feed_run_problems_csv(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return feed_pages.problems_csv(get_object_or_404(FeedRun, pk=run_id))


def _do(
    request: HttpRequest, upload_id: int, act: Callable[..., FeedUpload], **by: Any
) -> HttpResponse:
    upload = get_object_or_404(FeedUpload, pk=upload_id)
    try:
        act(upload_id=upload.pk, **by)
    except feeding.CannotFeed as refusal:
        messages.error(request, str(refusal))
    return redirect(upload)


def _file(upload_id: int, name: str) -> HttpResponseBase:
    upload = get_object_or_404(FeedUpload, pk=upload_id)
    try:
        content = feed_files.opened(upload.folder, name)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        content,
        as_attachment=True,
        filename=feed_pages.name_of_file(upload, name),
        content_type="text/csv; charset=utf-8",
    )
