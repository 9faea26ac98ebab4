"""The basket: every way to look at one and to change one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.signing import BadSignature
from django.db import transaction
from django.db.models import Case, Sum, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Book
from catalog.money import format_money

from .held import as_seen
from .models import MOST_COPIES, Cart, CartItem
from .news import news_of
from .parcels import Parcel, parcels_of
from .undo import unpack

if TYPE_CHECKING:
    from accounts.models import User

SESSION_KEY = "cart"
LIFETIME = timedelta(days=60)


class CannotChangeBasket(Exception):
    """Base of every refusal here; str() is written for the shopper, and nothing was changed."""


class NotForSale(CannotChangeBasket):
    def __init__(self, book: Book) -> None:
        super().__init__(_("“%(title)s” cannot be bought at the moment.") % {"title": book.title})


class TooManyCopies(CannotChangeBasket):
    def __init__(self, book: Book, *, most: int, in_basket: int) -> None:
        if most < MOST_COPIES:
            text = ngettext(
                "Only one copy of “%(title)s” is left.",
                "Only %(most)d copies of “%(title)s” are left.",
                most,
            )
        else:
            text = _("An order can have %(most)d copies of “%(title)s” at the most.")
        if in_basket:
            text += " " + _("You have %(in_basket)d in your basket.")
        super().__init__(text % {"title": book.title, "most": most, "in_basket": in_basket})


class OneCopyIsHeld(CannotChangeBasket):
    def __init__(self, line: CartItem) -> None:
        text = _("One copy of “%(title)s” is held for you until %(until)s, and no more than one.")
        super().__init__(text % {"title": line.book.title, "until": line.held_until_text})


class LineIsGone(CannotChangeBasket):
    def __init__(self) -> None:
        super().__init__(_("That book is no longer in your basket."))


class CannotUndo(CannotChangeBasket):
    def __init__(self) -> None:
        super().__init__(_("That can no longer be undone."))


@dataclass(frozen=True)
class Shopper:
    """Whose basket it is: a signed-in user's, or that of the visitor who holds the token."""

    user: User | None = None
    token: uuid.UUID | None = None

    @property
    def label(self) -> str:
        """How the stock ledger names them."""
        return self.user.email if self.user else _("guest")


@dataclass(frozen=True)
class Basket:
    """The lines of a basket with today's prices and stock, and beside it those saved for later."""

    lines: list[CartItem]
    saved: list[CartItem] = field(default_factory=list)

    @cached_property
    def copies(self) -> int:
        return sum(line.quantity for line in self.lines)

    @cached_property
    def buyable(self) -> list[CartItem]:
        return [line for line in self.lines if line.can_buy]

    @property
    def is_posted_at_once(self) -> bool:
        """Whether none of it waits for its day of sale."""
        return all(line.book.availability.is_posted_at_once for line in self.buyable)

    @cached_property
    def total(self) -> Decimal:
        return sum((line.total for line in self.buyable), Decimal("0.00"))

    @property
    def total_text(self) -> str:
        return format_money(self.total)

    @property
    def can_check_out(self) -> bool:
        return bool(self.lines) and len(self.buyable) == len(self.lines)

    @cached_property
    def news(self) -> list[str]:
        """What has changed since the shopper last looked, in sentences."""
        return [sentence for line in (*self.lines, *self.saved) for sentence in news_of(line)]

    @cached_property
    def parcels(self) -> list[Parcel]:
        return parcels_of(self.lines)


def shopper_of(request: HttpRequest) -> Shopper:
    """Who is shopping. Reads the session and never starts one."""
    if request.user.is_authenticated:
        return Shopper(user=request.user)
    return Shopper(token=token_in(request.session))


def shopper_for_change(request: HttpRequest) -> Shopper:
    """Who is shopping, with a session that remembers their basket from now on."""
    shopper = shopper_of(request)
    if shopper.user is None and shopper.token is None:
        shopper = Shopper(token=uuid.uuid4())
        request.session[SESSION_KEY] = str(shopper.token)
    return shopper


def count_copies(shopper: Shopper) -> int:
    if shopper == Shopper():
        return 0
    items = CartItem.objects.to_buy().filter(cart__in=Cart.objects.of(shopper))
    return items.aggregate(copies=Sum("quantity"))["copies"] or 0


