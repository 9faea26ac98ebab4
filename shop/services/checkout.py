"""A basket becomes an order."""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.address_book import TooManyAddresses, save_address
from accounts.languages import language_now
from catalog import stock
from catalog.models import Book
from shop.cart import Shopper
from shop.drafts import Draft
from shop.held import lower_price
from shop.models import (
    BillingAddress,
    Cart,
    CartItem,
    DeliveryMethod,
    Order,
    OrderEvent,
    OrderItem,
    Payment,
    Voucher,
)
from shop.pricing import Quote, QuotedLine
from shop.terms import NoSuchDelivery, Terms, terms_for, with_voucher
from shop.vouchers import CannotUseVoucher
from waitlist import holds, offers

from . import order_rows
from .payments import attempt_fields, confirm


class CannotPlaceOrder(Exception):
    """Base of every refusal to take an order; str() is for the shopper, and nothing was changed."""


class BasketIsEmpty(CannotPlaceOrder):
    def __init__(self) -> None:
        super().__init__(_("Your basket is empty."))


class BookNotForSale(CannotPlaceOrder):
    def __init__(self, book: Book) -> None:
        text = _("“%(title)s” can no longer be bought. Please take it out of your basket.")
        super().__init__(text % {"title": book.title})


class NotEnoughCopies(CannotPlaceOrder):
    def __init__(self, book: Book) -> None:
        text = ngettext(
            "Only one copy of “%(title)s” is left. Please change your basket.",
            "Only %(left)d copies of “%(title)s” are left. Please change your basket.",
            book.stock,
        )
        if book.stock < 1:
            text = _("“%(title)s” has just sold out. Please take it out of your basket.")
        super().__init__(text % {"title": book.title, "left": book.stock})


class HoldIsOver(CannotPlaceOrder):
    def __init__(self, book: Book) -> None:
        text = _(
            "No copy of “%(title)s” is held for you any more. Please take it out of your basket."
        )
        super().__init__(text % {"title": book.title})


class GoesToTheLine(CannotPlaceOrder):
    """There are copies, and somebody waits for them."""

    def __init__(self, book: Book) -> None:
        text = _(
            "The copies of “%(title)s” go to those on its waiting list. Please take it out of your "
            "basket."
        )
        super().__init__(text % {"title": book.title})


class BasketChanged(CannotPlaceOrder):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Your basket or a price has changed since this page was shown. "
                "Please look at the total again before you order."
            )
        )


class TermsChanged(CannotPlaceOrder):
    """The way of delivery is no longer offered."""


class Placed(NamedTuple):
    """An order, and the attempt at paying it that was made with it, if one was."""

    order: Order
    attempt: Payment | None


@transaction.atomic
def place_order(
    *, shopper: Shopper, draft: Draft, seen: str, form_key: uuid.UUID, now: datetime
) -> Placed:
    """Turn the basket into a PENDING order and take its copies out of stock.

    An order that costs nothing is CONFIRMED at once. `seen` is the digest of what the page showed
    (Terms.seen); `form_key` names the form, and a form sent twice gives the first order again.
    Raises a CannotPlaceOrder and changes nothing when the basket is empty, a book cannot be had in
    these copies, or anything differs from what was seen.
    """
    cart = order_rows.lock_basket(shopper)
    if cart is None:
        raise BasketIsEmpty
    # Scoped to the basket, so that nobody meets another shopper's order by guessing a key.
    key = uuid.uuid5(form_key, str(cart.pk))
    items, has_order = order_rows.lines_to_buy(cart, key, now)
    if has_order or not items:
        return Placed(_placed_before(key), None)
    terms = _terms(cart, items, shopper, draft, now)
    quote = _agreed(items, terms, draft, seen)
    order, attempt = _write_order(cart, items, quote, shopper, draft, terms, key, now)
    if draft.keep and shopper.user:
        # The page offers it only while there is room, and for want of that no order fails.
        with suppress(TooManyAddresses):
            save_address(user=shopper.user, address=order, now=now)
    # Last, since that lock is what others wait for.
    _take_copies(order, items, terms, draft, seen, who=shopper.label, now=now)
    if attempt is None:
        confirm(order, who=shopper.label, now=now)
    return Placed(order, attempt)


def _placed_before(key: uuid.UUID) -> Order:
    """The order of the same form, which has been sent before; if it has not, the basket is empty."""
    order = Order.objects.filter(idempotency_key=key).first()
    if order is None:
        raise BasketIsEmpty
    return order


