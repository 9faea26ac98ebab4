"""A shop in which there is something to see on every page of the admin."""

import uuid

from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import (
    Book,
    FrontTableEntry,
    MissedSearch,
    Publisher,
    Repricing,
    Series,
    Work,
)
from reviews import moderation
from reviews.models import Reason
from shop.cart import Shopper
from shop.models import Order, StockTake, TaxRate, WebhookEvent
from shop.services import counting, receiving
from tests.factories import (
    BookFactory,
    ContributorFactory,
    GenreFactory,
    UserFactory,
    VoucherFactory,
    nth_ean,
)
from tests.reviews.readers import write
from tests.shop import feeding
from tests.shop.conftest import fill, pay, place
from tests.waitlist.lists import deliver, line, sold_out
from waitlist.models import ExpectedDelivery, PreBooking


def member_of(*groups: str) -> Client:
    """One of the staff who is in these groups, signed in."""
    user = UserFactory(email=f"{'-'.join(groups).lower() or 'new'}@octavo.example", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return client


def paid_order(book: Book, copies: int = 3) -> Order:
    shopper = Shopper(token=uuid.uuid4())
    fill(shopper, book, quantity=copies)
    return pay(place(shopper).number)


def a_bit_of_everything(staff_client: Client) -> dict[str, int]:
    """One row at least of whatever the admin shows; the keys that addresses name, by parameter."""
    number = Book.objects.count()
    order = paid_order(BookFactory(stock=5))
    item, book = order.items.get(), order.items.get().book
    ask = {"delivery": "0", "reason": "returned", "note": "", "key": str(uuid.uuid4())}
    staff_client.post(f"/admin/shop/order/{order.pk}/refund/", {f"copies_{item.pk}": 1, **ask})
    _shelves(number, book)
    review = write(book)
    moderation.remove(
        review_ids=[review.pk], reason=Reason.ADVERT, words="", who="a test", now=timezone.now()
    )
    mail = OutboxMessage.objects.of_thread(order.number)[0]
    reader = UserFactory()
    staff_client.get(f"/admin/customers/{reader.pk}/")
    return {
        "order_id": order.pk,
        "request_id": order.refund_requests.get().pk,
        "mail_id": mail.pk,
        "message_id": mail.pk,
        "user_id": reader.pk,
        "book_id": book.pk,
        "place_id": _queue().pk,
        "repricing_id": _prices(book, staff_client).pk,
        **_goods_in(),
        "take_id": _stock_take(book).pk,
        **feeding.one_of_each(nth_ean(9_000_000 + number)),
        "review": review.pk,
        "id": reader.pk,
    }


def _shelves(number: int, book: Book) -> None:
    """Rows of the catalogue and of rules, with names that differ from call to call."""
    GenreFactory()
    ContributorFactory()
    VoucherFactory(code=f"SPRING{number}")
    Publisher.objects.create(name=f"Press {number}", slug=f"press-{number}")
    Series.objects.create(title=f"Novels {number}", slug=f"novels-{number}")
    Work.objects.create(title="Emma")
    day = timezone.localdate()
    MissedSearch.objects.create(words=f"emmma {number}", day=day)
    FrontTableEntry.objects.create(book=book, position=number)
    WebhookEvent.objects.create(
        provider="stripe", event_id=f"evt_{number}", kind="x", body={}, received_at=timezone.now()
    )
    facts = {"country": "GB", "tax_class": "book", "rate": 0}
    TaxRate.objects.get_or_create(valid_from=day.replace(year=1990 + number % 30), **facts)


def _queue() -> PreBooking:
    """The first of two who wait, for whom a copy is held."""
    book = sold_out()
    line(book, 2)
    deliver(book, 1)
    ExpectedDelivery.objects.create(book=book, copies=2, due_on=timezone.localdate())
    return PreBooking.objects.offered().filter(book=book).get()


def _goods_in() -> dict[str, int]:
    """A delivery with an unknown book in it."""
    now = timezone.now()
    delivery = receiving.begin(reference="box 7", who="a test", now=now)
    line = receiving.scan(
        delivery_id=delivery.pk, number=nth_ean(9_999_999), key=uuid.uuid4(), now=now
    )
    return {"delivery_id": delivery.pk, "line_id": line.pk if line else 0}


def _stock_take(book: Book) -> StockTake:
    """A count that is under way, with one copy counted."""
    by = {"key": uuid.uuid4(), "who": "a test", "now": timezone.now()}
    take = counting.begin(scope=StockTake.Scope.BOOKS, shelf="", **by)
    counting.put_total(take_id=take.pk, book_id=book.pk, total=1, seen=0, **by)
    return take


def _prices(book: Book, staff_client: Client) -> Repricing:
    key = str(uuid.uuid4())
    form = {"numbers": book.ean, "kind": "percent", "value": "5", "ending": "exact", "key": key}
    looked = staff_client.post("/admin/prices/new/", form)
    staff_client.post(
        "/admin/prices/new/", {**form, "seen": looked.context["preview"].token, "go": "1"}
    )
    return Repricing.objects.get(key=key)


def first(model: type[models.Model]) -> models.Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"nothing to see of {model.__name__}: see tests/staff_scene.py"
    return row