def basket_of(shopper: Shopper, *, now: datetime | None = None) -> Basket:
    """What shop/basket_detail.html and shop/checkout.html show, in one query.

    What is held is seen as of `now`, by default the moment of the call.
    """
    items = seen_lines(CartItem.objects.filter(cart__in=Cart.objects.of(shopper)), now)
    return Basket(
        lines=[item for item in items if not item.is_saved],
        saved=[item for item in items if item.is_saved],
    )


def look_into(shopper: Shopper) -> Basket:
    """The same as basket_of, for the shopper's own eyes: its news are told by no later look.

    Writes nothing if there are no news.
    """
    basket = basket_of(shopper)
    if any(line.has_news for line in (*basket.lines, *basket.saved)):
        _note_as_seen(shopper, basket)
    return basket


@transaction.atomic
def _note_as_seen(shopper: Shopper, basket: Basket) -> None:
    # Whoever writes several lines holds their basket, so that none waits for another in a circle.
    Cart.objects.of(shopper).locked().first()
    told = [line for line in (*basket.lines, *basket.saved) if line.has_news]
    prices = {
        line.pk: line.book.price if line.is_price_changed else line.price_seen for line in told
    }
    # A line that was changed meanwhile keeps its news for the next look.
    CartItem.objects.unchanged_since(told).update(
        price_seen=_each("price_seen", prices),
        missing_seen=_each("missing_seen", {line.pk: line.missing for line in told}),
    )
    if over := [line.pk for line in told if line.is_hold_over]:
        # It is an ordinary line from now on, unless a copy has been held for them since.
        lines_now = seen_lines(CartItem.objects.filter(pk__in=over))
        still_over = [line.pk for line in lines_now if line.is_hold_over]
        CartItem.objects.filter(pk__in=still_over).update(held=None)


def _each(name: str, values: dict[int, Any]) -> Case:
    """What a field becomes in each line, {key of the line: value}."""
    kind: Any = CartItem._meta.get_field(name)
    cases = [When(pk=key, then=Value(value, kind)) for key, value in values.items()]
    return Case(*cases, output_field=kind)


def lines(items: Any) -> Any:
    """Basket lines with their books, in the order of book ids that every writer of stock uses."""
    return items.select_related("book", "held").defer("book__search").order_by("book_id")


def seen_lines(items: Any, now: datetime | None = None) -> list[CartItem]:
    """The same, as whoever copies are held for sees them at `now`, see shop/held.py."""
    return as_seen(lines(items), now or timezone.now())


def line_of(cart: Cart, now: datetime, **which: Any) -> CartItem | None:
    """A line of a locked basket, the first one that is like this."""
    return next(iter(seen_lines(cart.items.filter(**which), now)), None)


@transaction.atomic
def add(*, shopper: Shopper, book: Book, quantity: int, now: datetime) -> CartItem:
    """Put copies of a book into the basket, besides those that are there.

    A book that was saved for later is in the basket then, in these copies.
    Raises NotForSale, TooManyCopies or OneCopyIsHeld.
    """
    cart = locked_cart(shopper, now)
    item = line_of(cart, now, book=book) or CartItem(cart=cart, book=book, quantity=0)
    return choose(item, item.copies_in_basket + quantity)


@transaction.atomic
def set_quantity(*, shopper: Shopper, item_id: int, quantity: int, now: datetime) -> CartItem:
    """Have one line in the basket in so many copies, also if it was saved for later.

    Raises LineIsGone, NotForSale, TooManyCopies or OneCopyIsHeld.
    """
    item = _locked_line(shopper, item_id, now)
    return choose(item, quantity)


@transaction.atomic
def save_for_later(*, shopper: Shopper, item_id: int, now: datetime) -> CartItem:
    """Lay a line aside, with its copies, out of all sums and orders. Raises LineIsGone."""
    item = _locked_line(shopper, item_id, now)
    item.saved_at = now
    item.save(update_fields=["saved_at"])
    return item


@transaction.atomic
def move_to_basket(*, shopper: Shopper, item_id: int, now: datetime) -> CartItem:
    """Put a line that was saved for later into the basket again, in as many copies as before.

    Raises LineIsGone, NotForSale or TooManyCopies.
    """
    item = _locked_line(shopper, item_id, now)
    return choose(item, item.quantity)


@transaction.atomic
def remove(*, shopper: Shopper, item_id: int, now: datetime) -> CartItem:
    """Take a line out and return it as it was. Raises LineIsGone."""
    item = _locked_line(shopper, item_id, now)
    CartItem.objects.filter(pk=item.pk).delete()
    return item