def _terms(
    cart: Cart, items: list[CartItem], shopper: Shopper, draft: Draft, now: datetime
) -> Terms:
    try:
        terms = terms_for(country=draft.country, delivery_id=draft.delivery_id, now=now)
    except NoSuchDelivery as refusal:
        raise TermsChanged(str(refusal)) from refusal
    if cart.voucher_id is None:
        return terms
    # Locked from here on, so that its uses are counted one shopper after another.
    voucher = Voucher.objects.locked().get(pk=cart.voucher_id)
    try:
        return with_voucher(terms, voucher, items, user=shopper.user, email=draft.email, now=now)
    except CannotUseVoucher:
        # If the page said that it does not count, the shopper has agreed to do without it.
        return terms


def _agreed(items: list[CartItem], terms: Terms, draft: Draft, seen: str) -> Quote:
    """What the lines cost, if all can be had and is what the shopper saw."""
    for item in items:
        if item.is_hold_over and not item.can_buy:
            raise HoldIsOver(item.book)
        if item.book.stock < item.quantity and item.book.price is not None:
            raise NotEnoughCopies(item.book)
        if not item.can_buy:
            raise BookNotForSale(item.book)
    quote = terms.quote(items)
    if terms.seen(quote, draft) != seen:
        raise BasketChanged
    return quote


def _write_order(
    cart: Cart,
    items: list[CartItem],
    quote: Quote,
    shopper: Shopper,
    draft: Draft,
    terms: Terms,
    key: uuid.UUID,
    now: datetime,
) -> tuple[Order, Payment | None]:
    """Write the order and all that belongs to it, and empty the basket."""
    order = Order(
        user=shopper.user,
        cart=cart,
        idempotency_key=key,
        placed_at=now,
        pay_by=now + timedelta(minutes=settings.PAYMENT_MINUTES),
        currency=settings.SHOP["currency"],
        email=draft.email,
        language=language_now(),
        **draft.address,
        **_delivery(terms.method),
        **_sums(quote, terms.voucher),
    )
    event = OrderEvent(kind=OrderEvent.Kind.PLACED, who=shopper.label, at=now)
    attempt = Payment(**attempt_fields(order, now))
    sold = [_as_sold(line, item) for line, item in zip(quote.lines, items, strict=True)]
    order_rows.write(order, sold, event, attempt)
    if draft.billing is not None:
        BillingAddress.objects.create(order=order, **draft.billing)
    if cart.voucher_id:
        cart.voucher = None
        cart.save(update_fields=["voucher"])
    return order, attempt if order.total else None


def _take_copies(
    order: Order,
    items: list[CartItem],
    terms: Terms,
    draft: Draft,
    seen: str,
    *,
    who: str,
    now: datetime,
) -> None:
    """Take the copies, if nothing has changed since the books were read without a lock."""
    quantities = {item.book_id: item.quantity for item in items}
    _claim_held(order, items, now)
    try:
        books = stock.take(quantities, order_number=order.number, who=who, at=now)
    except stock.NotEnoughStock as short:
        raise NotEnoughCopies(short.book) from short
    for item in items:
        item.book = books[item.book_id]
        if not item.is_held and holds.goes_to_the_line(item.book):
            raise GoesToTheLine(item.book)
        lower_price(item)
    _agreed(items, terms, draft, seen)


def _claim_held(order: Order, items: list[CartItem], now: datetime) -> None:
    """Have the copies that are held for these lines in stock, where this order alone takes them."""
    held = [item.held.pk for item in items if item.is_held and item.held]
    if not held:
        return
    # All of them first, since a second lock must not be on a book before those of the first.
    stock.lock([item.book_id for item in items])
    try:
        offers.claim(held, order_number=order.number, now=now)
    except offers.NotHeld as refusal:
        raise HoldIsOver(refusal.place.book) from refusal


def _delivery(method: DeliveryMethod) -> dict[str, Any]:
    return {
        "delivery_name": method.name,
        "delivery_days": method.days_to,
        "is_collected": method.is_collected,
    }


def _sums(quote: Quote, voucher: Voucher | None) -> dict[str, Any]:
    return {
        "items_total": quote.items_total,
        "discount_total": quote.discount_total,
        "delivery_total": quote.delivery_total,
        "delivery_tax_rate": quote.delivery_tax_rate,
        "delivery_tax": quote.delivery_tax,
        "tax_total": quote.tax_total,
        "total": quote.total,
        "voucher": voucher,
        "voucher_code": voucher.code if voucher else "",
    }


def _as_sold(line: QuotedLine, item: CartItem) -> OrderItem:
    book = item.book
    return OrderItem(
        book=book,
        title=book.title,
        ean=book.ean,
        unit_price=line.unit_price,
        quantity=line.quantity,
        discount=line.discount,
        tax_class=line.tax_class,
        tax_rate=line.tax_rate,
        tax=line.tax,
        posted_on=book.availability.posted_on,
        pre_booking=item.held if item.is_held else None,
    )
