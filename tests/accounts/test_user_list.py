"""The list of users in the admin: found, filtered, and quick."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.templatetags.admin_list import result_headers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from shop.cart import Shopper
from shop.models import Order
from tests.factories import BookFactory, DeliveryMethodFactory, UserFactory
from tests.shop.conftest import fill, place
from tests.staff_scene import member_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LIST = "/admin/accounts/user/"


@pytest.fixture
def auditor() -> Client:
    return member_of("Auditor")


@pytest.fixture
def delivery():
    return DeliveryMethodFactory()


def order_of(user: User, days_ago: int = 0) -> Order:
    fill(Shopper(user=user), BookFactory())
    order = place(Shopper(user=user))
    Order.objects.filter(pk=order.pk).update(placed_at=NOW - timedelta(days=days_ago))
    return order


def listed(client: Client, **asked: str) -> set[str]:
    page = client.get(LIST, asked)
    assert page.status_code == 200
    return {user.email.partition("@")[0] for user in page.context["cl"].result_list}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zenobia", {"zq"}),
        ("ZENOBIA quarter", {"zq"}),
        ("quartermain, zen", {"zq"}),
        ("main", set()),
        ("zenobia smith", set()),
        ("zq@exam", {"zq"}),
        ("ZQ@Example.org", {"zq"}),
        ("zq", {"zq"}),
        ("second@example.org", {"zq"}),
        ("second@", set()),
        ("d'arcy", {"fitz"}),
        ("élodie", {"elodie"}),
        ("zenobia%", {"zq"}),
        ("nobody", set()),
        ("!!", set()),
    ],
)
def test_somebody_is_found_by_words_of_their_name_or_an_address(auditor, text, found):
    zenobia = UserFactory(email="zq@example.org", name="Zenobia Quartermain")
    EmailAddress.objects.create(user=zenobia, email="second@example.org", verified=True)
    UserFactory(email="fitz@example.org", name="Fitz D'Arcy")
    UserFactory(email="elodie@example.org", name="élodie")

    assert listed(auditor, q=text) == found


def test_somebody_is_found_by_the_number_of_their_order(auditor, shopper, delivery):
    number = order_of(shopper).number
    order_of(UserFactory())

    assert listed(auditor, q=number) == {"sam"}
    assert listed(auditor, q=f" {number[:4]}-{number[4:]}".lower()) == {"sam"}
    assert listed(auditor, q=number[:4]) == set()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"role": "auditor"}, {"auditor"}),
        ({"role": "manager"}, set()),
        ({"role": "superuser"}, {"root"}),
        ({"role": "staff"}, {"auditor", "root"}),
        ({"role": "reader"}, {"new", "gone", "old"}),
        ({"state": "active"}, {"auditor", "root", "new", "old"}),
        ({"state": "deactivated"}, {"gone"}),
        ({"joined": "week"}, {"new"}),
        ({"joined": "month"}, {"new", "gone"}),
        ({"joined": "year"}, {"new", "gone", "root"}),
        ({"joined": "older"}, {"old", "auditor"}),
        ({"joined": "year", "role": "reader"}, {"new", "gone"}),
        ({"role": "'", "state": "x", "joined": "-1"}, {"auditor", "root", "new", "gone", "old"}),
    ],
)
def test_it_is_filtered_by_role_state_and_day(auditor, asked, found):
    User.objects.update(date_joined=NOW - timedelta(days=400))
    for name, days, facts in (
        ("root", 100, {"is_superuser": True, "is_staff": True}),
        ("new", 5, {}),
        ("gone", 20, {"is_active": False}),
        ("old", 500, {}),
    ):
        joined = NOW - timedelta(days=days)
        UserFactory(email=f"{name}@example.org", date_joined=joined, **facts)

    assert listed(auditor, **asked) == found


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("month", {"now", "again"}),
        ("year", {"now", "again", "spring"}),
        ("older", {"before"}),
        ("never", {"auditor", "none"}),
    ],
)
def test_it_is_filtered_by_the_last_order(auditor, delivery, when, found):
    UserFactory(email="none@example.org")
    for name, days in (("now", [1]), ("again", [500, 3]), ("spring", [200]), ("before", [900])):
        user = UserFactory(email=f"{name}@example.org")
        for ago in days:
            order_of(user, ago)

    assert listed(auditor, last_order=when) == found


def test_the_last_order_stands_in_the_list(auditor, shopper, delivery):
    order_of(shopper, 500)
    newest = order_of(shopper)

    users = auditor.get(LIST).context["cl"].result_list

    at = Order.objects.get(pk=newest.pk).placed_at
    assert {user.email: user.last_order_at for user in users}[shopper.email] == at


def test_more_users_take_no_more_queries_and_none_counts_them_all(auditor, delivery):
    def queries(**asked: str) -> list[str]:
        with CaptureQueriesContext(connection) as made:
            auditor.get(LIST, asked)
        return [query["sql"] for query in made]

    asked = {"q": "example", "last_order": "year", "o": "-5"}
    order_of(UserFactory(name="Example"))
    before = len(queries()), len(queries(**asked))
    for _ in range(20):
        order_of(UserFactory(name="Example"))

    assert (len(queries()), len(queries(**asked))) == before
    counts = [sql for sql in queries() + queries(**asked) if "COUNT(" in sql]
    assert len(counts) == 2
    assert all("LIMIT 5000" in sql for sql in counts)


def test_only_what_an_index_serves_puts_it_in_order(auditor):
    headers = result_headers(auditor.get(LIST).context["cl"])

    assert {header["text"] for header in headers if header["sortable"]} == {
        "email address",
        "date joined",
    }
