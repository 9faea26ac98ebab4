"""The copies of an order go back on sale, or are taken once more."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from catalog import stock
from shop import cart as carts
from shop.models import Cart, CartItem, Order, OrderItem, Voucher
from shop.vouchers import CannotUseVoucher, check_uses
from waitlist import offers
from waitlist.models import PreBooking


def give_back(order: Order, *, who: str, now: datetime) -> None:
    """Copies of a locked order that was not paid go back, its lines into the shopper's basket."""
    items = list(order.items.all())
    cart = _basket_of(order)
    offers.take_back(
        {item.book_id: item.quantity for item in items},
        order_number=order.number,
        who=who,
        now=now,
    )
    # After that, since lines whose copies are held again are for those copies alone.
    if cart is not None:
        _put_back(cart, items, now)
        carts.offer_voucher(cart, order.voucher_id)


def take_again(order: Order, *, who: str, now: datetime) -> bool:
    """Take the copies of a locked order that had been given up, if all of it can still be had.

    Its lines leave the basket that they had gone back to. False, with nothing changed, if any copy
    is gone, or the use of its voucher.
    """
    cart = _basket_of(order)
    if order.voucher_id and not _voucher_is_left(order):
        return False
    items = list(order.items.all())
    quantities = {item.book_id: item.quantity for item in items}
    try:
        with transaction.atomic():
            _claim_again(order, items, now)
            stock.take(quantities, order_number=order.number, who=who, at=now)
    except stock.NotEnoughStock:
        return False
    if cart is not None:
        _take_out(cart, quantities)
        carts.take_voucher_out(cart, order.voucher_id)
    return True


def _claim_again(order: Order, items: list[OrderItem], now: datetime) -> None:
    """Copies that are held again since the order was given up are for it first."""
    if not any(item.pre_booking_id for item in items):
        return
    stock.lock([item.book_id for item in items])
    places = PreBooking.objects.filter(pk__in=[item.pre_booking_id for item in items])
    held = [place.pk for place in places if place.is_held(now)]
    offers.claim(held, order_number=order.number, now=now)


def _voucher_is_left(order: Order) -> bool:
    """Whether a voucher has a use left for an order that gave its own back. Locks the voucher."""
    voucher = Voucher.objects.locked().get(pk=order.voucher_id)
    try:
        check_uses(voucher, user=order.user, email=order.email)
    except CannotUseVoucher:
        return False
    return True


def _basket_of(order: Order) -> Cart | None:
    """The basket that the order came from or that was merged with it since, locked."""
    cart = Cart.objects.locked().filter(pk=order.cart_id).first()
    if cart is not None and cart.merged_into_id:
        cart = Cart.objects.locked().filter(pk=cart.merged_into_id).first()
    return cart


def _put_back(cart: Cart, items: Iterable[OrderItem], now: datetime) -> None:
    """Lines of an order that was not paid into a locked basket again.

    A book that is in the basket meanwhile is joined with it, see combine().
    """
    carts.join(
        cart,
        [
            CartItem(
                book_id=item.book_id,
                quantity=item.quantity,
                price_seen=item.unit_price,
                held_id=item.pre_booking_id,
            )
            for item in items
        ],
        now,
    )


def _take_out(cart: Cart, quantities: dict[int, int]) -> None:
    """Take copies, {book id: copies}, out of a locked basket, as far as they are there."""
    for item in cart.items.to_buy().filter(book_id__in=quantities).order_by("book_id"):
        item.quantity -= quantities[item.book_id]
        item.missing_seen = max(min(item.missing_seen, item.quantity), 0)
        if item.quantity > 0:
            item.save(update_fields=["quantity", "missing_seen"])
        else:
            item.delete()
