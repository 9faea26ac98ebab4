"""Staff receive stock: pages inside the admin (shop/staff_pages.py gives them addresses)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookstore import acts
from bookstore.forms import sent
from bookstore.htmx import render_page
from shop.goods_in_forms import BeginForm, LineForm, NewBookForm, ScanForm
from shop.models import GoodsIn
from shop.services import goods_posting, receiving
from shop.unpacking import CLOSED_SHOWN, whats_in

FOLDER = "admin/shop/goods_in"


@require_http_methods(["GET", "HEAD", "POST"])
def goods_in(request: HttpRequest) -> HttpResponse:
    """All deliveries that are open, the newest that are not, and the form that begins one."""
    if request.method == "POST" and not _may_receive(request):
        raise PermissionDenied
    form = BeginForm(sent(request))
    if form.is_valid():
        begun = receiving.begin(
            reference=form.cleaned_data["reference"], who=str(request.user), now=timezone.now()
        )
        return redirect(begun)
    deliveries = GoodsIn.objects.for_list()
    return acts.page(
        request,
        f"{FOLDER}/list.html",
        title=_("Receive stock"),
        status=422 if form.errors else 200,
        form=form,
        may_receive=_may_receive(request),
        open=deliveries.open(),
        closed=deliveries.closed()[:CLOSED_SHOWN],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Where staff scan: each scan is one form, and the page that comes back says what it counted."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    if found.is_closed and request.method != "POST":
        return redirect(found)
    form = ScanForm(sent(request))
    problem = form.problem
    if form.is_valid():
        try:
            scanned = receiving.scan(
                delivery_id=delivery_id, now=timezone.now(), **form.cleaned_data
            )
        except receiving.CannotReceive as refusal:
            problem = str(refusal)
        else:
            return _back(found, scanned.pk if scanned else 0)
    return _unpack(request, found, problem=problem)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, delivery_id: int, line_id: int) -> HttpResponse:
    """Another number of copies in a line."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    form = LineForm(sent(request))
    problem = form.problem if form.errors else ""
    if form.is_valid():
        copies, seen = form.cleaned_data["copies"], form.cleaned_data["seen"]
        try:
            receiving.correct(
                delivery_id=delivery_id,
                line_id=line_id,
                copies=copies,
                seen=seen,
                now=timezone.now(),
            )
        except receiving.CannotReceive as refusal:
            problem = str(refusal)
        else:
            return _back(found, line_id)
    return _unpack(request, found, problem=problem)


@require_POST
def aside(request: HttpRequest, delivery_id: int, line_id: int) -> HttpResponse:
    """An unknown book lies aside, or with `back` does no longer."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    try:
        receiving.set_aside(
            delivery_id=delivery_id,
            line_id=line_id,
            aside="back" not in request.POST,
            now=timezone.now(),
        )
    except receiving.CannotReceive as refusal:
        return _unpack(request, found, problem=str(refusal))
    return _back(found)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("catalog.add_stockmovement", raise_exception=True)
def new_book(request: HttpRequest, delivery_id: int, line_id: int) -> HttpResponse:
    """An unknown book comes into the catalogue, with what stands on its cover."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    form, problem = NewBookForm(sent(request), auto_id=f"book-{line_id}-%s"), ""
    if form.is_valid():
        told = form.cleaned_data
        try:
            receiving.add_book(
                delivery_id=delivery_id,
                line_id=line_id,
                title=told["title"],
                byline=told["author"],
                price=told["price"],
                who=str(request.user),
                now=timezone.now(),
            )
        except receiving.CannotReceive as refusal:
            problem = str(refusal)
        else:
            return _back(found, line_id)
    return _unpack(request, found, problem=problem, filled_in={line_id: form})


@require_POST
def discard(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Away with a delivery that was begun by mistake."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    try:
        receiving.discard(delivery_id=delivery_id)
    except receiving.CannotReceive as refusal:
        return _unpack(request, found, problem=str(refusal))
    messages.success(request, _("The empty delivery was removed."))
    return redirect("admin:goods_in")


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """How the copies will be shared out, and the button that does it."""
    found, now = get_object_or_404(GoodsIn, pk=delivery_id), timezone.now()
    problem = ""
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            goods_posting.post(delivery_id=delivery_id, seen=seen, who=str(request.user), now=now)
        except goods_posting.IsPosted:
            return redirect("admin:goods_in_posted", delivery_id)
        except receiving.CannotReceive as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("The delivery is in stock."))
            return redirect("admin:goods_in_posted", delivery_id)
    known = {"look": goods_posting.look_at(found, now=now), "unknown": found.lines.unknown()}
    return _about(
        request, "post", found, _("Put into stock: %(delivery)s"), problem=problem, **known
    )


@require_safe
def posted(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """What came, and how much of it was offered to people waiting."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    known = {"lines": found.lines.by_shelf(), "unknown": found.lines.unknown()}
    aside = found.lines.set_aside()
    return _about(request, "posted", found, _("In stock: %(delivery)s"), aside=aside, **known)


@require_safe
def shelves(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """A list to print, by which the copies are carried to their shelves."""
    found = get_object_or_404(GoodsIn, pk=delivery_id)
    lines = found.lines.by_shelf()
    return _about(request, "shelves", found, _("Shelf list: %(delivery)s"), lines=lines)


def _may_receive(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("catalog.add_stockmovement"))


def _unpack(
    request: HttpRequest,
    found: GoodsIn,
    *,
    problem: str = "",
    filled_in: dict[int, forms.Form] | None = None,
) -> HttpResponse:
    """The page on which a delivery is scanned, with what is wrong, or forms that were filled in."""
    filled_in = filled_in or {}
    is_wrong = bool(problem) or any(form.errors for form in filled_in.values())
    context = {
        **admin.site.each_context(request),
        "title": _("Unpack: %(delivery)s") % {"delivery": found},
        "delivery": found,
        "problem": problem,
        "form": ScanForm(),
        "whats_in": whats_in(found, request.GET, filled_in),
    }
    template, status = f"{FOLDER}/delivery.html", 422 if is_wrong else 200
    return render_page(request, template, context, regions=["goods-in"], status=status)


def _back(found: GoodsIn, line_id: int = 0) -> HttpResponse:
    """To the page of the delivery, which shows this line as the last one."""
    page = reverse("admin:goods_in_delivery", args=[found.pk])
    return redirect(f"{page}?line={line_id}" if line_id else page)


def _about(
    request: HttpRequest, page: str, found: GoodsIn, title: str, **known: Any
) -> HttpResponse:
    status = 422 if known.get("problem") else 200
    title %= {"delivery": found}
    known |= {"delivery": found, "may_receive": _may_receive(request)}
    return acts.page(request, f"{FOLDER}/{page}.html", title=title, status=status, **known)
