"""Somebody has their data erased: nothing of them is left, and all that tax law asks for is."""

import uuid
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import erasing
from accounts.models import OutboxMessage, User
from accounts.person import ERASED, Person
from catalog.models import Book
from reviews.models import Review, ReviewReport
from shop.models import Invoice, Order, OrderItem, Payment, Refund, Withdrawal
from shop.services import posting, withdrawing
from tests.factories import BookFactory, UserFactory

from . import whole_life
from .conftest import fill, pay, place

pytestmark = pytest.mark.django_db
# Counts of attempts by address of the connection, whoever it was, for minutes.
BESIDES = "bookstore_cache"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def person(client, delivery) -> Person:
    user = whole_life.live(client)
    whole_life.add_second_steps(user)
    return Person.of(user)


def erase(person: Person) -> int:
    return erasing.erase(person=person, now=timezone.now())


def columns_of_text() -> list[tuple[str, str]]:
    """Every column of the database that could hold words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND table_name <> %s"
            " AND data_type IN ('text', 'json', 'jsonb', 'inet', 'character varying', 'ARRAY',"
            " 'character', 'USER-DEFINED')",
            [BESIDES],
        )
        return cursor.fetchall()


def signs_left() -> list[tuple[str, str, str]]:
    """Wherever anything of the person stands: table, column, and what it is."""
    found = []
    with connection.cursor() as cursor:
        for table, column in columns_of_text():
            query = f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s'
            for sign in whole_life.SIGNS:
                cursor.execute(query, [f"%{sign}%"])
                if cursor.fetchone()[0]:
                    found.append((table, column, sign))
    return found


def whole_database() -> Iterator[tuple[str, list[str]]]:
    with connection.cursor() as cursor:
        for table in sorted({table for table, _column in columns_of_text()}):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            yield table, [row for (row,) in cursor.fetchall()]


def test_the_life_has_left_signs_everywhere(person):
    tables = {table for table, _column, _sign in signs_left()}

    assert {
        *("accounts_user", "accounts_address", "accounts_outboxmessage", "account_emailaddress"),
        *("account_emailconfirmation", "socialaccount_socialaccount", "socialaccount_socialtoken"),
        *("mfa_authenticator", "usersessions_usersession", "django_admin_log", "shop_order"),
        *("shop_billingaddress", "shop_orderevent", "shop_refund", "shop_withdrawal"),
        *("shop_refundrequest", "shop_ordernote", "shop_fulfilmentmove"),
        *("catalog_stockmovement", "waitlist_wishlist", "accounts_customerlook"),
        *("catalog_stockmovement", "reviews_review", "reviews_reviewversion"),
        *("reviews_reviewreport", "reviews_moderationevent"),
    } <= tables
    assert {sign for _table, _column, sign in signs_left()} == set(whole_life.SIGNS)


def test_nothing_of_a_person_is_left_in_any_column_but_their_last_mail(person):
    erase(person)

    (farewell,) = OutboxMessage.objects.filter(to=whole_life.EMAIL)
    assert "the invoice stay for 6 years" in farewell.body
    farewell.delete()
    assert signs_left() == []
    assert not User.objects.filter(email=whole_life.EMAIL).exists()


def test_their_sessions_are_gone(person, client):
    assert Session.objects.count() == 2

    erase(person)

    assert not Session.objects.exists()
    assert client.get("/accounts/").status_code == 302


def test_what_tax_law_asks_for_stays_as_it_was(person):
    def kept() -> list[object]:
        sums = ("number", "country", "total", "tax_total", "delivery_tax", "placed_at", "posted_at")
        lines = ("title", "ean", "quantity", "unit_price", "discount", "tax_rate", "tax")
        # A copy that was held for them goes on sale, which is neither gain nor loss.
        movements = """
            SELECT sum(quantity), count(*), max(order_number) FROM catalog_stockmovement
            WHERE reason NOT IN ('hold', 'release')
        """
        with connection.cursor() as cursor:
            cursor.execute(movements)
            ledger = cursor.fetchone()
        return [
            list(Order.objects.order_by("pk").values(*sums)),
            list(OrderItem.objects.order_by("pk").values(*lines)),
            list(Payment.objects.order_by("pk").values("amount", "paid", "refunded", "reference")),
            list(Refund.objects.order_by("pk").values("amount", "status", "reason")),
            list(Invoice.objects.order_by("pk").values("number", "issued_at", "order", "seller")),
            ledger,
        ]

    before = kept()
    erase(person)

    assert kept() == before
    assert Order.objects.count() == 5


def test_who_of_the_staff_acted_is_still_known(person):
    erase(person)

    refund = Refund.objects.get(reason="withdrawn", who="stella@x.example")
    assert refund.payment.order.events.get(kind="posted").who == "stella@x.example"
    assert refund.payment.order.events.get(kind="placed").who == ERASED


def test_whoever_takes_the_name_of_others_does_not_make_them_be_forgotten(guest, delivery):
    UserFactory(email="stella@x.example", is_staff=True)
    fill(guest, BookFactory(stock=9))
    order = pay(place(guest, now=whole_life.LONG_AGO).number, whole_life.LONG_AGO)
    sent = {"number": order.number, "tracking": "", "now": whole_life.LONG_AGO}
    posting.post_order(who="stella@x.example", **sent)
    for name in ("stella@x.example", "demo"):
        withdrawing.withdraw(
            number=order.number,
            key=uuid.uuid4(),
            name=name,
            email=order.email,
            words="all",
            now=whole_life.LONG_AGO,
        )

    erase(Person.with_email(order.email))

    assert list(order.events.order_by("pk").values_list("kind", "who")) == [
        ("placed", ERASED),
        ("paid", "demo"),
        ("posted", "stella@x.example"),
        ("withdrawn", ERASED),
        ("withdrawn", ERASED),
    ]


def test_a_withdrawal_from_some_books_does_not_become_one_from_all(person):
    erase(person)

    some, whole = Withdrawal.objects.order_by("pk")
    assert (some.is_whole, whole.is_whole) == (False, True)
    assert (some.name, some.email, some.words) == (ERASED, "", ERASED)


def test_a_dry_run_changes_nothing_at_all(person, capsys):
    before = list(whole_database())

    call_command("gdpr_erase", whole_life.EMAIL, dry_run=True)

    assert list(whole_database()) == before
    told = capsys.readouterr().out
    assert "Orders: 5\n    Kept without name" in told
    assert "for 6 years after the end of the tax year" in told
    assert "Nothing was changed." in told


def test_books_are_rated_by_those_who_stay(person):
    reviewed = Book.objects.filter(reviews__user=person.user)
    books = list(reviewed.values_list("pk", flat=True))
    ReviewReport.objects.all().delete()
    Review.objects.filter(user=person.user).update(
        deleted_at=None, deleted_by="", removal_reason="", removed_by=""
    )

    def ratings() -> list[int]:
        return list(Book.objects.filter(pk__in=books).values_list("rating_count", flat=True))

    assert ratings() == [1]
    erase(person)
    assert ratings() == [0]
    assert Review.objects.get().helpful_count == 0


def test_others_keep_what_is_theirs(person):
    staff = set(User.objects.filter(is_staff=True))

    erase(person)

    assert set(User.objects.all()) == staff
