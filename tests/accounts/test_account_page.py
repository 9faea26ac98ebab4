import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.address_book import add_address
from accounts.models import User
from accounts.postal import FIELDS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = dict.fromkeys(FIELDS, "") | {"name": "Sam Shopper", "country": "GB"}


def keep(user, line1: str, **fields: str) -> None:
    add_address(user=user, fields={**ADDRESS, "line1": line1, **fields}, now=timezone.now())


def show_second_step(user, *, passkeys: int = 0) -> None:
    """An authenticator app, passkeys and recovery codes of which one is used."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    for _ in range(passkeys):
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    codes = RecoveryCodes.activate(user)
    assert codes.validate_code(codes.get_unused_codes()[0])


def sign_in_on(user, browser: str) -> Client:
    client = Client(headers={"user-agent": browser})
    client.force_login(user)
    key = client.session.session_key
    UserSession.objects.get_or_create(
        session_key=key, defaults={"user": user, "ip": "127.0.0.1", "user_agent": browser}
    )
    return client


def text(client) -> str:
    return " ".join(client.get("/accounts/").text.split())


def test_the_account_page_is_for_those_who_are_signed_in(client, shopper_client):
    assert client.get("/accounts/").status_code == 302
    assert "Your account" in shopper_client.get("/accounts/").text


def test_counting_up_the_epoch_ends_every_session(shopper_client, shopper):
    assert shopper_client.get("/accounts/").status_code == 200

    User.objects.filter(pk=shopper.pk).update(sessions_epoch=F("sessions_epoch") + 1)

    assert shopper_client.get("/accounts/").status_code == 302


def test_an_account_with_nothing_in_it_says_so(client):
    user = UserFactory(email="new@example.org")
    client.force_login(user)

    page = text(client)

    for state in ("None saved", "Not given", "new@example.org", "<p>Set</p>", "<p> Off </p>"):
        assert state in page
    assert "Google and GitHub" not in page


def test_each_thing_is_shown_in_a_line(shopper_client, shopper):
    keep(shopper, "1 Some Street")
    keep(shopper, "2 Other Street")
    show_second_step(shopper, passkeys=2)
    SocialAccount.objects.create(user=shopper, provider="google", uid="1")

    page = text(shopper_client)

    assert "2 addresses, 1 Some Street is the default" in page
    assert "Sam Shopper" in page
    assert "On, authenticator app, 2 passkeys, 9 recovery codes left" in page
    assert "Linked: Google" in page


def test_one_address_goes_by_its_label(shopper_client, shopper):
    keep(shopper, "1 Some Street", label="Mum")

    assert "1 address, Mum" in text(shopper_client)


def test_somebody_without_a_password_is_led_to_set_one(client):
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    client.force_login(user)

    page = text(client)

    assert "Not set" in page
    assert "/accounts/password/set/" in page


def test_sites_to_sign_in_by_are_shown_where_there_are_any(shopper_client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"github": {"APP": {"client_id": "a", "secret": "b"}}}

    assert "None linked" in text(shopper_client)


def test_devices_are_counted_while_their_sessions_last(shopper):
    here = sign_in_on(shopper, "Firefox")
    there = sign_in_on(shopper, "Chromium")
    sign_in_on(UserFactory(), "Safari")
    both = text(here)

    there.session.delete()

    assert "Signed in here and on 1 other<" in both
    assert "Signed in here only" in text(here)


def test_the_number_of_queries_does_not_grow(shopper_client, shopper, django_assert_num_queries):
    sign_in_on(shopper, "Chromium")
    shopper_client.get("/accounts/")
    # Session, member, linked sites, addresses, second step, devices twice, copies for the badge.
    with django_assert_num_queries(8):
        shopper_client.get("/accounts/")
    for number in range(20):
        keep(shopper, f"{number} Long Street")
    show_second_step(shopper, passkeys=5)
    for provider in ("google", "github"):
        SocialAccount.objects.create(user=shopper, provider=provider, uid="1")
    sign_in_on(shopper, "Firefox")
    with django_assert_num_queries(8):
        shopper_client.get("/accounts/")


def test_the_name_is_changed(shopper_client, shopper):
    assert 'value="Sam Shopper"' in shopper_client.get("/accounts/name/").text

    page = shopper_client.post("/accounts/name/", {"name": "  Sam   Reader "}, follow=True)

    shopper.refresh_from_db()
    assert shopper.name == "Sam Reader"
    assert page.redirect_chain == [("/accounts/", 302)]
    assert "Your name is changed." in page.text


def test_the_name_may_be_forgotten(shopper_client, shopper):
    shopper_client.post("/accounts/name/", {"name": ""})

    shopper.refresh_from_db()
    assert shopper.name == ""


@pytest.mark.parametrize("name", ["x" * 151, "\x1b[2J"])
def test_a_name_that_cannot_be_kept_is_refused_at_the_field(shopper_client, shopper, name):
    page = shopper_client.post("/accounts/name/", {"name": name})

    shopper.refresh_from_db()
    assert page.status_code == 422
    assert "id_name_error" in page.text
    assert shopper.name == "Sam Shopper"


def test_a_stranger_changes_no_name(client):
    assert client.post("/accounts/name/", {"name": "Eve"}).status_code == 302


def test_the_orders_are_a_part_of_the_account(client, shopper_client):
    tab = '<a href="/orders/" aria-current="page">'

    assert tab in shopper_client.get("/orders/").text
    assert tab not in client.get("/orders/").text


@pytest.mark.parametrize(
    "part", ["name/", "sign-in-again/", "sessions/", "2fa/", "reauthenticate/"]
)
def test_every_page_of_an_account_leads_back_to_its_front(shopper_client, part):
    shown = shopper_client.get(f"/accounts/{part}").text

    assert '<a href="/accounts/" aria-current="true">Account' in shown
    assert shown.count("aria-current") == 1


def test_addresses_are_a_part_of_their_own(shopper_client):
    shown = shopper_client.get("/accounts/addresses/add/").text

    assert '<a href="/accounts/addresses/" aria-current="true">' in shown
    assert shown.count("aria-current") == 1
