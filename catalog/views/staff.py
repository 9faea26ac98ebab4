"""What staff do with a row of the catalogue: small pages inside the admin (catalog/book_admin.py)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookstore import acts
from bookstore.forms import sent
from bookstore.keeping import reasons_to_keep
from catalog import deleting, withdrawal
from catalog.models import Book
from catalog.staff_forms import PutBackForm, WithdrawForm


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("catalog.change_book", raise_exception=True)
def book_withdraw(request: HttpRequest, book_id: int) -> HttpResponse:
    book = get_object_or_404(Book.objects.defer("search"), pk=book_id)
    form = WithdrawForm(sent(request))
    if form.is_valid():
        try:
            withdrawal.withdraw(book_id=book.pk, **form.cleaned_data, **_act_of(request))
        except withdrawal.CannotWithdraw as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, book, _("“%(title)s” is withdrawn from sale."))
    effects = [effect.words(book) for effect in withdrawal.effects()]
    return _page(request, "withdraw", book, form, effects=[words for words in effects if words])


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("catalog.change_book", raise_exception=True)
def book_put_back(request: HttpRequest, book_id: int) -> HttpResponse:
    book = get_object_or_404(Book.objects.defer("search"), pk=book_id)
    form = PutBackForm(sent(request))
    if form.is_valid():
        try:
            withdrawal.put_back(book_id=book.pk, **form.cleaned_data, **_act_of(request))
        except withdrawal.CannotWithdraw as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, book, _("“%(title)s” is on sale again."))
    return _page(request, "put_back", book, form, withdrawn=withdrawal.latest(book))


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, row: Any) -> HttpResponse:
    """Asks first, and says why a row stays that something names. The admin guards it."""
    model, form = type(row), forms.Form(sent(request))
    if form.is_valid():
        try:
            deleting.delete(model, row.pk, **_act_of(request))
        except deleting.CannotDelete as refusal:
            form.add_error(None, str(refusal))
        except model.DoesNotExist as gone:
            raise Http404 from gone
        else:
            registered: Any = admin.site.get_model_admin(model)
            registered.log_deletions(request, [row])
            words = _("“%(name)s” is deleted.") % {"name": row}
            return acts.done(request, words, model=model)
    known = {"reasons": reasons_to_keep(row), "is_book": model is Book}
    return acts.ask(request, "admin/catalog/delete.html", form, model=model, about=row, **known)


def _act_of(request: HttpRequest) -> dict[str, Any]:
    return {"who": str(request.user), "now": timezone.now()}


def _done(request: HttpRequest, book: Book, words: str) -> HttpResponse:
    said = words % {"title": book.title}
    admin.site.get_model_admin(Book).log_change(request, book, said)
    return acts.done(request, said, model=Book, about=book)


def _page(
    request: HttpRequest, act: str, book: Book, form: forms.Form, **known: Any
) -> HttpResponse:
    template = f"admin/catalog/book/{act}.html"
    return acts.ask(request, template, form, model=Book, about=book, book=book, **known)
