"""What may be done with the addresses that a member keeps, also twice at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import address_book, postal
from accounts.address_book import add_address, change_address, make_default, remove_address
from accounts.models import Address
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ADDRESS = dict.fromkeys(postal.FIELDS, "") | {
    "name": "Nadia Rahman",
    "line1": "1 Some Street",
    "city": "Bristol",
    "postcode": "BS1 4ZZ",
    "country": "GB",
}


def fields(line1: str = "1 Some Street", **changes: str) -> dict[str, str]:
    return {**ADDRESS, "label": "", "line1": line1, **changes}


@pytest.fixture
def three(shopper) -> list[Address]:
    """Added one day after another; the first is the default."""
    return [
        add_address(user=shopper, fields=fields(line1), now=NOW + timedelta(days=day))
        for day, line1 in enumerate(["first", "second", "third"])
    ]


def kept(user) -> list[tuple[str, bool]]:
    return [(one.line1, one.is_default) for one in user.addresses.for_choice()]


def at_once(*acts) -> list[object]:
    """Do all of it at the same moment; a refusal is what came of it."""
    gate = threading.Barrier(len(acts))

    def do(act):
        connection.ensure_connection()
        gate.wait()
        try:
            return act()
        except address_book.CannotChangeAddresses as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def test_the_first_address_becomes_the_default(three, shopper):
    assert kept(shopper) == [("first", True), ("third", False), ("second", False)]


def test_an_address_is_not_added_twice_under_another_label(shopper):
    add_address(user=shopper, fields=fields(label="Home"), now=NOW)

    with pytest.raises(address_book.AlreadyKept, match="“Home”"):
        add_address(user=shopper, fields=fields(label="Mum"), now=NOW)

    assert [one.label for one in shopper.addresses.all()] == ["Home"]


def test_an_address_may_be_that_of_another_member(three):
    add_address(user=UserFactory(), fields=fields("first"), now=NOW)

    assert Address.objects.filter(line1="first").count() == 2


def test_fifty_addresses_are_the_most(shopper, monkeypatch):
    monkeypatch.setattr(address_book, "MOST_ADDRESSES", 2)
    add_address(user=shopper, fields=fields("first"), now=NOW)
    add_address(user=shopper, fields=fields("second"), now=NOW)

    with pytest.raises(address_book.TooManyAddresses, match="You have 2 addresses"):
        add_address(user=shopper, fields=fields("third"), now=NOW)

    assert shopper.addresses.count() == 2


def test_a_change_leaves_place_and_age_alone(three, shopper):
    first, *_ = three

    change_address(address=first, fields=fields("changed", label="Home"))

    first.refresh_from_db()
    assert (first.line1, first.label) == ("changed", "Home")
    assert (first.is_default, first.created_at) == (True, NOW)


def test_an_address_may_be_changed_into_itself_but_not_into_another(three, shopper):
    first, second, _third = three

    change_address(address=first, fields=fields("first", label="Home"))
    with pytest.raises(address_book.AlreadyKept):
        change_address(address=second, fields=fields("first"))

    assert [line1 for line1, _ in kept(shopper)] == ["first", "third", "second"]


def test_another_address_becomes_the_default_in_place_of_the_first(three, shopper):
    make_default(address=three[1])

    assert kept(shopper) == [("second", True), ("third", False), ("first", False)]


def test_the_default_is_inherited_by_the_newest(three, shopper):
    heir = remove_address(address=three[0])

    assert heir == three[2]
    assert kept(shopper) == [("third", True), ("second", False)]


def test_deleting_another_leaves_the_default_where_it_is(three, shopper):
    assert remove_address(address=three[1]) is None

    assert kept(shopper) == [("first", True), ("third", False)]


def test_the_last_address_leaves_none(shopper):
    only = add_address(user=shopper, fields=fields(), now=NOW)

    assert remove_address(address=only) is None

    assert kept(shopper) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda address: change_address(address=address, fields=fields("new")),
        lambda address: make_default(address=address),
        lambda address: remove_address(address=address),
    ],
    ids=["change", "make default", "delete"],
)
def test_nothing_is_done_with_an_address_that_is_gone(act, three, shopper):
    Address.objects.filter(pk=three[1].pk).delete()

    with pytest.raises(address_book.AddressIsGone):
        act(three[1])

    assert kept(shopper) == [("first", True), ("third", False)]


@pytest.mark.django_db(transaction=True)
def test_two_defaults_made_at_once_are_one_in_the_end(three, shopper):
    for _ in range(5):
        outcomes = at_once(
            lambda: make_default(address=three[1]), lambda: make_default(address=three[2])
        )

        assert all(isinstance(outcome, Address) for outcome in outcomes)
        assert shopper.addresses.filter(is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_default_deleted_while_another_is_made_leaves_one(three, shopper):
    at_once(
        lambda: remove_address(address=three[0]),
        lambda: make_default(address=three[1]),
        lambda: add_address(user=shopper, fields=fields("fourth"), now=NOW),
    )

    assert shopper.addresses.count() == 3
    assert shopper.addresses.filter(is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_all_addresses_deleted_at_once_are_gone_without_a_complaint(three, shopper):
    outcomes = at_once(*(lambda one=one: remove_address(address=one) for one in [*three, three[0]]))

    assert kept(shopper) == []
    assert [type(one) for one in outcomes].count(address_book.AddressIsGone) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_address_sent_twice_at_once_is_kept_once():
    member = UserFactory()

    def add():
        return add_address(user=member, fields=fields(), now=NOW)

    outcomes = at_once(add, add)

    assert kept(member) == [("1 Some Street", True)]
    assert sorted(type(one).__name__ for one in outcomes) == ["Address", "AlreadyKept"]


@pytest.mark.django_db(transaction=True)
def test_no_more_than_the_most_are_kept_by_requests_at_once(monkeypatch):
    monkeypatch.setattr(address_book, "MOST_ADDRESSES", 2)
    member = UserFactory()

    at_once(
        *(
            lambda line1=line1: add_address(user=member, fields=fields(line1), now=NOW)
            for line1 in ("first", "second", "third", "fourth")
        )
    )

    assert member.addresses.count() == 2
