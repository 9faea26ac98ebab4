"""Customers of the shop as staff look at them."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from accounts import outbox
from shop.models import Order
from tests.accounts import doors
from tests.reviews.readers import write
from tests.waitlist.lists import join, sold_out

from .account_scenes import addresses
from .scenes import Scene


def _member(scene: Scene) -> str:
    """Somebody with something in every part, at whom staff have looked before."""
    sam = doors.member(name="Sam Shopper")
    doors.sign_in(Client())
    addresses(scene, sam)
    outbox.write(to=sam.email, user=sam, subject="Hello, Sam", body="", now=timezone.now())
    write(scene.emma, user=sam)
    join(sold_out(title="Sanditon"), user=sam)
    scene.sign_in(is_staff=True, is_superuser=True)
    scene.client.get(f"/admin/accounts/user/{sam.pk}/change/")
    return f"/admin/customers/{sam.pk}/"


def _guest(scene: Scene) -> str:
    scene.order()
    scene.sign_in(is_staff=True, is_superuser=True)
    return f"/admin/customers/guest/?email={Order.objects.get().email}"


def _looked_for(words: str, prepare: Callable[[Scene], str]) -> Callable[[Scene], str]:
    return lambda scene: prepare(scene) and f"/admin/customers/?q={words}"


CUSTOMER_PAGES: dict[str, Callable[[Scene], str]] = {
    "a member found": _looked_for("sam", _member),
    "a guest found": _looked_for("nadia@example.org", _guest),
    "nobody found": _looked_for("nobody", _guest),
    "look for customers with errors": _looked_for("", _guest),
    "a customer": _member,
    "a guest": _guest,
    "sign a customer out": lambda scene: f"{_member(scene)}sign-out/",
    "users": lambda scene: _member(scene) and "/admin/accounts/user/",
}
