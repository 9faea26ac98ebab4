"""A member keeps, changes and deletes addresses on the pages of the account."""

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts import address_book
from accounts.address_book import add_address
from accounts.models import Address
from accounts.postal import FIELDS
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.shop.conftest import payment_form

pytestmark = pytest.mark.django_db
LIST, ADD = "/accounts/addresses/", "/accounts/addresses/add/"
HERE = {
    "name": "Nadia Rahman",
    "line1": "1 Some Street",
    "city": "Bristol",
    "postcode": "BS1 4ZZ",
    "country": "GB",
    "label": "Home",
}
REGION = {"HX-Request": "true", "HX-Target": "address-form"}


def keep(user, **changes) -> Address:
    fields = dict.fromkeys(FIELDS, "") | HERE | changes
    return add_address(user=user, fields=fields, now=timezone.now())


@pytest.fixture
def home(shopper) -> Address:
    return keep(shopper)


@pytest.fixture
def work(home, shopper) -> Address:
    return keep(shopper, line1="5 Work Lane", label="")


def told(page) -> list[str]:
    return [str(message) for message in get_messages(page.wsgi_request)]


def page_of(address: Address, act: str = "") -> str:
    return f"{LIST}{address.pk}/{act}"


def test_an_empty_list_offers_to_add_one(shopper_client):
    page = shopper_client.get(LIST).text

    assert "You have no addresses yet" in page
    assert ADD in page


def test_the_list_shows_each_address_as_its_country_writes_it(shopper_client, work):
    page = shopper_client.get(LIST).text

    assert "Nadia Rahman<br>1 Some Street<br>BRISTOL<br>BS1 4ZZ<br>United Kingdom" in page
    assert page.index("Home") < page.index("5 Work Lane")
    assert page.count('<span class="tag">Default</span>') == 1


def test_the_number_of_queries_does_not_grow_with_the_addresses(
    shopper_client, shopper, home, django_assert_num_queries
):
    shopper_client.get(LIST)
    # Session, member, addresses, copies for the badge.
    with django_assert_num_queries(4):
        shopper_client.get(LIST)
    for number in range(30):
        keep(shopper, line1=f"{number} Long Street")
    with django_assert_num_queries(4):
        shopper_client.get(LIST)


def test_an_address_is_added_with_its_label_and_spelt_properly(shopper_client, shopper):
    page = shopper_client.post(ADD, {**HERE, "postcode": "bs14zz"}, follow=True)

    kept = shopper.addresses.get()
    assert (kept.label, kept.postcode, kept.is_default) == ("Home", "BS1 4ZZ", True)
    assert page.redirect_chain == [(LIST, 302)]
    assert told(page) == ["“Home” is saved."]


def test_the_form_knows_the_name_of_the_member(shopper_client):
    assert 'value="Sam Shopper"' in shopper_client.get(ADD).text


def test_what_is_wrong_is_said_at_the_field(shopper_client, shopper):
    page = shopper_client.post(ADD, {**HERE, "postcode": "BS1"})

    assert page.status_code == 422
    assert '<a href="#id_postcode">' in page.text
    assert "This postcode is not complete. Try something like BS1 4ZZ." in page.text
    assert 'value="1 Some Street"' in page.text
    assert not shopper.addresses.exists()


@pytest.mark.parametrize("label", ["x" * 61, "\x1b"])
def test_a_label_is_short_and_can_be_shown(shopper_client, shopper, label):
    page = shopper_client.post(ADD, {**HERE, "label": label})

    assert page.status_code == 422
    assert "id_label_error" in page.text
    assert not shopper.addresses.exists()


def test_another_country_asks_for_what_it_needs_and_keeps_what_was_typed(shopper_client, shopper):
    page = shopper_client.post(ADD, {**HERE, "country": "HK", "then": "country"})

    assert page.status_code == 200
    assert 'value="1 Some Street"' in page.text
    assert 'value="Home"' in page.text
    assert '<input type="hidden" name="postcode" value="BS1 4ZZ">' in page.text
    assert not shopper.addresses.exists()


def test_htmx_gets_the_form_for_another_country_alone(shopper_client):
    sent = {**HERE, "country": "US", "then": "country"}

    page = shopper_client.post(ADD, sent, headers=REGION)

    assert "<html" not in page.text
    assert page.text.lstrip().startswith('<form id="address-form"')
    assert '<option value="NY">New York</option>' in page.text


