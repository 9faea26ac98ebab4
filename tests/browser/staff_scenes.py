"""Staff in front of the admin, with something in each of its lists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from catalog.models import Book, MissedSearch, Publisher, Series, Work
from reviews import moderation
from reviews.models import Review
from shop.models import Order, Voucher
from tests.factories import UserFactory, VoucherFactory
from tests.staff_scene import a_bit_of_everything

from .queue_scenes import long_list
from .review_scenes import LONG_WORD, reviewed
from .scenes import Scene, cancel


def busy(scene: Scene) -> None:
    """A shop in which everything has happened, looked at by somebody who may do all there is."""
    scene.order(cancel)
    reviewed(scene)
    rubbish = Review.objects.get(title="Rubbish")
    facts: dict[str, Any] = {"reason": "insult", "words": "", "who": "staff", "now": timezone.now()}
    moderation.remove(review_ids=[rubbish.pk], **facts)
    long_list(scene)
    publisher = Publisher.objects.create(name=LONG_WORD, slug="long")
    series = Series.objects.create(title="Everyman", slug="everyman")
    work = Work.objects.create(title="Emma")
    Book.objects.filter(pk=scene.emma.pk).update(publisher=publisher, series=series, work=work)
    MissedSearch.objects.create(words=LONG_WORD[:100], day=date(2026, 1, 2))
    VoucherFactory(note=LONG_WORD)
    Group.objects.get_or_create(name="Bookseller")
    sign_in(scene)
    a_bit_of_everything(scene.client)


def sign_in(scene: Scene) -> None:
    scene.client.force_login(UserFactory(name="Stella", is_staff=True, is_superuser=True))


def at(address: str) -> Callable[[Scene], str]:
    def arrive(scene: Scene) -> str:
        busy(scene)
        return address

    return arrive


def form_of(kind: type[Any], act: str = "change") -> Callable[[Scene], str]:
    """Of the row that came first."""

    def arrive(scene: Scene) -> str:
        busy(scene)
        name = f"admin:{kind._meta.app_label}_{kind._meta.model_name}_{act}"
        return reverse(name, args=[kind._default_manager.earliest("pk").pk])

    return arrive


STAFF_PAGES: dict[str, Callable[[Scene], str]] = {
    "admin": at("/admin/"),
    "admin of one app": at("/admin/shop/"),
    "list of books": at("/admin/catalog/book/"),
    "list of books to choose from": at("/admin/catalog/book/?_popup=1"),
    "list of books with a search and a filter": at("/admin/catalog/book/?q=emma&format=paperback"),
    "list of orders": at("/admin/shop/order/"),
    "list of days on which a search found nothing": at("/admin/catalog/missedsearch/"),
    "form of a book with errors": at("/admin/catalog/book/add/"),
    "form of an order": form_of(Order),
    "delete a voucher": form_of(Voucher, "delete"),
    "delete a publisher that has books": form_of(Publisher, "delete"),
}
STAFF_SENT = {"form of a book with errors": "Save"}
