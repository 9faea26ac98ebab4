"""The page on privacy names what the shop keeps and who else gets it."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "words",
    [
        "your name if you told us",
        "deleted by itself after a fortnight",
        "Saved addresses",
        "not who they are",
        "Google and GitHub",
        "authenticator app",
        "phone number if you gave one",
        "Books you asked to be told of",
        "Emails about your wishlists",
        "Which book you wait for, since when",
        "earlier versions and what you have deleted",
        "Which ones you reported",
        "Which reviews you found helpful",
        "What we did with your reviews",
    ],
)
def test_it_names_what_an_account_holds(client, words):
    assert words in client.get("/privacy/").text


def test_it_says_what_stripe_gets_where_the_shop_is_paid_through_it(client, settings):
    assert "Stripe" not in client.get("/privacy/").text

    settings.PAYMENT_PROVIDER = "stripe"

    assert "the number and total of your order and your email address" in (
        client.get("/privacy/").text
    )


def test_it_names_the_cookie_of_who_wrote_where_there_are_replicas(client, settings):
    assert "when you last changed something here" not in client.get("/privacy/").text

    settings.REPLICAS = {"replica-1": {}}

    assert "when you last changed something here" in client.get("/privacy/").text
