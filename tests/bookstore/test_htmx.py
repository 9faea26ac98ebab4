"""What htmx gets where a page would get something else."""

import pytest

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