def test_an_address_that_is_there_is_not_added_again(shopper_client, shopper, home):
    page = shopper_client.post(ADD, {**HERE, "label": "Mum"})

    assert page.status_code == 422
    assert "This address is among yours already, as “Home”." in page.text
    assert shopper.addresses.get() == home


def test_who_has_as_many_as_we_keep_is_told_so(shopper_client, shopper, home, monkeypatch):
    monkeypatch.setattr(address_book, "MOST_ADDRESSES", 1)

    full = shopper_client.get(LIST).text
    refused = shopper_client.post(ADD, {**HERE, "line1": "2 Other Street"})

    assert "the most we keep" in full
    assert ADD not in full
    assert refused.status_code == 422
    assert "the most we keep" in refused.text


def test_an_address_is_changed(shopper_client, home):
    assert 'value="1 Some Street"' in shopper_client.get(page_of(home)).text

    page = shopper_client.post(page_of(home), {**HERE, "line1": "2 New Street"}, follow=True)

    home.refresh_from_db()
    assert home.line1 == "2 New Street"
    assert told(page) == ["“Home” is changed."]


def test_a_change_that_is_refused_changes_nothing(shopper_client, work, home):
    same = shopper_client.post(page_of(work), HERE)
    wrong = shopper_client.post(page_of(work), {**HERE, "name": ""})

    assert (same.status_code, wrong.status_code) == (422, 422)
    work.refresh_from_db()
    assert work.line1 == "5 Work Lane"


def test_deleting_asks_first(shopper_client, home, shopper):
    page = shopper_client.get(page_of(home, "delete/"))

    assert "Delete this address?" in page.text
    assert "1 Some Street" in page.text
    assert shopper.addresses.exists()


def test_deleting_the_default_says_which_one_is_it_now(shopper_client, home, work, shopper):
    page = shopper_client.post(page_of(home, "delete/"), follow=True)

    assert shopper.addresses.get() == work
    assert told(page) == ["“Home” is deleted. “5 Work Lane” is your default now."]


def test_another_one_is_made_the_default(shopper_client, home, work):
    page = shopper_client.post(page_of(work, "default/"), follow=True)

    work.refresh_from_db()
    assert work.is_default
    assert told(page) == ["“5 Work Lane” is your default now."]


def test_nothing_is_done_by_looking(shopper_client, work):
    assert shopper_client.get(page_of(work, "default/")).status_code == 405


@pytest.mark.parametrize("act", ["", "delete/", "default/"])
def test_what_went_in_another_tab_is_said(shopper_client, work, monkeypatch, act):
    def gone(address_id):
        raise address_book.AddressIsGone

    monkeypatch.setattr(address_book, "_held", gone)

    page = shopper_client.post(page_of(work, act), HERE, follow=True)

    assert "That address is no longer in your account." in page.text


@pytest.mark.parametrize("act", ["", "delete/", "default/"])
@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "beyond 64 bits"])
def test_only_ones_own_are_to_be_had(shopper_client, staff, act, whose):
    theirs = keep(staff)
    number = {"somebody else's": theirs.pk, "nobody's": 0, "beyond 64 bits": 2**63}[whose]

    answers = [
        shopper_client.post(f"{LIST}{number}/{act}", {**HERE, "line1": "2 New Street"}),
        *([shopper_client.get(f"{LIST}{number}/{act}")] if act != "default/" else []),
    ]

    assert {answer.status_code for answer in answers} == {404}
    theirs.refresh_from_db()
    assert theirs.line1 == "1 Some Street"


@pytest.mark.parametrize("act", ["", "delete/", "default/"])
def test_strangers_are_asked_to_sign_in(client, home, act):
    for address in (LIST, ADD, page_of(home, act)):
        answer = client.post(address) if "default" in address else client.get(address)

        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


def test_orders_keep_the_address_they_were_sent_to(shopper_client, shopper, home):
    DeliveryMethodFactory()
    shopper_client.post(f"/basket/add/{BookFactory().ean}/")
    shopper_client.post("/checkout/payment/", payment_form(shopper_client))

    shopper_client.post(page_of(home), {**HERE, "line1": "2 New Street"})
    shopper_client.post(page_of(home, "delete/"))

    assert not shopper.addresses.exists()
    assert shopper.orders.get().line1 == "1 Some Street"
