"""The lists of a member: their pages, and what is done with them."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.views.member import MemberRequest
from bookstore.forms import sent
from bookstore.next_page import next_page
from catalog.models import Book
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem
from waitlist.wishlist_forms import ChooseListForm, ListNameForm, ShareForm
from waitlist.wishlist_undo import pack, unpack

BOOKS_PER_PAGE = 50
# Those that offer to undo what was taken off last.
LIST_PAGES = {"waitlist:wishlist_default", "waitlist:wishlist_detail"}
# What was taken off last, and the title of it until the page of a list has offered to undo that.
REMOVED_KEY, OFFER_KEY = "unwished", "unwished_title"


@require_safe
@never_cache
@login_required
def wishlist_default(request: MemberRequest) -> HttpResponse:
    """Also for a member who has no list yet: the first book makes it."""
    lists = list(request.user.wishlists.for_choice())
    return _show(request, lists, lists[0] if lists else None)


@require_safe
@never_cache
@login_required
def wishlist_detail(request: MemberRequest, list_id: int) -> HttpResponse:
    lists = list(request.user.wishlists.for_choice())
    wishlist = next((one for one in lists if one.pk == list_id), None)
    if wishlist is None:
        raise Http404
    return redirect(wishlist) if wishlist.is_default else _show(request, lists, wishlist)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def wishlist_add(request: HttpRequest, ean: str) -> HttpResponse:
    """Asks which list it shall be, if that is not said, and saves.

    A stranger comes back here from sign-in: the wish survives it, and nothing changes by a link.
    """
    if not request.user.is_authenticated:
        return _sign_in_and_come_back(request)
    book = get_object_or_404(Book.objects.on_sale().defer("search"), ean=ean)
    lists = request.user.wishlists.for_choice()
    form = ChooseListForm(request.POST if "list" in request.POST else None, lists=lists)
    if request.method == "POST" and (form.is_valid() or not form.is_bound):
        chosen = form.cleaned_data["list"] if form.is_bound else None
        return _save(request, request.user, book, chosen)
    status = 422 if form.is_bound else 200
    context = {"form": form, "book": book, "lists": lists, "next": next_page(request)}
    return TemplateResponse(request, "waitlist/wishlist_add.html", context, status=status)


@require_POST
@login_required(redirect_field_name=None)
def wishlist_remove(request: MemberRequest, ean: str) -> HttpResponse:
    """Takes a book off the list that is named, or off all of them."""
    book = get_object_or_404(Book.objects.defer("search"), ean=ean)
    wishlist = list_named(request)
    after = next_page(request) or reverse("waitlist:wishlist_default")
    try:
        gone = wishlists.remove(user=request.user, books=[book], wishlist=wishlist)
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
    else:
        request.session[REMOVED_KEY] = pack(gone)
        request.session[OFFER_KEY] = book.title
        # The page of a list says so itself, with a way back.
        if not _leads_to_a_list(after):
            messages.success(request, _("“%(title)s” is off the list.") % {"title": book.title})
    return redirect(after)


@require_POST
@login_required(redirect_field_name=None)
def wishlist_undo(request: MemberRequest) -> HttpResponse:
    """Put back what was taken off last."""
    packed = request.session.pop(REMOVED_KEY, "[]")
    try:
        wishlists.put_back(user=request.user, items=unpack(packed))
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is on the list again."))
    return redirect(next_page(request) or "waitlist:wishlist_default")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wishlist_move(request: MemberRequest, item_id: int) -> HttpResponse:
    item = get_object_or_404(WishlistItem.objects.of(request.user).with_books(), pk=item_id)
    form = ChooseListForm(sent(request), lists=request.user.wishlists.for_choice())

    def move() -> Wishlist:
        return wishlists.move(item=item, wishlist=form.cleaned_data["list"]).wishlist

    done = _("The book is on “%(name)s” now.")
    return _carry_out(request, form, move, done, "waitlist/wishlist_move.html", item=item)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wishlist_new(request: MemberRequest) -> HttpResponse:
    form = ListNameForm(sent(request))
    make = partial(wishlists.make_list, user=request.user, now=timezone.now())
    return _carry_out(
        request,
        form,
        lambda: make(**form.cleaned_data),
        _("“%(name)s” is made."),
        "waitlist/wishlist_name.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wishlist_rename(request: MemberRequest, list_id: int) -> HttpResponse:
    wishlist = get_object_or_404(request.user.wishlists, pk=list_id)
    form = ListNameForm(sent(request), initial={"name": wishlist.name})
    return _carry_out(
        request,
        form,
        lambda: wishlists.rename(wishlist=wishlist, **form.cleaned_data),
        _("The list is called “%(name)s” now."),
        "waitlist/wishlist_name.html",
        wishlist=wishlist,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wishlist_delete(request: MemberRequest, list_id: int) -> HttpResponse:
    """Asks first: a list may hold the wishes of years."""
    wishlist = get_object_or_404(request.user.wishlists.for_choice(), pk=list_id)
    if request.method != "POST":
        context = {"wishlist": wishlist}
        return TemplateResponse(request, "waitlist/wishlist_delete.html", context)
    try:
        wishlists.delete_list(wishlist=wishlist)
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": wishlist.name})
    return redirect("waitlist:wishlist_default")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wishlist_share(request: MemberRequest, list_id: int) -> HttpResponse:
    wishlist = get_object_or_404(request.user.wishlists, pk=list_id)
    form = ShareForm(sent(request), initial={"shown_name": wishlist.shown_name})
    return _carry_out(
        request,
        form,
        lambda: wishlists.share(wishlist=wishlist, **form.cleaned_data),
        _("Whoever has the link can look at “%(name)s” now."),
        "waitlist/wishlist_share.html",
        wishlist=wishlist,
    )


@require_POST
@login_required(redirect_field_name=None)
def wishlist_revoke(request: MemberRequest, list_id: int) -> HttpResponse:
    wishlist = get_object_or_404(request.user.wishlists, pk=list_id)
    try:
        wishlists.revoke(wishlist=wishlist)
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
        return redirect("waitlist:wishlist_default")
    messages.success(request, _("The list is yours alone again. The link no longer works."))
    return redirect(wishlist)


def list_named(request: MemberRequest) -> Wishlist | None:
    """The list that a form says it stands on, None if it names none. Raises Http404 for another's."""
    if "list" not in request.POST:
        return None
    form = ChooseListForm(request.POST, lists=request.user.wishlists.for_choice())
    if not form.is_valid():
        raise Http404
    wishlist: Wishlist = form.cleaned_data["list"]
    return wishlist


