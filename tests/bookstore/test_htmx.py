"""What htmx gets where a page would get something else."""

import pytest

from tests.factories import BookFactory

pytestmark = pytest.mark.django_db
REGION = {"HX-Request": "true", "HX-Target": "address"}


def test_who_was_signed_out_meanwhile_is_led_to_the_sign_in_by_the_whole_page(client):
    response = client.post("/accounts/addresses/add/", {"then": "country"}, headers=REGION)

    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith("/accounts/login/")
    assert "Location" not in response.headers


def test_without_htmx_it_is_a_redirect_as_ever(client):
    response = client.post("/accounts/addresses/add/", {"then": "country"})

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")
    assert "HX-Redirect" not in response.headers


def test_other_redirects_are_followed_by_htmx(client):
    response = client.get("/books/?page=1", headers=REGION)

    assert response.status_code == 302
    assert "HX-Redirect" not in response.headers


def test_another_page_is_opened_whole_with_what_it_has_to_say(client):
    """Somebody changes the country of an order that they placed in another tab."""
    client.post(f"/basket/add/{BookFactory(title='Emma').ean}/")

    response = client.get("/basket/", headers=REGION)

    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/basket/"
    assert "“Emma” is in your basket." in client.get("/basket/").text
