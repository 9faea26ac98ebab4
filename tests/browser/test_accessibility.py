"""Every page: nothing for axe to find, nothing wider than a small phone, nothing inline."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Response

from accounts.models import Address, User
from catalog import stock
from catalog.models import Book, StockMovement
from shop.models import CartItem, DeliveryMethod, Order
from shop.services import cancelling, posting
from tests.accounts.second_factors import confirm, give_app, reader, sign_in
from tests.conftest import IN_CI
from tests.factories import (
    BookFactory,
    ContributorFactory,
    GenreFactory,
    UserFactory,
    VoucherFactory,
)
from tests.shop.conftest import ADDRESS, decline, delivery_form, pay, payment_form

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SMALLEST = {"width": 320, "height": 640}
LOOKS = [(PHONE, "light")]
if IN_CI:
    LOOKS += [(PHONE, "dark"), (DESK, "light"), (DESK, "dark")]

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
# Blocks of data, which no browser runs.
DATA = ('type="application/ld+json"', 'type="application/json"')
STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)


def post(number: str) -> Order:
    pay(number)
    now = timezone.now()
    return posting.post_order(number=number, tracking="AB 123", who="a test", now=now)


def cancel(number: str) -> Order:
    pay(number)
    return cancelling.cancel_order(number=number, who="a test", now=timezone.now())


@dataclass
class Scene:
    """A small shop and one visitor of it."""

    delivery: DeliveryMethod
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.author = ContributorFactory(name="Jane Austen", slug="jane-austen")
        self.genre = GenreFactory(name="Novels", slug="novels", book_count=2)
        GenreFactory(name="Love stories", slug="love", parent=self.genre, book_count=1)
        self.emma = self.book("Emma", byline="Jane Austen", format=Book.Format.PAPERBACK, pages=480)
        self.book("Persuasion", stock=2)

    def book(self, title: str, **facts: object) -> Book:
        book = BookFactory(title=title, **facts)
        book.contributions.create(contributor=self.author, position=0)
        book.genres.add(self.genre)
        return book

    def basket(self, copies: int = 1) -> str:
        self.client.post(f"/basket/add/{self.emma.ean}/", {"quantity": copies})
        return "/basket/"

    def short_basket(self) -> str:
        address = self.basket(copies=4)
        reason = StockMovement.Reason.CORRECTION
        with transaction.atomic():
            stock.record({self.emma.pk: -3}, reason=reason, who="a test", at=timezone.now())
        return address

    def parcels(self) -> str:
        """A basket that comes in two parcels, with a book saved for later."""
        waves = self.book("The Waves", on_sale_on=date(2099, 1, 14))
        for book in (waves, Book.objects.get(title="Persuasion")):
            self.client.post(f"/basket/add/{book.ean}/", {"quantity": 1})
        later = CartItem.objects.get(book__title="Persuasion")
        self.client.post(f"/basket/items/{later.pk}/save/")
        return self.basket()

    def checkout(self) -> str:
        self.basket()
        return "/checkout/"

    def members_checkout(self) -> str:
        """By a member with an address."""
        self.sign_in()
        fields = {name: text for name, text in ADDRESS.items() if name != "email"}
        user = User.objects.get()
        Address.objects.create(user=user, label="Home", created_at=timezone.now(), **fields)
        return self.checkout()

    def sign_in(self, **rights: bool) -> None:
        user = UserFactory(name="Sam Shopper", **rights)
        self.client.force_login(user)

    def sessions(self) -> str:
        """Two of them, with the longest kind of network address."""
        user = UserFactory()
        for client in (Client(), self.client):
            client.force_login(user)
            UserSession.objects.create(
                user=user,
                session_key=client.session.session_key,
                ip="2001:db8:1234:5678:9abc:def0:1234:5678",
                user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0",
            )
        return "/accounts/sessions/"

    def payment(self) -> str:
        """The last page before paying, with an address of the bill and a voucher that counts."""
        self.basket()
        VoucherFactory(code="SPRING")
        bill = {f"bill-{name}": text for name, text in ADDRESS.items() if name != "email"}
        form = delivery_form(self.client, bill_elsewhere="on", **bill)
        self.client.post("/checkout/", form)
        self.client.post("/checkout/voucher/", {"code": "SPRING"})
        return "/checkout/payment/"

    def american_checkout(self) -> str:
        self.basket()
        address = {"country": "US", "region": "NY", "postcode": "10001", "city": "New York"}
        self.client.post("/checkout/", delivery_form(self.client, **address))
        return "/checkout/"

    def order(self, settle: Callable[..., Order] | None = None) -> str:
        self.checkout()
        self.client.post("/checkout/payment/", payment_form(self.client))
        order = Order.objects.get()
        if settle:
            settle(order.number)
        return order.get_absolute_url()

    def invoice(self) -> str:
        return f"{self.order(pay)}invoice/"

    def declaration(self) -> str:
        self.order(pay)
        order = Order.objects.get()
        known = {"name": order.name, "number": order.number, "email": order.email}
        self.client.post("/withdraw/", {**known, "words": "Emma, one copy"})
        return "/withdraw/confirm/"

    def receipt(self) -> str:
        self.client.post(self.declaration())
        return "/withdraw/done/"

    def staff_act(self, act: str) -> str:
        """Where staff do something with an order that is paid."""
        self.order(pay)
        self.sign_in(is_staff=True, is_superuser=True)
        return f"/admin/shop/order/{Order.objects.get().pk}/{act}/"

    def member(self, page: str = "", *, with_app: bool = False) -> str:
        """A page of the second step, for somebody who gave the password a moment ago."""
        user = reader()
        sign_in(self.client, user)
        confirm(self.client)
        if with_app:
            give_app(user)
            Authenticator.objects.create(user=user, type="webauthn", data=PASSKEY)
        return f"/accounts/2fa/{page}"

    def second_step(self) -> str:
        user = reader()
        give_app(user)
        sign_in(self.client, user)
        return "/accounts/2fa/authenticate/"

    def own_data(self, address: str) -> str:
        """A page about a member's data, which asks for the password once more."""
        self.sign_in()
        self.client.post("/accounts/reauthenticate/", {"password": "a-good-password"})
        return address

    def cannot_leave(self) -> str:
        """A member whose order is under way wants to delete their account."""
        address = self.own_data("/accounts/delete/")
        self.order(pay)
        return address

    def list_of_orders(self) -> str:
        self.order(pay)
        return "/orders/"

    def account(self, page: str = "") -> str:
        """A page of the account of a member who keeps addresses."""
        self.members_checkout()
        fields = {name: text for name, text in ADDRESS.items() if name != "email"}
        away = {**fields, "line1": "2 Other Street"}
        user = User.objects.get()
        Address.objects.create(user=user, is_default=True, created_at=timezone.now(), **away)
        return f"/accounts/{page}".format(pk=Address.objects.latest("pk").pk)


