"""Accounts that nobody confirms hold an address and a name for a fortnight only."""

import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import confirming
from accounts.models import Address, OutboxMessage, User
from accounts.tasks import delete_unconfirmed_accounts
from bookstore.tasks import PERIODIC
from tests.factories import UserFactory
from tests.threads import at_once

from .doors import PASSWORD, ask_for_change, ask_for_reset, mails_to, member, sign_in, sign_up

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - confirming.UNCONFIRMED_FOR - timedelta(hours=1)


def signed_up(email: str = "new@example.org", joined=LONG_AGO) -> User:
    sign_up(Client(), email)
    User.objects.filter(email=email).update(date_joined=joined)
    OutboxMessage.objects.filter(to=email).update(created_at=joined)
    return User.objects.get(email=email)


def swept() -> int:
    return confirming.delete_unconfirmed(now=timezone.now())


def test_an_account_that_nobody_confirmed_goes_and_its_address_is_free():
    signed_up()

    assert swept() == 1
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    sign_up(Client())
    assert User.objects.exists()


def test_within_the_fortnight_it_stays():
    signed_up(joined=LONG_AGO + timedelta(hours=2))

    assert swept() == 0


def test_a_confirmed_account_stays_though_a_change_of_address_waits():
    user = member()
    sign_in(client := Client())
    ask_for_change(client, "new@example.org")
    User.objects.update(date_joined=LONG_AGO, last_login=None)

    assert mails_to("new@example.org")
    assert swept() == 0
    assert User.objects.get() == user


@pytest.mark.parametrize(
    "reason", [{"is_staff": True}, {"is_superuser": True}, {"last_login": LONG_AGO}]
)
def test_staff_and_those_who_have_been_in_stay(reason):
    signed_up()
    User.objects.update(**reason)

    assert swept() == 0


def test_an_account_that_staff_made_stays_though_nobody_confirms_its_address():
    user = UserFactory(date_joined=LONG_AGO, password=PASSWORD)
    assert swept() == 0

    sign_in(Client(), user.email)

    assert swept() == 0


def test_a_link_that_was_sent_since_counts_a_fortnight_of_its_own():
    user = signed_up()

    ask_for_reset(Client(), user.email)

    assert len(mails_to(user.email)) == 2
    assert swept() == 0


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_confirmed_at_this_moment_is_left_alone():
    user = signed_up()
    confirmed, is_swept = threading.Event(), threading.Event()

    def confirm() -> None:
        with transaction.atomic():
            confirming.confirm_address(user=user)
            confirmed.set()
            is_swept.wait(5)

    def sweep() -> int:
        confirmed.wait(5)
        deleted = swept()
        is_swept.set()
        return deleted

    assert at_once([confirm, sweep]) == [None, 0]
    assert User.objects.get() == user


def test_an_account_that_something_belongs_to_stays():
    user = signed_up()
    Address.objects.create(user=user, country="GB", created_at=timezone.now())

    assert swept() == 0


def test_a_bounded_number_goes_at_once(monkeypatch):
    monkeypatch.setattr(confirming, "SWEEP_SIZE", 1)
    signed_up("one@example.org")
    signed_up("two@example.org")

    assert (swept(), swept(), swept()) == (1, 1, 0)


def test_it_is_done_by_the_clock():
    signed_up()

    assert "accounts.tasks.delete_unconfirmed_accounts" in [path for _, path in PERIODIC.values()]
    delete_unconfirmed_accounts.call()
    assert not User.objects.exists()
