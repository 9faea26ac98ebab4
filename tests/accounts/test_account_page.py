import pytest
from django.db.models import F

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_the_account_page_is_for_those_who_are_signed_in(client, shopper_client):
    assert client.get("/accounts/").status_code == 302
    assert "Your account" in shopper_client.get("/accounts/").text


def test_counting_up_the_epoch_ends_every_session(shopper_client, shopper):
    assert shopper_client.get("/accounts/").status_code == 200

    User.objects.filter(pk=shopper.pk).update(sessions_epoch=F("sessions_epoch") + 1)

    assert shopper_client.get("/accounts/").status_code == 302