@transaction.atomic
def undo(*, shopper: Shopper, packed: str, now: datetime) -> CartItem:
    """Put a line back as it was when it was taken out, even if it cannot be bought now.

    `packed` is what undo.pack() made of it. A line of the same book that came meanwhile is joined
    with it, see combine(). Raises CannotUndo.
    """
    try:
        line = unpack(packed, now)
    except BadSignature as error:
        raise CannotUndo from error
    if not Book.objects.filter(pk=line.book_id).exists():
        raise CannotUndo
    cart = locked_cart(shopper, now)
    join(cart, [line], now)
    [item] = seen_lines(cart.items.filter(book_id=line.book_id), now)
    return item


def delete_old(*, now: datetime) -> int:
    """Delete baskets that nobody has touched for 60 days and no order waits for. Returns the count."""
    idle = Cart.objects.filter(updated_at__lt=now - LIFETIME).exclude(orders__status="pending")
    return idle.delete()[1].get(Cart._meta.label, 0)


def offer_voucher(cart: Cart, voucher_id: int | None) -> None:
    """Let a voucher count for a locked basket, unless another one does."""
    if voucher_id is not None and cart.voucher_id is None:
        cart.voucher_id = voucher_id
        cart.save(update_fields=["voucher"])


def take_voucher_out(cart: Cart, voucher_id: int | None) -> None:
    """Let a voucher no longer count for a locked basket, if it is the one that does."""
    if voucher_id is not None and cart.voucher_id == voucher_id:
        cart.voucher_id = None
        cart.save(update_fields=["voucher"])


def locked_cart(shopper: Shopper, now: datetime) -> Cart:
    """The shopper's basket, made if need be, locked so that two clicks follow one another."""
    owner = {"user": shopper.user} if shopper.user else {"token": shopper.token}
    cart, _created = Cart.objects.get_or_create(**owner, defaults={"updated_at": now})
    return _touch(Cart.objects.locked().get(pk=cart.pk), now)


def choose(item: CartItem, quantity: int) -> CartItem:
    """Have a line of a locked basket in so many copies, in the basket and not saved for later.

    The line must be seen as of now, see seen_lines(). Raises NotForSale, TooManyCopies or
    OneCopyIsHeld.
    """
    book = item.book
    if not book.availability.can_buy or book.price is None:
        raise NotForSale(book)
    if item.is_held and quantity > 1:
        raise OneCopyIsHeld(item)
    most = min(book.stock, MOST_COPIES)
    if quantity > most:
        raise TooManyCopies(book, most=most, in_basket=item.copies_in_basket)
    if item.pk is None:
        item.price_seen = book.price
    item.quantity, item.missing_seen, item.saved_at = quantity, 0, None
    if not item.is_held:
        # Whatever is held for them later is put into the basket anew, as one copy.
        item.held = None
    item.save()
    return item


def combine(item: CartItem, other: CartItem) -> None:
    """Make one line of two: the one in the basket before one saved for later, else the larger.

    If a copy is held for one of them, it is that copy alone.
    """
    is_saved_only_here = item.is_saved and not other.is_saved
    is_like_it_and_larger = item.is_saved == other.is_saved and other.quantity > item.quantity
    if is_saved_only_here or is_like_it_and_larger:
        item.quantity, item.missing_seen = other.quantity, other.missing_seen
        item.saved_at = other.saved_at
    if held := next((line for line in (item, other) if line.is_held), None):
        item.held, item.is_held, item.price_seen = held.held, True, held.price_seen
        item.quantity, item.missing_seen = 1, 0


def join(cart: Cart, coming: Iterable[CartItem], now: datetime) -> None:
    """Lines into a locked basket, in the order of book ids; see combine() for books in both."""
    there = {item.book_id: item for item in seen_lines(cart.items.all(), now)}
    for line in sorted(coming, key=lambda line: line.book_id):
        line.is_held = line.held is not None and line.held.is_held(now)
        if item := there.get(line.book_id):
            combine(item, line)
        else:
            item, line.cart = line, cart
        item.save()


def _locked_line(shopper: Shopper, item_id: int, now: datetime) -> CartItem:
    cart = Cart.objects.of(shopper).locked().first()
    if cart is None or (item := line_of(cart, now, pk=item_id)) is None:
        raise LineIsGone
    _touch(cart, now)
    return item


def _touch(cart: Cart, now: datetime) -> Cart:
    cart.updated_at = now
    cart.save(update_fields=["updated_at"])
    return cart


def token_in(session: Any) -> uuid.UUID | None:
    text = session.get(SESSION_KEY)
    return uuid.UUID(text) if text else None
