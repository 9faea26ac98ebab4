"""Pages that one comes to seldom, so that each address of the shop is looked at once at least."""

from collections.abc import Callable

from django.test import Client

from accounts import deactivating
from accounts.models import OutboxMessage
from catalog.models import Book, Publisher, Series
from shop.models import Order
from tests.accounts import doors
from tests.fake_sign_in import FakeGitHub
from tests.shop.conftest import pay

from .scenes import Scene
from .stock_scenes import delivery


def series(scene: Scene) -> str:
    made = Series.objects.create(title="The novels of Jane Austen", slug="austen")
    Book.objects.update(series=made)
    return made.get_absolute_url()


def publisher(scene: Scene) -> str:
    made = Publisher.objects.create(name="John Murray", slug="murray")
    Book.objects.update(publisher=made)
    return made.get_absolute_url()


def github(path: str) -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        scene.open_site(FakeGitHub)
        return f"/accounts/github/login/{path}"

    return arrive


def account(act: str) -> Callable[[Scene], str]:
    """Where staff close the account of a member, or open it again."""

    def arrive(scene: Scene) -> str:
        sam = doors.member(name="Sam Shopper")
        if act == "reactivate":
            deactivating.deactivate(user=sam, who=None)
        scene.sign_in(is_staff=True, is_superuser=True)
        return f"/admin/customers/{sam.pk}/{act}/"

    return arrive


def unknown_book(part: str) -> Callable[[Scene], str]:
    """At the line of a delivery whose book nobody knows yet."""

    def arrive(scene: Scene) -> str:
        begun = delivery(scene)
        line = begun.lines.filter(book=None).latest("pk")
        return f"/admin/goods-in/{begun.pk}/lines/{line.pk}/{part}"

    return arrive


def invoice_for_staff(scene: Scene) -> str:
    scene.order(pay)
    scene.sign_in(is_staff=True, is_superuser=True)
    return f"/admin/shop/order/{Order.objects.get().pk}/invoice/"


def mail_of_an_account(scene: Scene) -> str:
    doors.ask_for_reset(Client(), doors.member().email)
    scene.sign_in(is_staff=True, is_superuser=True)
    return f"/admin/accounts/outboxmessage/{OutboxMessage.objects.latest('pk').pk}/again/"


FURTHER_PAGES: dict[str, Callable[[Scene], str]] = {
    "series": series,
    "publisher": publisher,
    "choose a language": lambda scene: "/language/",
    "sign in by GitHub": github(""),
    "back from GitHub too late": github("callback/?code=old&state=old"),
    "another site failed": lambda scene: "/accounts/3rdparty/login/error/",
    "close an account": account("deactivate"),
    "open an account again": account("reactivate"),
    "unpack a delivery, at a line": unknown_book(""),
    "enter a book of a delivery": unknown_book("book/"),
    "invoice, for staff": invoice_for_staff,
    "send a mail of the outbox again": mail_of_an_account,
}
