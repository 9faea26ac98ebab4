"""Lines of a basket by the day they can be posted."""

from datetime import date

import pytest

from shop import cart
from tests.factories import BookFactory, receive

from .conftest import fill

JANUARY, MARCH = date(2999, 1, 14), date(2999, 3, 1)


@pytest.fixture
def emma(db):
    return BookFactory(title="Emma")


@pytest.fixture
def waves(db):
    return BookFactory(title="The Waves", on_sale_on=JANUARY)


def parcels(shopper) -> list[tuple[str, list[str]]]:
    found = cart.basket_of(shopper).parcels
    return [(parcel.words, [line.book.title for line in parcel.lines]) for parcel in found]


def test_a_basket_that_is_posted_at_once_is_one_parcel_without_a_name(guest, emma):
    fill(guest, emma, BookFactory(title="Persuasion"))

    assert parcels(guest) == [("", ["Emma", "Persuasion"])]


def test_a_basket_of_one_day_to_come_is_one_parcel_without_a_name(guest, waves):
    fill(guest, waves)

    assert parcels(guest) == [("", ["The Waves"])]


def test_every_day_has_its_parcel_the_earliest_first(guest, emma, waves):
    years = BookFactory(title="The Years", on_sale_on=MARCH)
    orlando = BookFactory(title="Orlando", on_sale_on=JANUARY)
    fill(guest, years, waves, orlando, emma)

    assert parcels(guest) == [
        ("Parcel 1, posted as soon as it is paid", ["Emma"]),
        ("Parcel 2, when it is published, 14 January 2999", ["The Waves", "Orlando"]),
        ("Parcel 3, when it is published, 1 March 2999", ["The Years"]),
    ]


def test_what_cannot_be_bought_is_in_no_parcel(guest, emma, waves):
    gone = BookFactory(title="Gone", stock=1)
    fill(guest, emma, waves, gone)
    receive(gone, -1)

    assert parcels(guest)[-1] == ("In no parcel yet", ["Gone"])


def test_what_cannot_be_bought_makes_no_second_parcel(guest, emma):
    gone = BookFactory(title="Gone", stock=1)
    fill(guest, emma, gone)
    receive(gone, -1)

    assert parcels(guest) == [("", ["Emma", "Gone"])]


def test_an_empty_basket_has_no_parcel(guest, db):
    assert parcels(guest) == []


def test_the_page_names_the_parcels(client, emma, waves):
    client.post(f"/basket/add/{emma.ean}/")
    one = client.get("/basket/").text
    client.post(f"/basket/add/{waves.ean}/")
    two = client.get("/basket/").text

    assert "Parcel" not in one
    assert "Parcel 2, when it is published, 14 January 2999</h3>" in two
