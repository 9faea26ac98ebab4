import pytest


@pytest.mark.django_db
def test_an_address_that_only_takes_what_a_button_sends_says_so(client):
    response = client.get("/basket/undo/")

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "Nothing was changed." in response.text