def page_of(request: HttpRequest, items: QuerySet[WishlistItem]) -> Page[WishlistItem]:
    """The page that the address asks for, or the last one: it may have lost its only book."""
    return Paginator(items, BOOKS_PER_PAGE).get_page(request.GET.get("page"))


def _show(request: MemberRequest, lists: list[Wishlist], wishlist: Wishlist | None) -> HttpResponse:
    items = wishlist.items.with_books() if wishlist else WishlistItem.objects.none()
    context = {
        "wishlist": wishlist,
        "lists": lists,
        "page": page_of(request, items),
        # On any page of the list: all of them go into the basket at once.
        "can_buy_some": items.to_buy(timezone.localdate()).exists(),
        "removed": request.session.pop(OFFER_KEY, ""),
    }
    if wishlist and wishlist.is_shared:
        context["link"] = request.build_absolute_uri(wishlist.shared_path)
    return TemplateResponse(request, "waitlist/wishlist_detail.html", context)


def _save(request: HttpRequest, user: User, book: Book, wishlist: Wishlist | None) -> HttpResponse:
    """Save a book and go on to where the form asks, or to the list that it is on."""
    save = partial(wishlists.save, user=user, now=timezone.now())
    try:
        item = save(book=book, wishlist=wishlist)
    except wishlists.CannotChangeWishlist as refusal:
        messages.error(request, str(refusal))
        return redirect(next_page(request) or "waitlist:wishlist_default")
    words = {"title": book.title, "name": item.wishlist.name}
    messages.success(request, _("“%(title)s” is on your list “%(name)s”.") % words)
    return redirect(next_page(request) or item.wishlist)


def _leads_to_a_list(path: str) -> bool:
    """Whether `path` is the page of a list as its owner sees it."""
    try:
        return resolve(urlsplit(path).path).view_name in LIST_PAGES
    except Resolver404:
        return False


def _sign_in_and_come_back(request: HttpRequest) -> HttpResponse:
    back = request.path
    if path := next_page(request):
        back += "?" + urlencode({"next": path})
    return redirect_to_login(back)


def _carry_out(
    request: HttpRequest,
    form: Form,
    act: Callable[[], Wishlist],
    done: str,
    template: str,
    **context: Any,
) -> HttpResponse:
    """Do it and go to the list that comes of it, or show the form, with what is wrong."""
    if form.is_valid():
        try:
            wishlist = act()
        except wishlists.CannotChangeWishlist as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done % {"name": wishlist.name})
            return redirect(wishlist)
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, template, {"form": form, **context}, status=status)