PASSKEY = {
    "name": "My phone",
    "credential": {"clientExtensionResults": {"credProps": {"rk": False}}},
}
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
    "orders of a member": lambda scene: scene.account() and "/orders/",
    "account": Scene.account,
    "name": lambda scene: scene.account("name/"),
    "addresses": lambda scene: scene.account("addresses/"),
    "add an address": lambda scene: scene.account("addresses/add/"),
    "address with errors": lambda scene: scene.account("addresses/add/"),
    "edit an address": lambda scene: scene.account("addresses/{pk}/"),
    "delete an address": lambda scene: scene.account("addresses/{pk}/delete/"),
    "where one is signed in": Scene.sessions,
    "sign in": lambda scene: "/accounts/login/",
    "sign up": lambda scene: "/accounts/signup/",
    "password reset": lambda scene: "/accounts/password/reset/",
    "no second step": Scene.member,
    "second step": lambda scene: scene.member(with_app=True),
    "set up an app": lambda scene: scene.member("totp/activate/"),
    "stop using the app": lambda scene: scene.member("totp/deactivate/", with_app=True),
    "recovery codes": lambda scene: scene.member("recovery-codes/", with_app=True),
    "new recovery codes": lambda scene: scene.member("recovery-codes/generate/", with_app=True),
    "passkeys": lambda scene: scene.member("webauthn/", with_app=True),
    "add a passkey": lambda scene: scene.member("webauthn/add/"),
    "is it still you, by code": lambda scene: scene.member("reauthenticate/", with_app=True),
    "sign in with a second step": Scene.second_step,
    "your data": lambda scene: scene.own_data("/accounts/data/"),
    "delete an account": lambda scene: scene.own_data("/accounts/delete/"),
    "an account that cannot be deleted": Scene.cannot_leave,
    "account deleted": lambda scene: "/accounts/deleted/",
    "terms": lambda scene: "/terms/",
    "privacy": lambda scene: "/privacy/",
    "delivery": lambda scene: "/delivery/",
    "returns": lambda scene: "/returns/",
    "contact": lambda scene: "/contact/",
    "accessibility": lambda scene: "/accessibility/",
    "not found": lambda scene: "/no/such/page/",
    "admin for a visitor": lambda scene: "/admin/",
    "post an order": lambda scene: scene.staff_act("post"),
    "cancel an order": lambda scene: scene.staff_act("cancel"),
    "refund an order": lambda scene: scene.staff_act("refund"),
}
# Sent empty, by the button of this name, before anything is looked at.
SENT = {
    "checkout with errors": "Continue to payment",
    "find an order with errors": "Show the order",
    "withdraw with errors": "Go on",
    "address with errors": "Keep the address",
}
# The menu of the admin is Django's, and lacks contrast; what we put beside it does not.
ONLY = dict.fromkeys(("post an order", "cancel an order", "refund an order"), "#content")
every_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture
def show(live_server, delivery, open_page) -> Callable[..., tuple[Page, Response]]:
    """Opens a page by its name in PAGES, as the visitor of a new scene."""
    scene = Scene(delivery)

    def show(name: str, **look: object) -> tuple[Page, Response]:
        address = PAGES[name](scene)
        page = open_page(**look)
        page.context.add_cookies(
            [
                {"name": cookie.key, "value": cookie.value, "url": live_server.url}
                for cookie in scene.client.cookies.values()
            ]
        )
        response = page.goto(live_server.url + address)
        if name in SENT:
            with page.expect_navigation() as sent:
                page.get_by_role("button", name=SENT[name]).click()
            response = sent.value
        return page, response

    return show


@every_page
def test_axe_finds_nothing(name, show):
    page, _ = show(name)
    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)

        found = Axe().run(page, ONLY.get(name))

        assert found.violations_count == 0, f"{viewport} {scheme}: {found.generate_report()}"


@every_page
def test_a_small_phone_need_not_scroll_sideways(name, show):
    page, _ = show(name, viewport=SMALLEST)

    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]


@every_page
def test_no_style_or_script_is_in_the_page(name, show):
    _, response = show(name)
    html = response.text()

    inline = [
        attributes
        for attributes in SCRIPT.findall(html)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]

    assert inline == []
    assert not STYLE.search(html)
    assert not HANDLER.search(html)
