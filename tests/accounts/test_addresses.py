"""The addresses that a member has kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.address_book import save_address
from accounts.models import Address
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def address(**changes) -> Address:
    fields = {
        "name": "Nadia Rahman",
        "line1": "1 Some Street",
        "city": "Bristol",
        "postcode": "BS1 4ZZ",
        "country": "GB",
    }
    return Address(**{**fields, **changes})


def refused_by(kept: Address) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kept.save()
    return refusal.value.__cause__.diag.constraint_name


def test_the_first_address_is_the_default_and_the_second_is_not(shopper):
    first = save_address(user=shopper, address=address(), now=NOW)
    second = save_address(user=shopper, address=address(line1="2 Other Street"), now=NOW)

    assert (first.is_default, second.is_default) == (True, False)
    assert first.created_at == NOW


def test_the_same_address_is_kept_once(shopper):
    first = save_address(user=shopper, address=address(), now=NOW)

    again = save_address(user=shopper, address=address(), now=NOW)

    assert again == first
    assert shopper.addresses.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Omar Rahman"},
        {"line1": "2 Some Street"},
        {"line2": "Flat 2"},
        {"district": "Redcliffe"},
        {"city": "Bath"},
        {"region": "Somerset"},
        {"postcode": "BS1 4ZY"},
        {"country": "IE"},
        {"phone": "0117 496 0001"},
    ],
)
def test_an_address_that_differs_in_anything_is_another_one(shopper, changes):
    save_address(user=shopper, address=address(), now=NOW)

    save_address(user=shopper, address=address(**changes), now=NOW)

    assert shopper.addresses.count() == 2


def test_two_members_may_live_at_one_address(shopper):
    save_address(user=shopper, address=address(), now=NOW)

    theirs = save_address(user=UserFactory(), address=address(), now=NOW)

    assert theirs.is_default
    assert Address.objects.count() == 2


def test_the_address_that_is_handed_over_is_not_itself_saved(shopper):
    handed_over = address()

    save_address(user=shopper, address=handed_over, now=NOW)

    assert handed_over.pk is None


def test_addresses_are_offered_default_first_then_newest(shopper):
    for days, line1 in enumerate(["first", "second", "third"]):
        then = NOW + timedelta(days=days)
        save_address(user=shopper, address=address(line1=line1), now=then)

    offered = shopper.addresses.for_choice()

    assert [kept.line1 for kept in offered] == ["first", "third", "second"]
    assert offered.totally_ordered


def test_a_member_has_one_default_at_most(shopper):
    save_address(user=shopper, address=address(), now=NOW)
    second = address(user=shopper, is_default=True, created_at=NOW, line1="2 Other Street")

    assert refused_by(second) == "accounts_address_one_default"


def test_an_address_is_in_some_country(shopper):
    nowhere = address(user=shopper, created_at=NOW, country="")

    assert refused_by(nowhere) == "accounts_address_has_a_country"


def test_an_address_goes_by_its_label_or_by_what_is_written_on_it():
    assert str(address(label="Home")) == "Home"
    assert str(address()) == "Nadia Rahman, 1 Some Street, BRISTOL, BS1 4ZZ, United Kingdom"


def test_staff_see_a_members_addresses_and_cannot_change_them(staff_client, shopper):
    kept = save_address(user=shopper, address=address(), now=NOW)

    page = staff_client.get(f"/admin/accounts/user/{shopper.pk}/change/").text

    assert str(kept) in page
    assert 'name="addresses-0-line1"' not in page
    assert 'name="addresses-0-DELETE"' not in page


@pytest.mark.django_db(transaction=True)
def test_addresses_kept_at_the_same_moment_make_one_default():
    member, gate = UserFactory(), threading.Barrier(4)

    def keep(line1: str) -> None:
        connection.ensure_connection()
        gate.wait()
        try:
            save_address(user=member, address=address(line1=line1), now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(keep, ["first", "second", "third", "fourth"]))

    assert member.addresses.count() == 4
    assert member.addresses.filter(is_default=True).count() == 1
