import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import postal
from catalog.models import Book
from shop import cart
from shop.cart import Shopper
from shop.drafts import Draft
from shop.models import DeliveryMethod, Order, Payment
from shop.offer import offer_for
from shop.providers.base import PaymentWord, State
from shop.services import checkout, payments
from tests.factories import BookFactory, DeliveryMethodFactory
from waitlist.models import PreBooking

from .held import hold_a_copy

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
def emma(delivery) -> Book:
    """A book that nobody can buy, but for whoever its only copy is held for."""
    return BookFactory(title="Emma", stock=0, price=Decimal("10.00"))


@pytest.fixture
def held(emma) -> PreBooking:
    return hold_a_copy(emma)


def fill(shopper: Shopper, *books: Book, quantity: int = 1) -> None:
    for book in books:
        cart.add(shopper=shopper, book=book, quantity=quantity, now=timezone.now())


def draft(**changes: Any) -> Draft:
    """What a shopper has said on the delivery page, about the first way on offer."""
    address = dict.fromkeys(postal.FIELDS, "") | {**ADDRESS}
    said = {"email": address.pop("email"), "address": address}
    if "delivery_id" not in changes:
        said["delivery_id"] = DeliveryMethod.objects.offered().first().pk
    return Draft(**{**said, **changes})


def seen_by(shopper: Shopper, said: Draft, now: datetime | None = None) -> str:
    """The digest of what the payment page shows."""
    offer = offer_for(shopper, cart.basket_of(shopper, now=now), said, now=now or timezone.now())
    return offer.seen if offer else ""


def place(shopper: Shopper, **changes: Any) -> Order:
    """Order what is in the basket, having seen it as it is now."""
    said = changes.pop("said", None) or draft()
    agreed = {"draft": said, "form_key": uuid.uuid4(), "now": timezone.now(), **changes}
    if "seen" not in agreed:
        agreed["seen"] = seen_by(shopper, said, agreed["now"])
    return checkout.place_order(shopper=shopper, **agreed).order


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


def order_through_pages(client: Client, book: Book) -> Order:
    """Put a book into the client's basket and order it by the pages of the checkout."""
    client.post(f"/basket/add/{book.ean}/", {"quantity": 1})
    client.post("/checkout/payment/", payment_form(client))
    return Order.objects.latest("pk")


def delivery_form(client: Client, **changes: Any) -> dict[str, Any]:
    """The delivery page, filled in."""
    methods = client.get("/checkout/").context["methods"]
    return {**ADDRESS, "delivery_id": methods[0]["pk"], "then": "payment", **changes}


def payment_form(client: Client, **changes: Any) -> dict[str, Any]:
    """The form of the payment page, which the delivery page has led to."""
    page = client.post("/checkout/", delivery_form(client), follow=True).context
    return {"seen": page["offer"].seen, "form_key": page["form"].key, **changes}
