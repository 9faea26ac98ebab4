"""Staff in the admin, where the shop asks them for a second factor and where it does not."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import OutboxMessage, User

from .doors import PASSWORD, is_in
from .second_factors import (
    code_of,
    confirm,
    give_app,
    reader,
    recovery_codes,
    second_step,
    secret_on,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_shop_asks_for_one(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def _nothing_counted() -> Iterator[None]:
    """Tests that empty the tables leave the counts of attempts."""
    yield
    cache.clear()


@pytest.fixture
def bookseller() -> User:
    return reader(email="stella@example.org", is_staff=True, is_superuser=True)


def test_staff_who_came_with_a_second_factor_get_in(client, bookseller):
    secret = give_app(bookseller)
    sign_in(client, bookseller, next="/admin/catalog/book/")

    page = second_step(client, code_of(secret), follow=True)

    assert page.redirect_chain == [("/admin/catalog/book/", 302)]
    assert page.status_code == 200


def test_a_recovery_code_counts(client, bookseller):
    give_app(bookseller)
    sign_in(client, bookseller)

    second_step(client, recovery_codes(bookseller)[0])

    assert client.get("/admin/").status_code == 200


def test_a_session_without_one_is_asked_and_then_goes_on(client, bookseller):
    secret = give_app(bookseller)
    client.force_login(bookseller)

    page = client.get("/admin/catalog/book/", follow=True)

    address, _status = page.redirect_chain[-1]
    assert address == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fcatalog%2Fbook%2F"
    assert "The admin asks for your second step." in page.text

    form = {"code": code_of(secret), "next": "/admin/catalog/book/"}
    page = client.post("/accounts/2fa/reauthenticate/", form, follow=True)

    assert page.redirect_chain == [("/admin/catalog/book/", 302)]
    assert page.status_code == 200


def test_the_password_once_more_is_no_second_factor(client, bookseller):
    give_app(bookseller)
    client.force_login(bookseller)

    confirm(client)

    assert client.get("/admin/").status_code == 302


def test_nobody_is_led_to_another_site(client, bookseller):
    give_app(bookseller)
    client.force_login(bookseller)

    answer = client.get("/admin/login/", {"next": "https://evil.example/"})

    assert answer.url == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"


@pytest.mark.usefixtures("_nothing_counted")
@pytest.mark.django_db(transaction=True)
def test_staff_without_any_are_led_to_set_one_up_and_then_get_in(client, bookseller):
    sign_in(client, bookseller)

    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/2fa/"
    assert "The admin asks for a second step. Set one up here" in page.text

    confirm(client)
    secret = secret_on(client.get("/accounts/2fa/totp/activate/"))
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_nothing_counted")
@pytest.mark.django_db(transaction=True)
def test_who_takes_their_last_one_away_is_out_at_once(client, bookseller):
    secret = give_app(bookseller)
    sign_in(client, bookseller)
    second_step(client, code_of(secret))
    confirm(client)

    client.post("/accounts/2fa/totp/deactivate/")

    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/2fa/"


def test_a_factor_of_somebody_else_proves_nothing(client, bookseller):
    other = reader()
    secret = give_app(other)
    give_app(bookseller)
    sign_in(client, other)
    second_step(client, code_of(secret))

    client.force_login(bookseller)

    assert client.get("/admin/").status_code == 302


def test_posting_to_the_admins_own_sign_in_gets_nobody_past_it(client, bookseller):
    client.force_login(bookseller)

    client.post("/admin/login/", {"username": bookseller.email, "password": PASSWORD})

    assert client.get("/admin/").status_code == 302


def test_shoppers_see_what_they_saw(client):
    shopper = reader()
    secret = give_app(shopper)
    sign_in(client, shopper)
    second_step(client, code_of(secret))

    assert client.get("/admin/", follow=True).status_code == 403


def test_where_the_shop_does_not_ask_staff_come_by_password(client, bookseller, settings):
    settings.STAFF_SECOND_FACTOR = False
    sign_in(client, bookseller)

    assert client.get("/admin/").status_code == 200


def test_an_operator_helps_staff_who_lost_everything(bookseller, capsys):
    secret = give_app(bookseller)
    live, waiting = Client(), Client()
    live.force_login(bookseller)
    sign_in(waiting, bookseller)

    call_command("remove_second_factor", "STELLA@example.org")

    assert "2 second factors removed" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert not is_in(live)
    second_step(waiting, code_of(secret))
    assert not is_in(waiting)
    mail = OutboxMessage.objects.get()
    assert (mail.to, mail.subject) == (bookseller.email, "Your second step was removed")
    assert "/accounts/2fa/" in mail.body


def test_the_operator_is_told_when_there_is_nothing_to_do(bookseller):
    with pytest.raises(CommandError, match="no account"):
        call_command("remove_second_factor", "nobody@example.org")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("remove_second_factor", bookseller.email)
    assert User.objects.get(pk=bookseller.pk).sessions_epoch == 0


@pytest.mark.parametrize("with_second_factor", [True, False])
def test_nobody_signs_in_by_the_admins_own_form(client, bookseller, settings, with_second_factor):
    settings.STAFF_SECOND_FACTOR = with_second_factor
    clerk = reader(email="cleo@example.org", is_staff=True)
    secret = give_app(clerk)
    sign_in(client, clerk)
    second_step(client, code_of(secret))

    form = {"username": bookseller.email, "password": PASSWORD, "next": "/admin/"}
    answer = client.post("/admin/login/", form)

    assert answer["Location"] == "/admin/"
    assert client.session["_auth_user_id"] == str(clerk.pk)


def test_staff_change_their_password_where_everybody_does(client, bookseller, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(bookseller)

    answer = client.post("/admin/password_change/", {"old_password": "a guess"})

    assert answer["Location"] == "/accounts/password/change/"
