"""A visitor, and a member, in front of each page of the waiting lists."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog import stock
from catalog.models import Book, Work
from tests.factories import UserFactory
from tests.waitlist.lists import deliver, join, line
from waitlist import offers, overrides, places
from waitlist.models import ExpectedDelivery, PreBooking

from .scenes import Scene

TITLE = "Tales of Mystery and Imagination, the clothbound edition with sprayed edges"


def sold_out(scene: Scene) -> Book:
    """People wait for it, and ten copies are to come."""
    book = scene.book(TITLE, stock=0, work=Work.objects.create(title=TITLE))
    scene.book("Tales, the paperback", work=book.work, stock=2)
    line(book, 23)
    day = timezone.localdate() + timedelta(days=12)
    facts = {"copies": 10, "due_on": day, "is_confirmed": True}
    ExpectedDelivery.objects.create(book=book, **facts)
    ExpectedDelivery.objects.create(book=book, **{**facts, "due_on": day + timedelta(days=40)})
    return book


def long_list(scene: Scene) -> str:
    """On which everything has happened that can happen."""
    book = sold_out(scene)
    deliver(book, 4)
    now, held = timezone.now(), list(PreBooking.objects.offered())
    with transaction.atomic():
        offers.claim([held[0].pk], order_number="ORDER1", now=now)
        stock.take({book.pk: 1}, order_number="ORDER1", who="a test", at=now)
        offers.fulfil(order_number="ORDER1", now=now)
    offers.decline(key=held[1].key, now=now)
    offers.skip(key=held[2].key, now=now)
    overrides.take_back(key=held[3].key, reason="damaged", who="staff", now=now)
    return f"/queue/{book.ean}/"


def list_of_lists(scene: Scene) -> str:
    sold_out(scene)
    return "/queue/"


def no_places(scene: Scene) -> str:
    scene.sign_in()
    return "/prebooks/"


def of_a_member(scene: Scene, book: Book) -> PreBooking:
    scene.sign_in()
    return join(book, user=User.objects.latest("pk"))


def held(scene: Scene) -> PreBooking:
    book = scene.book(TITLE, stock=0)
    place = of_a_member(scene, book)
    deliver(book, 1)
    return place


def held_in_the_basket(scene: Scene) -> str:
    place = held(scene)
    scene.client.post(f"/prebooks/place/{place.key}/accept/")
    return "/basket/"


def lapsed(scene: Scene) -> PreBooking:
    book = sold_out(scene)
    place = PreBooking.objects.earliest("pk")
    deliver(book, 1)
    offers.expire(now=timezone.now() + timedelta(hours=48))
    return place


def ordered(scene: Scene) -> PreBooking:
    place = held(scene)
    with transaction.atomic():
        offers.claim([place.pk], order_number="ORDER1", now=timezone.now())
    return place


def many_places(scene: Scene) -> str:
    scene.sign_in()
    user = User.objects.latest("pk")
    left = join(scene.book("The Castle of Otranto", stock=0), user=user)
    places.leave(key=left.key, now=timezone.now())
    join(sold_out(scene), user=user)
    book = scene.book("Gitanjali", stock=0)
    join(book, user=user)
    deliver(book, 1)
    return "/prebooks/"


def page_of(place: Callable[[Scene], PreBooking], act: str = "") -> Callable[[Scene], str]:
    return lambda scene: place(scene).get_absolute_url() + act


def book_with_own_place(scene: Scene) -> str:
    book = sold_out(scene)
    of_a_member(scene, book)
    return book.get_absolute_url()


def book_to_join(scene: Scene) -> str:
    book = sold_out(scene)
    scene.client.force_login(UserFactory())
    return book.get_absolute_url()


QUEUE_PAGES: dict[str, Callable[[Scene], str]] = {
    "book with a waiting list": lambda scene: sold_out(scene).get_absolute_url(),
    "book with a waiting list to join": book_to_join,
    "book one waits for": book_with_own_place,
    "waiting lists": list_of_lists,
    "no waiting lists": lambda scene: "/queue/",
    "waiting list": long_list,
    "waiting list of a book on sale": lambda scene: f"/queue/{scene.emma.ean}/",
    "places": many_places,
    "no places": no_places,
    "place": page_of(lambda scene: of_a_member(scene, sold_out(scene))),
    "leave a list": page_of(lambda scene: of_a_member(scene, sold_out(scene)), "leave/"),
    "held copy": page_of(held),
    "basket with a held copy": held_in_the_basket,
    "pass a copy on": page_of(held, "decline/"),
    "place whose copy is ordered": page_of(ordered),
    "place that has lapsed": page_of(lapsed),
}
