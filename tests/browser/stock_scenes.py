"""Staff in front of each page on which copies come in."""

import uuid
from collections.abc import Callable

from django.utils import timezone

from shop.models import GoodsIn
from shop.services import goods_posting, receiving
from tests.factories import nth_ean
from tests.waitlist.lists import line
from waitlist.models import ExpectedDelivery

from .scenes import Scene


def delivery(scene: Scene) -> GoodsIn:
    """With books that people wait for, that were expected, and that nobody knows."""
    scene.sign_in(is_staff=True, is_superuser=True)
    sanditon = scene.book("Sanditon", stock=0, shelf="B3")
    line(sanditon, 2)
    ExpectedDelivery.objects.create(book=sanditon, copies=10, due_on=timezone.localdate())
    begun = receiving.begin(reference="Box 7", who="a test", now=timezone.now())
    unknown = nth_ean(9_999_998), nth_ean(9_999_999)
    for number in (scene.emma.ean, *[sanditon.ean] * 3, *unknown):
        receiving.scan(delivery_id=begun.pk, number=number, key=uuid.uuid4(), now=timezone.now())
    aside = begun.lines.get(ean=unknown[0])
    facts = {"delivery_id": begun.pk, "line_id": aside.pk}
    receiving.set_aside(**facts, aside=True, now=timezone.now())
    return begun


def unpacking(part: str = "") -> Callable[[Scene], str]:
    return lambda scene: f"/admin/goods-in/{delivery(scene).pk}/{part}"


def last_scan(scene: Scene) -> str:
    begun = delivery(scene)
    return f"/admin/goods-in/{begun.pk}/?line={begun.lines.get(ean=scene.emma.ean).pk}"


def posted(part: str) -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        begun, now = delivery(scene), timezone.now()
        seen = goods_posting.look_at(begun, now=now).token
        goods_posting.post(delivery_id=begun.pk, seen=seen, who="a test", now=now)
        return f"/admin/goods-in/{begun.pk}/{part}"

    return arrive


def deliveries(scene: Scene) -> str:
    delivery(scene)
    return "/admin/goods-in/"


def stock_by_hand(scene: Scene) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return f"/admin/catalog/book/{scene.emma.pk}/stock/"


STOCK_PAGES: dict[str, Callable[[Scene], str]] = {
    "deliveries to the shop": deliveries,
    "unpack a delivery": unpacking(),
    "unpack a delivery, after a scan": last_scan,
    "unpack a delivery, with errors": unpacking(),
    "look at a delivery": unpacking("post/"),
    "a delivery in stock": posted("posted/"),
    "shelf list of a delivery": posted("shelves/"),
    "set stock": stock_by_hand,
    "set stock with errors": stock_by_hand,
}
STOCK_SENT = {"set stock with errors": "Set stock"}
STOCK_SENT_IN_PLACE = {"unpack a delivery, with errors": "Count one"}
