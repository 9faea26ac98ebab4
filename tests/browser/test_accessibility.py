"""Every page: nothing for axe to find, nothing wider than a small phone, nothing inline."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page, Response, expect

from tests.conftest import IN_CI
from tests.fake_sign_in import FakeSite, stand_in
from tests.shop.conftest import decline, pay

from .account_scenes import ACCOUNT_PAGES, SENT_EMPTY, addresses, members
from .catalogue_scenes import CATALOGUE_PAGES
from .count_scenes import COUNT_PAGES, COUNT_SENT, COUNT_SENT_IN_PLACE
from .customer_scenes import CUSTOMER_PAGES
from .dashboard_scenes import DASHBOARD_PAGES
from .notice_scenes import ENDED, NOTICE_PAGES
from .order_scenes import ORDER_PAGES
from .price_scenes import PRICE_PAGES, PRICES_SENT
from .queue_scenes import QUEUE_PAGES
from .review_scenes import REVIEW_PAGES
from .scenes import Scene, cancel, post
from .staff_scenes import STAFF_PAGES, STAFF_SENT
from .stock_scenes import STOCK_PAGES, STOCK_SENT, STOCK_SENT_IN_PLACE
from .wishlist_scenes import WISHLIST_PAGES

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SMALLEST = {"width": 320, "height": 640}
# What people see until our fonts have come, and where they never come.
FALLBACKS = """for (const [kind, font] of [["sans", "system-ui"], ["serif", "serif"]])
    document.documentElement.style.setProperty(`--${kind}`, font)"""
NO_FALLBACKS = "document.documentElement.removeAttribute('style')"
LOOKS = [(PHONE, "light")]
if IN_CI:
    LOOKS += [(PHONE, "dark"), (DESK, "light"), (DESK, "dark")]

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
# Blocks of data, which no browser runs.
DATA = ('type="application/ld+json"', 'type="application/json"')
STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)

PAGES: dict[str, Callable[[Scene], str]] = {
    "home": lambda scene: "/",
    "list": lambda scene: "/books/",
    "search": lambda scene: "/books/?q=emma",
    "empty search": lambda scene: "/books/?q=xyzzy",
    "book": lambda scene: scene.emma.get_absolute_url(),
    "book out of stock": lambda scene: scene.book("Sanditon", stock=0).get_absolute_url(),
    "book not for sale": lambda scene: scene.book("Lady Susan", price=None).get_absolute_url(),
    "author": lambda scene: scene.author.get_absolute_url(),
    "genres": lambda scene: "/genres/",
    "genre": lambda scene: scene.genre.get_absolute_url(),
    "empty basket": lambda scene: "/basket/",
    "basket": Scene.basket,
    "basket with too many copies": Scene.short_basket,
    "basket of two parcels": Scene.parcels,
    "checkout": Scene.checkout,
    "checkout of a member": Scene.members_checkout,
    "checkout with errors": Scene.checkout,
    "checkout to America": Scene.american_checkout,
    "last look before paying": Scene.payment,
    "payment": lambda scene: f"{scene.order()}demo-payment/",
    "order not paid yet": Scene.order,
    "order paid": lambda scene: scene.order(pay),
    "order declined": lambda scene: scene.order(decline),
    "order posted": lambda scene: scene.order(post),
    "order cancelled": lambda scene: scene.order(cancel),
    "invoice": Scene.invoice,
    "find an order": lambda scene: "/orders/find/",
    "find an order with errors": lambda scene: "/orders/find/",
    "withdraw": lambda scene: "/withdraw/",
    "withdraw with errors": lambda scene: "/withdraw/",
    "confirm a withdrawal": Scene.declaration,
    "withdrawn": Scene.receipt,
    "orders": Scene.list_of_orders,
    "no orders": lambda scene: "/orders/",
    "orders of a member": members("/orders/", addresses),
    "terms": lambda scene: "/terms/",
    "privacy": lambda scene: "/privacy/",
    "delivery": lambda scene: "/delivery/",
    "returns": lambda scene: "/returns/",
    "contact": lambda scene: "/contact/",
    "accessibility": lambda scene: "/accessibility/",
    **REVIEW_PAGES,
    "how reviews work": lambda scene: "/how-reviews-work/",
    "not found": lambda scene: "/no/such/page/",
    "admin for a visitor": lambda scene: "/admin/",
    "post an order": lambda scene: scene.staff_act("post"),
    "cancel an order": lambda scene: scene.staff_act("cancel"),
    "refund an order": lambda scene: scene.staff_act("refund"),
    "approve a refund": lambda scene: scene.refund_to_decide("approve"),
    "decline a refund": lambda scene: scene.refund_to_decide("decline"),
    "send a mail again": Scene.mail_to_send_again,
    "how a delivery is shared out": Scene.delivery_of_what_people_wait_for,
    "take a held copy back": lambda scene: scene.override("take-back"),
    "end a place on a list": lambda scene: scene.override("end"),
    **ACCOUNT_PAGES,
    **COUNT_PAGES,
    **CATALOGUE_PAGES,
    **CUSTOMER_PAGES,
    **DASHBOARD_PAGES,
    **NOTICE_PAGES,
    **ORDER_PAGES,
    **PRICE_PAGES,
    **QUEUE_PAGES,
    **STOCK_PAGES,
    **WISHLIST_PAGES,
    **STAFF_PAGES,
}
# Sent empty, by the button of this name, before anything is looked at.
SENT = {
    "checkout with errors": "Continue to payment",
    "find an order with errors": "Show the order",
    "withdraw with errors": "Go on",
    "make a list with errors": "Make the list",
    "how a delivery is shared out": "Save",
    "note about an order with errors": "Keep the note",
    "write a review with errors": "Publish the review",
    "report a review with errors": "Report the review",
    **COUNT_SENT,
    "withdraw a book with errors": "Withdraw it",
    **PRICES_SENT,
    **SENT_EMPTY,
    **STOCK_SENT,
    **ENDED,
    **STAFF_SENT,
}
# The same, of forms whose answer takes the place of a part of the page.
SENT_IN_PLACE = {**COUNT_SENT_IN_PLACE, **STOCK_SENT_IN_PLACE}
every_page = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.deep if number % 2 else ())
        for number, name in enumerate(PAGES)
    ],
)


@pytest.fixture
def open_site(settings, monkeypatch) -> Iterator[Callable[[type[FakeSite]], FakeSite]]:
    with ExitStack() as stack:

        def open_site(kind: type[FakeSite]) -> FakeSite:
            site = stack.enter_context(kind())
            stand_in(site, settings, monkeypatch)
            return site

        settings.SOCIALACCOUNT_PROVIDERS = {}
        yield open_site


@pytest.fixture
def scene(live_server, delivery, open_site) -> Scene:
    """Its visitor comes to the address that the browser comes to."""
    cache.clear()
    client = Client(headers={"host": urlsplit(live_server.url).netloc})
    return Scene(delivery, open_site, client)


@pytest.fixture
def show(live_server, scene, open_page) -> Callable[..., tuple[Page, Response]]:
    """Opens a page by its name in PAGES, as the visitor of a new scene."""

    def show(name: str, **look: object) -> tuple[Page, Response]:
        address = PAGES[name](scene)
        page = open_page(**look)
        page.context.add_cookies(
            [
                {"name": cookie.key, "value": cookie.value, "url": live_server.url}
                for cookie in scene.client.cookies.values()
            ]
        )
        response = page.goto(urljoin(live_server.url, address))
        if name in SENT:
            main = page.get_by_role("main")
            with page.expect_navigation() as sent:
                main.get_by_role("button", name=SENT[name], exact=True).click()
            response = sent.value
        if name in SENT_IN_PLACE:
            main = page.get_by_role("main")
            with page.expect_response(lambda answer: answer.request.method == "POST") as put:
                main.get_by_role("button", name=SENT_IN_PLACE[name], exact=True).click()
            expect(main.locator("#scanned .errornote")).to_be_visible()
            response = put.value
        return page, response

    return show


@every_page
def test_everybody_can_use_it(name, show):
    """Of one visit, since to come to each page takes longer than to look at it."""
    page, response = show(name)

    assert inline_in(response.text()) == []

    page.set_viewport_size(SMALLEST)
    for fonts in (FALLBACKS, NO_FALLBACKS):
        page.evaluate(fonts)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"], fonts

    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        unfold(page)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{viewport} {scheme}: {found.generate_report()}"


def unfold(page: Page) -> None:
    """Open the menu and the filters of the admin, which axe would pass over."""
    page.evaluate(
        "document.querySelectorAll('#menu details, .filters').forEach((box) => { box.open = true })"
    )


def inline_in(html: str) -> list[str]:
    """Scripts and styles that are in a page itself, which the policy of the shop forbids."""
    scripts = [
        attributes
        for attributes in SCRIPT.findall(html)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]
    return [*scripts, *STYLE.findall(html), *HANDLER.findall(html)]
