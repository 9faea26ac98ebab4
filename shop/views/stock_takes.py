"""Stock takes: pages inside the admin (shop/staff_pages.py gives them addresses and permissions)."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookstore import acts
from bookstore.forms import sent
from bookstore.htmx import render_page
from bookstore.looking import ShortPaginator
from shop import counts
from shop.models import StockTake
from shop.services import counting, posting_counts
from shop.services.counting import CannotCount, IsClosed
from shop.stock_take_forms import (
    BeginForm,
    ChangeForm,
    MissingForm,
    PostForm,
    ScanForm,
    TakeOutForm,
    TotalForm,
)

TAKES_ON_A_PAGE = 25


@require_safe
def stock_take_list(request: HttpRequest) -> HttpResponse:
    takes = ShortPaginator(StockTake.objects.for_list(), TAKES_ON_A_PAGE)
    return acts.page(
        request,
        "admin/shop/stock_take/list.html",
        title=_("Stock takes"),
        takes=takes.get_page(request.GET.get("page")),
        may_count=_may_count(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def stock_take_begin(request: HttpRequest) -> HttpResponse:
    form = BeginForm(sent(request))
    if form.is_valid():
        try:
            take = counting.begin(**form.said, **_who_and_when(request))
        except CannotCount as refusal:
            form.add_error("shelf", str(refusal))
        else:
            return redirect("admin:stock_take_count", take.pk)
    return _form_page(request, "begin", _("Begin a stock take"), form)


@require_safe
def stock_take_detail(request: HttpRequest, take_id: int) -> HttpResponse:
    take = get_object_or_404(StockTake, pk=take_id)
    known = {"take": take, "may_count": _may_count(request), **counts.summary(take)}
    return acts.page(request, "admin/shop/stock_take/detail.html", title=str(take), **known)


@require_safe
def stock_take_csv(request: HttpRequest, take_id: int) -> HttpResponseBase:
    return counts.csv_of(get_object_or_404(StockTake, pk=take_id))


@require_http_methods(["GET", "HEAD", "POST"])
def stock_take_count(request: HttpRequest, take_id: int) -> HttpResponse:
    """The page with the field for a scanner."""
    take = get_object_or_404(StockTake, pk=take_id)
    form = ScanForm(sent(request))
    if form.is_valid():
        try:
            counting.scan(take_id=take.pk, **form.cleaned_data, **_who_and_when(request))
        except IsClosed as refusal:
            return _closed(request, take, refusal)
        except CannotCount as refusal:
            form.add_error("number", str(refusal))
        else:
            return redirect("admin:stock_take_count", take.pk)
    return _count_page(request, take, form)


@require_POST
def stock_take_change(request: HttpRequest, take_id: int) -> HttpResponse:
    form = ChangeForm(request.POST)
    return _correct(request, take_id, form, counting.add, **_who_and_when(request))


@require_POST
def stock_take_total(request: HttpRequest, take_id: int) -> HttpResponse:
    form = TotalForm(request.POST)
    return _correct(request, take_id, form, counting.put_total, **_who_and_when(request))


@require_POST
def stock_take_again(request: HttpRequest, take_id: int) -> HttpResponse:
    return _correct(request, take_id, TakeOutForm(request.POST), counting.take_out)


@require_http_methods(["GET", "HEAD", "POST"])
def stock_take_missing(request: HttpRequest, take_id: int) -> HttpResponse:
    """Books that should be there and were not counted: whoever found no copy of one says so here."""
    take = get_object_or_404(StockTake, pk=take_id)
    if not take.is_open or take.is_of_single_books:
        return redirect(take)
    after = request.GET.get("after", "")
    books, has_more = counts.not_counted(take, after=after)
    form = MissingForm([book.pk for book in books], sent(request))
    if form.is_valid():
        try:
            number = counting.put_nothing_found(
                take_id=take.pk, seen=form.seen, **_who_and_when(request)
            )
        except IsClosed as refusal:
            return _closed(request, take, refusal)
        except CannotCount as refusal:
            form.add_error("books", str(refusal))
        else:
            messages.success(request, _not_found_text(number))
            place = {"after": after} if after else None
            return redirect(reverse("admin:stock_take_missing", args=[take.pk], query=place))
    title = _("Not counted yet")
    known = {"take": take, "books": books, "has_more": has_more}
    return _form_page(request, "missing", title, form, **known)


@require_http_methods(["GET", "HEAD", "POST"])
def stock_take_review(request: HttpRequest, take_id: int) -> HttpResponse:
    """What posting will do, and the button for it."""
    take = get_object_or_404(StockTake, pk=take_id)
    form = PostForm(sent(request))
    who_and_when = _who_and_when(request)
    if form.is_valid():
        try:
            posting_counts.post(take_id=take.pk, **form.cleaned_data, **who_and_when)
        except IsClosed as refusal:
            return _closed(request, take, refusal)
        except CannotCount as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The count is posted."))
            return redirect(take)
    if not take.is_open:
        return redirect(take)
    known = counts.to_review(take, now=who_and_when["now"])
    title = _("What posting this count will do")
    return _form_page(request, "review", title, form, take=take, **known)


@require_http_methods(["GET", "HEAD", "POST"])
def stock_take_abandon(request: HttpRequest, take_id: int) -> HttpResponse:
    take = get_object_or_404(StockTake, pk=take_id)
    form = forms.Form(sent(request))
    if form.is_valid():
        try:
            counting.abandon(take_id=take.pk, now=timezone.now())
        except CannotCount as refusal:
            return _closed(request, take, refusal)
        messages.success(request, _("The count is given up. No stock was changed."))
        return redirect(take)
    return _form_page(request, "abandon", _("Give up this count"), form, take=take)


def _not_found_text(number: int) -> str:
    text = ngettext(
        "%(number)d book is put down as not found.",
        "%(number)d books are put down as not found.",
        number,
    )
    return text % {"number": number}


def _may_count(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("catalog.add_stockmovement"))


def _who_and_when(request: HttpRequest) -> dict[str, Any]:
    return {"who": str(request.user), "now": timezone.now()}


def _correct(
    request: HttpRequest, take_id: int, form: forms.Form, act: Callable[..., Any], **more: Any
) -> HttpResponse:
    take = get_object_or_404(StockTake, pk=take_id)
    if form.is_valid():
        said = dict(form.cleaned_data)
        try:
            act(take_id=take.pk, book_id=said.pop("book"), **said, **more)
        except IsClosed as refusal:
            return _closed(request, take, refusal)
        except CannotCount as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("admin:stock_take_count", take.pk)
    return _count_page(request, take, ScanForm(), wrong=form)


def _count_page(
    request: HttpRequest, take: StockTake, form: ScanForm, *, wrong: forms.Form | None = None
) -> HttpResponse:
    if not take.is_open:
        return redirect(take)
    problem = next((str(each[0]) for each in (wrong or form).errors.values()), "")
    context = {
        **admin.site.each_context(request),
        "title": str(take),
        "take": take,
        "form": form,
        "problem": problem,
        "total": wrong if isinstance(wrong, TotalForm) else TotalForm(),
        "keys": [uuid.uuid4() for _form in ("scan", "change", "total")],
        **counts.so_far(take, chosen=_chosen(request, wrong), who=str(request.user)),
    }
    template, status = "admin/shop/stock_take/count.html", 422 if problem else 200
    return render_page(request, template, context, regions=["counting"], status=status)


def _chosen(request: HttpRequest, wrong: forms.Form | None) -> str:
    """The key of the book that is shown large: whose form was wrong, or that the address names."""
    return str((wrong.data if wrong else request.GET).get("book", ""))


def _form_page(
    request: HttpRequest, act: str, title: str, form: forms.Form, **more: Any
) -> HttpResponse:
    template = f"admin/shop/stock_take/{act}.html"
    status = 422 if form.errors else 200
    return acts.page(request, template, title=title, status=status, form=form, **more)


def _closed(request: HttpRequest, take: StockTake, refusal: CannotCount) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect(take)
