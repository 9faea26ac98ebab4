"""A shopper names a voucher, or takes it back."""

from datetime import datetime

from shop import cart as carts
from shop import vouchers
from shop.cart import Shopper
from shop.models import Cart


def use_voucher(*, shopper: Shopper, code: str, email: str, now: datetime) -> None:
    """Let a voucher count for the shopper's basket, in place of any other.

    Raises CannotUseVoucher, and leaves the basket as it was. Its uses are only taken when the order
    is placed.
    """
    voucher = vouchers.find(code)
    lines = carts.basket_of(shopper).buyable
    vouchers.check(voucher, lines, user=shopper.user, email=email, now=now)
    Cart.objects.of(shopper).update(voucher=voucher)


def drop_voucher(*, shopper: Shopper) -> None:
    """Take the voucher off the basket again, if there is one."""
    Cart.objects.of(shopper).update(voucher=None)
