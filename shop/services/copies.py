"""The copies of an order go back on sale, or are taken once more."""

from datetime import datetime

from catalog import stock
from catalog.models import StockMovement
from shop import cart as carts
from shop.models import Cart, Order


def give_back(order: Order, *, who: str, now: datetime) -> None:
    """Copies of a locked order that was not paid go on sale, its lines into the shopper's basket."""
    items = list(order.items.all())
    cart = _basket_of(order)
    if cart is not None:
        carts.put_back(cart, {item.book_id: (item.quantity, item.unit_price) for item in items})
    put_on_sale(
        order,
        {item.book_id: item.quantity for item in items},
        reason=StockMovement.Reason.NOT_PAID,
        who=who,
        now=now,
    )


def put_on_sale(
    order: Order,
    quantities: dict[int, int],
    *,
    reason: StockMovement.Reason,
    who: str,
    now: datetime,
) -> None:
    """Copies of an order, {book id: copies}, can be bought again."""
    stock.record(quantities, reason=reason, order_number=order.number, who=who, at=now)


def take_again(order: Order, *, who: str, now: datetime) -> bool:
    """Take the copies of a locked order that had been given up, if all of them are still here.

    Its lines leave the basket that they had gone back to. False, with nothing changed, if any copy
    is gone.
    """
    cart = _basket_of(order)
    quantities = {item.book_id: item.quantity for item in order.items.all()}
    books = stock.lock(quantities)
    if any(books[book_id].stock < copies for book_id, copies in quantities.items()):
        return False
    stock.take(books, quantities, order_number=order.number, who=who, at=now)
    if cart is not None:
        carts.take_out(cart, quantities)
    return True


def _basket_of(order: Order) -> Cart | None:
    """The basket that the order came from or that was merged with it since, locked."""
    cart = Cart.objects.locked().filter(pk=order.cart_id).first()
    if cart is not None and cart.merged_into_id:
        cart = Cart.objects.locked().filter(pk=cart.merged_into_id).first()
    return cart
