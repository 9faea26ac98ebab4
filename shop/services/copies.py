"""The copies of an order go back on sale, or are taken once more."""

from datetime import datetime

from catalog import stock
from shop import cart as carts
from shop.models import Cart, Order, Voucher
from shop.vouchers import CannotUseVoucher, check_uses
from waitlist import offers


def give_back(order: Order, *, who: str, now: datetime) -> None:
    """Copies of a locked order that was not paid go back, its lines into the shopper's basket."""
    items = list(order.items.all())
    cart = _basket_of(order)
    if cart is not None:
        carts.put_back(cart, {item.book_id: (item.quantity, item.unit_price) for item in items})
        carts.offer_voucher(cart, order.voucher_id)
    offers.take_back(
        {item.book_id: item.quantity for item in items},
        order_number=order.number,
        who=who,
        now=now,
    )


def take_again(order: Order, *, who: str, now: datetime) -> bool:
    """Take the copies of a locked order that had been given up, if all of it can still be had.

    Its lines leave the basket that they had gone back to. False, with nothing changed, if any copy
    is gone, or the use of its voucher.
    """
    cart = _basket_of(order)
    if order.voucher_id and not _voucher_is_left(order):
        return False
    quantities = {item.book_id: item.quantity for item in order.items.all()}
    try:
        stock.take(quantities, order_number=order.number, who=who, at=now)
    except stock.NotEnoughStock:
        return False
    if cart is not None:
        carts.take_out(cart, quantities)
        carts.take_voucher_out(cart, order.voucher_id)
    return True


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
