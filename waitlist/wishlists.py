"""What members do with their wishlists, and givers with those that are shared.

Whatever a member does here holds their own row, so that two clicks or two tabs follow one another.
What a giver does is one guarded write to one row, of which nothing here tells the owner.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Book

from .gifts import tokens_of
from .models import Wishlist, WishlistItem

MOST_LISTS = 100
MOST_BOOKS = 1000


class CannotChangeWishlist(Exception):
    """Base of every refusal here; str() is written for the reader, and nothing was changed."""


class TooManyLists(CannotChangeWishlist):
    def __init__(self) -> None:
        words = _("You have %(most)d lists, the most we keep. Delete one to make another.")
        super().__init__(words % {"most": MOST_LISTS})


class TooManyBooks(CannotChangeWishlist):
    def __init__(self, wishlist: Wishlist) -> None:
        words = _("“%(name)s” holds %(most)d books, the most we keep on a list.")
        super().__init__(words % {"name": wishlist.name, "most": MOST_BOOKS})


class NameIsTaken(CannotChangeWishlist):
    def __init__(self, name: str) -> None:
        super().__init__(_("You have a list of the name “%(name)s” already.") % {"name": name})


class DefaultStays(CannotChangeWishlist):
    def __init__(self, wishlist: Wishlist) -> None:
        words = _("“%(name)s” is where books go that you save, so it cannot be deleted.")
        super().__init__(words % {"name": wishlist.name})


class ListIsGone(CannotChangeWishlist):
    def __init__(self) -> None:
        super().__init__(_("That list is no longer there."))


class BookIsGone(CannotChangeWishlist):
    def __init__(self) -> None:
        super().__init__(_("That book is no longer on your wishlist."))


class NothingToUndo(CannotChangeWishlist):
    def __init__(self) -> None:
        super().__init__(_("That can no longer be undone."))


class OwnList(CannotChangeWishlist):
    def __init__(self) -> None:
        super().__init__(_("This is your own list: its gifts are for others to choose."))


class AlreadyTaken(CannotChangeWishlist):
    def __init__(self) -> None:
        super().__init__(_("Somebody else gives this book already."))


class NotOnTheList(CannotChangeWishlist):
    def __init__(self) -> None:
        super().__init__(_("That book is no longer on this list."))


def saved_eans(*, user: Any, eans: Iterable[str]) -> set[str]:
    """Which of these books are on any list of `user`. One query, or none for a stranger."""
    wanted = list(eans)
    if not (wanted and user.is_authenticated):
        return set()
    items = WishlistItem.objects.of(user).filter(book__ean__in=wanted)
    return set(items.values_list("book__ean", flat=True))


def default_of(*, user: User) -> Wishlist | None:
    """The list that books go to, None before the first one."""
    wishlist: Wishlist | None = Wishlist.objects.filter(user=user, is_default=True).first()
    return wishlist


@transaction.atomic
def save(
    *, user: User, book: Book, wishlist: Wishlist | None = None, now: datetime
) -> WishlistItem:
    """Put a book on a list of theirs, or on the default one, which is made if need be.

    Saving twice changes nothing: the item is given back as it is. Without a list that also holds
    for a book on any of their lists. Raises TooManyBooks or ListIsGone.
    """
    User.objects.hold(user.pk)
    if wishlist is None:
        anywhere = WishlistItem.objects.of(user).filter(book=book).select_related("wishlist")
        if item := anywhere.order_by("added_at", "pk").first():
            return item
    target = _made_default(user, now) if wishlist is None else _fresh(wishlist)
    if item := target.items.filter(book=book).select_related("wishlist").first():
        return item
    _refuse_if_full(target)
    return WishlistItem.objects.create(
        wishlist=target,
        book=book,
        added_at=now,
        price_added=book.price,
        price_told=book.price,
        in_stock_told=book.availability.can_buy,
    )


@transaction.atomic
def remove(
    *, user: User, books: Iterable[Book], wishlist: Wishlist | None = None
) -> list[WishlistItem]:
    """Take books off a list, or off all of theirs. Returns what was there.

    Raises BookIsGone if none of them was.
    """
    User.objects.hold(user.pk)
    items = WishlistItem.objects.of(user).filter(book__in=list(books))
    if wishlist is not None:
        items = items.filter(wishlist=wishlist)
    gone = list(items.order_by("pk"))
    if not gone:
        raise BookIsGone
    items.delete()
    return gone


@transaction.atomic
def put_back(*, user: User, items: Sequence[WishlistItem]) -> None:
    """Items as remove() gave them, on their lists again, but for those that are there meanwhile.

    Raises NothingToUndo, also for a book that the shop no longer knows, ListIsGone or TooManyBooks.
    """
    User.objects.hold(user.pk)
    book_ids = {item.book_id for item in items}
    if not items or Book.objects.filter(pk__in=book_ids).count() < len(book_ids):
        raise NothingToUndo
    for item in items:
        target = _fresh(Wishlist(pk=item.wishlist_id, user=user))
        if not target.items.filter(book_id=item.book_id).exists():
            _refuse_if_full(target)
            item.pk = None
            item.save(force_insert=True)


@transaction.atomic
def move(*, item: WishlistItem, wishlist: Wishlist) -> WishlistItem:
    """Move a book to another list of the same member, with all that is known of it.

    A book that is there already is there once, and given by whoever gave either of the two.
    Raises BookIsGone, ListIsGone or TooManyBooks.
    """
    User.objects.hold(wishlist.user_id)
    target = _fresh(wishlist)
    mine = WishlistItem.objects.of(wishlist.user_id).filter(pk=item.pk)
    moved: WishlistItem | None = mine.select_for_update(of=("self",)).first()
    if moved is None:
        raise BookIsGone
    if moved.wishlist_id == target.pk:
        return moved
    if twin := target.items.select_for_update().filter(book_id=moved.book_id).first():
        moved.delete()
        if not twin.is_taken:
            twin.taken_at, twin.taken_by = moved.taken_at, moved.taken_by
            twin.save(update_fields=["taken_at", "taken_by"])
        return twin
    _refuse_if_full(target)
    moved.wishlist = target
    moved.save(update_fields=["wishlist"])
    return moved


@transaction.atomic
def make_list(*, user: User, name: str, now: datetime) -> Wishlist:
    """Make a list. The default one is there then, too. Raises NameIsTaken or TooManyLists."""
    User.objects.hold(user.pk)
    _made_default(user, now)
    _refuse_if_named(user.pk, name)
    if Wishlist.objects.filter(user=user).count() >= MOST_LISTS:
        raise TooManyLists
    return Wishlist.objects.create(user=user, name=name, created_at=now)


@transaction.atomic
def rename(*, wishlist: Wishlist, name: str) -> Wishlist:
    """Raises NameIsTaken or ListIsGone."""
    kept = _held(wishlist)
    _refuse_if_named(kept.user_id, name, other_than=kept.pk)
    kept.name = name
    kept.save(update_fields=["name"])
    return kept


@transaction.atomic
def delete_list(*, wishlist: Wishlist) -> None:
    """Delete a list with all that is on it. Raises DefaultStays or ListIsGone."""
    kept = _held(wishlist)
    if kept.is_default:
        raise DefaultStays(kept)
    kept.delete()


@transaction.atomic
def share(*, wishlist: Wishlist, shown_name: str) -> Wishlist:
    """Let everybody who has the link look at a list.

    One that is shared keeps its link, whatever name is shown with it now. Otherwise the link is a
    new one: none that was given up leads here again. Raises ListIsGone.
    """
    kept = _held(wishlist)
    kept.key = kept.key or uuid.uuid4()
    kept.shown_name = shown_name
    kept.save(update_fields=["key", "shown_name"])
    return kept


@transaction.atomic
def revoke(*, wishlist: Wishlist) -> Wishlist:
    """Give up the link of a list, for good. Raises ListIsGone."""
    kept = _held(wishlist)
    kept.key, kept.shown_name = None, ""
    kept.save(update_fields=["key", "shown_name"])
    return kept


@transaction.atomic
def take(*, key: uuid.UUID, item_id: int, giver: uuid.UUID, reader: Any, now: datetime) -> None:
    """Let the other givers see that somebody gives this book; its owner never does.

    `giver` is the token of the session, by which a visitor undoes it; a member undoes it by their
    account, see tokens_of(). To say it twice changes nothing. `reader` is whoever is signed in, if
    anybody is. Raises NotOnTheList, OwnList or AlreadyTaken.
    """
    item, tokens = _gift(key, item_id, giver, reader)
    if not item.is_taken:
        item.taken_at, item.taken_by = now, tokens[0]
        item.save(update_fields=["taken_at", "taken_by"])


@transaction.atomic
def untake(*, key: uuid.UUID, item_id: int, giver: uuid.UUID | None, reader: Any) -> None:
    """Take back what this giver said. Raises NotOnTheList, OwnList or AlreadyTaken.

    Without an account and a token they have said nothing that could be taken back.
    """
    item, _tokens = _gift(key, item_id, giver, reader)
    item.taken_at = item.taken_by = None
    item.save(update_fields=["taken_at", "taken_by"])


def _gift(
    key: uuid.UUID, item_id: int, giver: uuid.UUID | None, reader: Any
) -> tuple[WishlistItem, list[uuid.UUID]]:
    """A book on a shared list, locked, that this giver gives or nobody, and the giver's tokens.

    No giver is its owner.
    """
    items = WishlistItem.objects.filter(pk=item_id, wishlist__key=key).select_related("wishlist")
    item: WishlistItem | None = items.select_for_update(of=("self",), no_key=True).first()
    if item is None:
        raise NotOnTheList
    if item.wishlist.is_of(reader):
        raise OwnList
    tokens = tokens_of(wishlist=item.wishlist, giver=giver, reader=reader)
    if item.is_taken and item.taken_by not in tokens:
        raise AlreadyTaken
    return item, tokens


def _held(wishlist: Wishlist) -> Wishlist:
    """The list as it is now, with its member held."""
    User.objects.hold(wishlist.user_id)
    return _fresh(wishlist)


def _fresh(wishlist: Wishlist) -> Wishlist:
    kept: Wishlist | None = Wishlist.objects.filter(pk=wishlist.pk, user=wishlist.user_id).first()
    if kept is None:
        raise ListIsGone
    return kept


def _made_default(user: User, now: datetime) -> Wishlist:
    """The default list of a held member. It is the first, so nothing has its name."""
    return default_of(user=user) or Wishlist.objects.create(
        user=user, name=_("Wishlist"), is_default=True, created_at=now
    )


def _refuse_if_full(wishlist: Wishlist) -> None:
    if wishlist.items.count() >= MOST_BOOKS:
        raise TooManyBooks(wishlist)


def _refuse_if_named(user_id: int, name: str, other_than: int = 0) -> None:
    named = Wishlist.objects.alias(low=Lower("name")).filter(user=user_id, low=Lower(Value(name)))
    if named.exclude(pk=other_than).exists():
        raise NameIsTaken(name)
