"""What the database holds of second factors, and what the shop can read of it."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured

from accounts.second_factor import SecondFactorAdapter

from .doors import is_in
from .second_factors import code_of, give_app, reader, second_step, sign_in

pytestmark = pytest.mark.django_db


def test_the_database_holds_no_secret_that_can_be_read():
    secret = give_app(reader())

    kept = [str(each.data) for each in Authenticator.objects.order_by("pk")]

    assert secret not in kept[0]
    adapter = SecondFactorAdapter()
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert adapter.decrypt(seed) not in kept[1]


def test_after_a_change_of_key_the_apps_go_on_working(client, settings):
    user = reader()
    secret = give_app(user)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key", [settings.SECRET_KEY]

    sign_in(client, user)
    second_step(client, code_of(secret))

    assert is_in(client)


def test_what_is_kept_under_a_key_that_is_gone_lets_nobody_in(client, settings):
    user = reader()
    secret = give_app(user)
    settings.SECRET_KEY = "a-new-key"

    sign_in(client, user)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS"):
        second_step(client, code_of(secret))


def test_new_secrets_are_kept_under_the_new_key(settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key", [old]
    kept = SecondFactorAdapter().encrypt("a secret")

    settings.SECRET_KEY_FALLBACKS = []

    assert SecondFactorAdapter().decrypt(kept) == "a secret"


def test_staff_cannot_read_or_change_second_factors_in_the_admin(staff_client):
    assert staff_client.get("/admin/mfa/authenticator/").status_code == 404
