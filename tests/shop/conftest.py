import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Book
from shop import cart
from shop.cart import Shopper
from shop.models import DeliveryMethod, Order, Payment
from shop.providers.base import PaymentWord, State
from shop.services import checkout, payments
from tests.factories import DeliveryMethodFactory
from tests.fake_stripe import FakeStripe

ADDRESS = {
    "email": "nadia@example.org",
    "name": "Nadia Rahman",
    "line1": "1 Some Street",
    "line2": "",
    "city": "Bristol",
    "postcode": "BS1 4ZZ",
    "country": "GB",
    "phone": "",
}


@pytest.fixture
def delivery(db) -> DeliveryMethod:
    """The only method on offer."""
    DeliveryMethod.objects.all().delete()
    return DeliveryMethodFactory()


@pytest.fixture
def guest() -> Shopper:
    return Shopper(token=uuid.uuid4())


@pytest.fixture
def fake_stripe(settings) -> Iterator[FakeStripe]:
    """The shop's payment provider, in place of the real one."""
    with FakeStripe() as fake:
        settings.PAYMENT_PROVIDER = "stripe"
        settings.STRIPE_SECRET_KEY = fake.secret_key
        settings.STRIPE_WEBHOOK_SECRET = fake.webhook_secret
        settings.STRIPE_API_BASE = fake.url
        yield fake


def fill(shopper: Shopper, *books: Book, quantity: int = 1) -> None:
    for book in books:
        cart.add(shopper=shopper, book=book, quantity=quantity, now=timezone.now())


def place(shopper: Shopper, **changes: Any) -> Order:
    """Order what is in the basket, having seen it as it is now."""
    methods = list(DeliveryMethod.objects.offered())
    agreed = {
        "address": checkout.Address(**ADDRESS),
        "delivery_id": methods[0].pk,
        "seen": cart.basket_of(shopper).seen_with(methods),
        "form_key": uuid.uuid4(),
        "now": timezone.now(),
    }
    return checkout.place_order(shopper=shopper, **{**agreed, **changes})


def pay(number: str, now: datetime | None = None) -> Order:
    """The provider says that the latest attempt at paying an order was paid."""
    return hear(number, State.DONE, now)


def decline(number: str, now: datetime | None = None) -> Order:
    """The provider says that the latest attempt at paying an order came to nothing."""
    return hear(number, State.FAILED, now)


def hear(number: str, state: State, now: datetime | None = None) -> Order:
    order = Order.objects.get(number=number)
    payments.settle(word_about(order.payments.latest("pk"), state), now=now or timezone.now())
    return Order.objects.get(number=number)


def word_about(payment: Payment, state: State, **changes: Any) -> PaymentWord:
    said = {
        "key": payment.key,
        "reference": f"demo-{payment.key}",
        "state": state,
        "paid": payment.amount if state is State.DONE else Decimal(0),
        "currency": payment.currency,
        "charge": f"charge-{payment.pk}",
    }
    return PaymentWord(**{**said, **changes})


@pytest.fixture
def order_through_pages() -> Callable[[Client, Book], Order]:
    """Puts a book into the client's basket and orders it by the checkout form."""

    def order(client: Client, book: Book) -> Order:
        client.post(f"/basket/add/{book.ean}/", {"quantity": 1})
        client.post("/checkout/", checkout_form(client))
        return Order.objects.latest("pk")

    return order


def checkout_form(client: Client, **changes: Any) -> dict[str, Any]:
    """The checkout form as the page shows it, filled in."""
    page = client.get("/checkout/").context
    hidden = {"seen": page["seen"], "form_key": page["form_key"]}
    return {**ADDRESS, **hidden, "delivery": page["methods"][0]["pk"], **changes}
