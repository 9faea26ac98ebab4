"""Pages that hold nothing, one thing, too much or too little of everything, and those that say what went wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from bookstore import maintenance
from catalog.models import Book, FrontTableEntry, Genre
from catalog.search import vocabulary
from shop.models import Order
from tests.factories import BookFactory
from tests.shop.conftest import delivery_form, pay, payment_form
from tests.waitlist.lists import join, line

from .scenes import Scene

LONGEST = (
    "A Full and True Account of the Voyages, Losses, Lawsuits and Unlooked-for Happiness of a "
    "Bookseller’s Apprentice, Set Down by Himself in the Winter of the Great Frost, with Maps, Notes "
    "and an Index"
)
SCRIPTS = (
    *("Οδύσσεια", "Война и мир", "源氏物語", "ألف ليلة وليلة", "שיר השירים", "🐋🌊"),
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauuu",
    *(
        "Zażółć gęślą jaźń",
        "A Guide to 日本 for Beginners",
        "<script>alert(1)</script>",
        "…",
        "1984",
    ),
)
ADDING = "**/basket/add/**"
TRIMS = ((110, 178, 9), (129, 198, 22), (156, 234, 40), (189, 246, 30), (210, 210, 15))


def home_of_an_empty_shop(_scene: Scene) -> str:
    Book.objects.update(withdrawn_at=timezone.now())
    Genre.objects.update(book_count=0)
    return "/"


def home_of_a_new_shop(_scene: Scene) -> str:
    Book.objects.update(published_on=timezone.localdate())
    return "/"


def home_of_a_full_shop(scene: Scene) -> str:
    for number, book in enumerate(many(scene, 12)):
        FrontTableEntry.objects.create(book=book, position=number)
        if number < 3:
            line(scene.book(f"Wanted {number}", stock=0), 3 - number)
    return "/"


def many(scene: Scene, books: int) -> list[Book]:
    """Books of all sizes, new ones."""
    made = []
    for number in range(books):
        width, height, thickness = TRIMS[number % len(TRIMS)]
        size = {"width_mm": width, "height_mm": height, "thickness_mm": thickness}
        day = timezone.localdate() - timedelta(days=number)
        made.append(scene.book(f"Volume {number + 1}", published_on=day, **size))
    return made


def search_for_another_spelling(_scene: Scene) -> str:
    vocabulary.refresh()
    return "/books/?q=emna+austin"


def list_of_fifty(scene: Scene) -> str:
    many(scene, 50)
    return "/books/"


def into_the_basket(scene: Scene, books: list[Book]) -> str:
    for book in books:
        scene.client.post(f"/basket/add/{book.ean}/", {"quantity": 1})
    scene.client.get("/basket/")
    return "/basket/"


def basket_of_fifty(scene: Scene) -> str:
    return into_the_basket(scene, many(scene, 50))


def ordered(scene: Scene) -> str:
    scene.client.post("/checkout/", delivery_form(scene.client))
    scene.client.post("/checkout/payment/", payment_form(scene.client))
    order = Order.objects.get()
    pay(order.number)
    return order.get_absolute_url()


def order_of_fifty(scene: Scene) -> str:
    basket_of_fifty(scene)
    return ordered(scene)


def long_title(scene: Scene, **facts: Any) -> Book:
    return scene.book(LONGEST, byline=LONGEST[:120], **facts)


def long_title_in(where: Callable[[Scene, Book], str]) -> Callable[[Scene], str]:
    return lambda scene: where(scene, long_title(scene))


def long_title_in_an_order(scene: Scene, book: Book) -> str:
    into_the_basket(scene, [book])
    return ordered(scene)


def long_title_in_a_wishlist(scene: Scene, book: Book) -> str:
    scene.sign_in()
    scene.client.post(f"/wishlist/add/{book.ean}/")
    return "/wishlist/"


def long_title_on_a_slip(scene: Scene) -> str:
    book = long_title(scene, stock=0)
    scene.sign_in()
    join(book, user=User.objects.get())
    return "/prebooks/"


def long_title_in_the_admin(scene: Scene, _book: Book) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return "/admin/catalog/book/"


def bare_book(_scene: Scene) -> Book:
    """Nothing is known of it but its name."""
    return BookFactory(title="Fragments", byline="", price=None, stock=0)


def titles_of_many_scripts(scene: Scene) -> str:
    for title in SCRIPTS:
        scene.book(title)
    return "/books/?sort=title"


def closed(*, until: bool) -> Callable[[Scene], str]:
    def close(_scene: Scene) -> str:
        moment = timezone.now() + timedelta(hours=1) if until else None
        maintenance.believe(maintenance.Closure(moment), seconds=600)
        return "/basket/"

    return close


def wait_for_an_answer(page: Page) -> None:
    """A copy goes into the basket, and the shop does not say whether it has it."""
    page.route(ADDING, lambda _route: None)
    page.locator("#take").click()
    expect(page.get_by_role("status")).to_contain_text("The shop is slow to answer")


def lose_the_connection(page: Page) -> None:
    page.route(ADDING, lambda route: route.abort())
    page.locator("#take").click()
    expect(page.get_by_role("status")).to_contain_text("The shop did not answer")


STATE_PAGES: dict[str, Callable[[Scene], str]] = {
    "home of an empty shop": home_of_an_empty_shop,
    "home of a new shop": home_of_a_new_shop,
    "home of a full shop": home_of_a_full_shop,
    "search for another spelling": search_for_another_spelling,
    "empty search with a filter": lambda scene: "/books/?q=emma&stock=preorder",
    "list of fifty books": list_of_fifty,
    "basket of fifty books": basket_of_fifty,
    "order of fifty books": order_of_fifty,
    "long title": long_title_in(lambda scene, book: book.get_absolute_url()),
    "long title in a list": long_title_in(lambda scene, book: "/books/"),
    "long title in a basket": long_title_in(lambda scene, book: into_the_basket(scene, [book])),
    "long title in an order": long_title_in(long_title_in_an_order),
    "long title in a wishlist": long_title_in(long_title_in_a_wishlist),
    "long title on a slip": long_title_on_a_slip,
    "long title in the admin": long_title_in(long_title_in_the_admin),
    "bare book": lambda scene: bare_book(scene).get_absolute_url(),
    "bare book in a list": lambda scene: bare_book(scene) and "/books/",
    "titles of many scripts": titles_of_many_scripts,
    "no waiting lists in the shop": lambda scene: "/queue/",
    "address of a button": lambda scene: "/basket/undo/",
    "bad request": lambda scene: "/books/?q=%00",
    "forbidden": lambda scene: "/errors/403/",
    "forged form": lambda scene: "/errors/forged/",
    "broken page": lambda scene: "/errors/500/",
    "slow answer": lambda scene: scene.emma.get_absolute_url(),
    "lost connection": lambda scene: scene.emma.get_absolute_url(),
    "closed for a moment": closed(until=False),
    "closed until a time": closed(until=True),
}
STATES_STIRRED = {"slow answer": wait_for_an_answer, "lost connection": lose_the_connection}
# Made by an address that the shop does not have (tests/browser/errors.py).
AT_ADDRESSES_OF_ERRORS = {"forbidden", "forged form", "broken page"}
