"""Orders on their way through the shop, as staff and shopper see them."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from shop.models import Order
from shop.services import fulfilling, noting
from tests.shop.conftest import pay

from .scenes import Scene, post


def _as_staff(scene: Scene) -> None:
    scene.sign_in(is_staff=True, is_superuser=True)


def _taken(*steps: str) -> Callable[[str], Order]:
    """Posted, and then what staff said of it."""

    def settle(number: str) -> Order:
        order = post(number)
        for step in steps:
            to = Order.Fulfilment(step)
            order = fulfilling.take(number=number, to=to, who="a test", now=timezone.now())
        return order

    return settle


def _board(scene: Scene) -> str:
    scene.order(pay)
    _as_staff(scene)
    return "/admin/shop/order/"


def _desk(scene: Scene) -> str:
    """The page of an order that is being picked, with a note."""
    scene.order(pay)
    order, now = Order.objects.get(), timezone.now()
    fulfilling.begin_picking(order_ids=[order.pk], who="a test", now=now)
    noting.add_note(number=order.number, text="Please wrap it well.", who="a test", now=now)
    _as_staff(scene)
    return f"/admin/shop/order/{order.pk}/change/"


def _pick_list(scene: Scene) -> str:
    """Of an order with a book to come."""
    waves = scene.book("The Waves", on_sale_on=timezone.localdate() + timedelta(days=90))
    scene.client.post(f"/basket/add/{waves.ean}/", {"quantity": 1})
    scene.order(pay)
    order = Order.objects.get()
    _as_staff(scene)
    return f"/admin/pick-list/?order={order.pk}"


def _empty_pick_list(scene: Scene) -> str:
    _as_staff(scene)
    return "/admin/pick-list/"


ORDER_PAGES: dict[str, Callable[[Scene], str]] = {
    "order delivered": lambda scene: scene.order(_taken("delivered")),
    "order that came back": lambda scene: scene.order(_taken("returned")),
    "board of orders": _board,
    "order for staff": _desk,
    "move an order": lambda scene: scene.staff_act("move"),
    "note about an order": lambda scene: scene.staff_act("note"),
    "note about an order with errors": lambda scene: scene.staff_act("note"),
    "pick list": _pick_list,
    "empty pick list": _empty_pick_list,
}
ORDER_PAGES_OF_STAFF = (
    *("board of orders", "order for staff", "move an order", "note about an order"),
    *("note about an order with errors", "pick list", "empty pick list"),
)
