"""A small shop and one visitor of it, as each page of the shop is looked at."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Address, OutboxMessage, User
from catalog import stock
from catalog.models import Book, StockMovement
from shop.models import CartItem, DeliveryMethod, Order, Refund
from shop.services import cancelling, posting, refund_requests
from tests.factories import (
    BookFactory,
    ContributorFactory,
    GenreFactory,
    UserFactory,
    VoucherFactory,
)
from tests.fake_sign_in import FakeSite
from tests.shop.conftest import ADDRESS, delivery_form, pay, payment_form
from tests.waitlist.lists import deliver, line
from waitlist.models import PreBooking


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
    # A Google or GitHub that the shop takes for the real one from now on.
    open_site: Callable[[type[FakeSite]], FakeSite]
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

    def refund_to_decide(self, act: str) -> str:
        """Where staff decide on what a colleague asked to give back."""
        self.order(pay)
        order = Order.objects.get()
        sums = {"delivery": Decimal(1), "goodwill": Decimal(1), "restock": True}
        with override_settings(REFUND_ALONE_UP_TO=Decimal(0)):
            request = refund_requests.ask(
                number=order.number,
                quantities={order.items.get().pk: 1},
                **sums,
                reason=Refund.Reason.RETURNED,
                words="Sorry.",
                key=uuid.uuid4(),
                by=UserFactory(is_staff=True),
                now=timezone.now(),
            )
        self.sign_in(is_staff=True, is_superuser=True)
        return f"/admin/shop/refundrequest/{request.pk}/{act}/"

    def mail_to_send_again(self) -> str:
        """Where staff send the mail of an order once more."""
        self.order(pay)
        now = timezone.now()
        mail = OutboxMessage.objects.get(thread=Order.objects.get().number)
        OutboxMessage.objects.filter(pk=mail.pk).update(sent_at=now, next_try_at=None)
        self.sign_in(is_staff=True, is_superuser=True)
        return f"/admin/shop/order/{Order.objects.get().pk}/mails/{mail.pk}/again/"

    def delivery_of_what_people_wait_for(self) -> str:
        """Where staff enter copies, with two people in line for them."""
        book = self._waited_for()
        return f"/admin/catalog/stockmovement/add/?book={book.pk}&quantity=5&reason=delivery"

    def override(self, act: str) -> str:
        """Where staff do something against the order of a list, about a copy that is held."""
        deliver(self._waited_for(), 1)
        return f"/admin/waitlist/prebooking/{PreBooking.objects.offered().get().pk}/{act}/"

    def _waited_for(self) -> Book:
        book = self.book("Sanditon", stock=0)
        line(book, 2)
        self.sign_in(is_staff=True, is_superuser=True)
        return book

    def list_of_orders(self) -> str:
        self.order(pay)
        return "/orders/"
