"""The pages on which members look at their data, download it and delete their account."""

import io
import json
import re
from zipfile import ZipFile

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage, User
from accounts.person import parts
from catalog import recently_viewed
from shop.cart import Shopper
from shop.models import StockTake
from shop.stock_take_data import StockTakesPart
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.shop.conftest import fill, place

pytestmark = pytest.mark.django_db
PAGES = ("/accounts/data/", "/accounts/delete/")
PASSWORD = {"password": "a-good-password"}


@pytest.fixture(autouse=True)
def _nobody_has_tried_before():
    cache.clear()


@pytest.fixture
def known_client(shopper_client) -> Client:
    """Has given the password once more."""
    shopper_client.post("/accounts/reauthenticate/", PASSWORD)
    return shopper_client


def content(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("address", PAGES)
def test_they_are_for_those_who_are_signed_in(client, address):
    page = client.get(address)

    assert page.status_code == 302
    assert page.url.startswith("/accounts/login/")
    assert client.post("/accounts/data/download/").status_code == 302


@pytest.mark.parametrize("address", PAGES)
def test_the_password_is_asked_for_once_more_and_leads_back(shopper_client, address):
    page = shopper_client.get(address, follow=True)
    assert "Is it still you?" in page.text
    (form_action, next_page) = page.redirect_chain[0][0].split("?next=")
    assert form_action == "/accounts/reauthenticate/"

    page = shopper_client.post(form_action, {**PASSWORD, "next": address}, follow=True)

    assert next_page == address.replace("/", "%2F")
    assert page.redirect_chain[-1] == (address, 302)
    assert page.status_code == 200


def test_the_page_says_what_there_is(known_client, shopper):
    DeliveryMethodFactory()
    fill(Shopper(user=shopper), BookFactory())
    place(Shopper(user=shopper))

    page = known_client.get("/accounts/data/")

    assert '<dt>Orders</dt><dd class="num">1</dd>' in page.text
    assert '<dt>Saved addresses</dt><dd class="num">0</dd>' in page.text
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_what_tells_of_work_as_staff_is_shown_to_those_who_worked_here(known_client, shopper):
    titles = [str(part.title) for part in parts() if part.is_of_staff]
    data, delete = (known_client.get(address).text for address in PAGES)
    assert len(titles) == 3
    assert not any(title in data or title in delete for title in titles)

    StockTake.objects.create(started_at=timezone.now(), who=shopper.email)

    data, delete = (known_client.get(address).text for address in PAGES)
    counted = str(StockTakesPart.title)
    assert f'<dt>{counted}</dt><dd class="num">1</dd>' in data
    assert f"<dt>{counted}</dt>" in delete
    assert not any(title in data or title in delete for title in titles if title != counted)


def test_the_account_page_leads_there(known_client):
    assert 'href="/accounts/data/"' in known_client.get("/accounts/").text


def test_the_download_is_a_zip_that_no_cache_keeps(known_client):
    answer = known_client.post("/accounts/data/download/")

    assert answer["Content-Type"] == "application/zip"
    assert re.fullmatch(
        r'attachment; filename="octavo-\d{4}-\d\d-\d\d.zip"', answer["Content-Disposition"]
    )
    assert "no-store" in answer["Cache-Control"]
    with ZipFile(io.BytesIO(content(answer))) as archive:
        (account,) = json.loads(archive.read("account.json"))
    assert account["email"] == "sam@example.org"


def test_a_download_asks_for_the_password_and_then_for_the_button_again(shopper_client):
    asked = shopper_client.post("/accounts/data/download/")
    assert asked.url == "/accounts/reauthenticate/?next=%2Faccounts%2Fdata%2F"

    page = shopper_client.post(asked.url, PASSWORD, follow=True)

    assert "/accounts/data/download/" in page.text
    answer = shopper_client.post("/accounts/data/download/")
    assert answer["Content-Type"] == "application/zip"
    assert content(answer).startswith(b"PK")


def test_a_download_needs_a_form_of_ours(known_client):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = known_client.cookies

    assert known_client.get("/accounts/data/download/").status_code == 405
    assert strict.post("/accounts/data/download/").status_code == 403
    assert strict.post("/accounts/delete/", {"is_sure": "on"}).status_code == 403


def test_a_sixth_download_within_an_hour_is_refused_in_words(known_client):
    answers = [known_client.post("/accounts/data/download/") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Please wait an hour" in answers[-1].text


def test_the_page_before_the_end_says_what_goes_what_stays_and_why(known_client):
    page = known_client.get("/accounts/delete/").text
    goes, stays = page.split("What is kept, and why")

    assert "<li>Saved addresses</li>" in goes
    assert "Orders" not in goes.partition("What is deleted")[2]
    assert "tax law makes the shop keep them for 6 years" in stays


def test_without_the_tick_nothing_happens(known_client, shopper):
    page = known_client.post("/accounts/delete/")

    assert page.status_code == 422
    assert "Please tick the box if you are sure." in page.text
    assert User.objects.get() == shopper


def test_the_account_goes_and_its_browsers_forget_it(known_client, shopper):
    known_client.cookies[recently_viewed.COOKIE] = "1.2.3"
    shopper.emailaddress_set.create(email=shopper.email, verified=True, primary=True)
    other = Client()
    other.post("/accounts/login/", {"login": shopper.email, **PASSWORD})
    assert other.get("/accounts/").status_code == 200

    page = known_client.post("/accounts/delete/", {"is_sure": "on"}, follow=True)

    assert page.redirect_chain == [("/accounts/deleted/", 302)]
    assert "Your account is deleted" in page.text
    assert not User.objects.exists()
    assert not Session.objects.exists()
    assert {cookie.value for cookie in known_client.cookies.values()} == {""}
    assert other.get("/accounts/").status_code == 302
    (farewell,) = OutboxMessage.objects.all()
    assert farewell.to == "sam@example.org"
    assert "http://localhost:8000/privacy/" in farewell.body


def test_a_cookie_that_is_not_the_shops_troubles_nobody(known_client):
    ours = "; ".join(f"{name}={cookie.value}" for name, cookie in known_client.cookies.items())
    headers = {"cookie": f"{ours}; prefs[a]=1"}

    page = Client().post("/accounts/delete/", {"is_sure": "on"}, headers=headers)

    assert page["Location"] == "/accounts/deleted/"
    assert not User.objects.exists()


def test_nobody_is_deleted_by_a_form_that_was_sent_before_the_password(shopper_client):
    shopper_client.post("/accounts/delete/", {"is_sure": "on"})

    form = {**PASSWORD, "next": "/accounts/delete/"}
    page = shopper_client.post("/accounts/reauthenticate/", form, follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/delete/"
    assert User.objects.exists()

    shopper_client.post("/accounts/delete/", {"is_sure": "on"})

    assert not User.objects.exists()


def test_a_wrong_password_deletes_nothing(shopper_client):
    shopper_client.post("/accounts/delete/", {"is_sure": "on"})

    form = {"password": "wrong", "next": "/accounts/delete/"}
    shopper_client.post("/accounts/reauthenticate/", form)

    assert User.objects.exists()


def test_orders_under_way_are_named_and_linked(known_client, shopper):
    DeliveryMethodFactory()
    fill(Shopper(user=shopper), BookFactory())
    order = place(Shopper(user=shopper))

    page = known_client.get("/accounts/delete/").text
    sent = known_client.post("/accounts/delete/", {"is_sure": "on"})

    assert "Your account cannot be deleted yet" in page
    assert f'<a href="/orders/{order.number}/">Order {order.number} waits' in page
    assert "Delete my account for good" not in page
    assert sent.status_code == 422
    assert User.objects.get() == shopper


def test_staff_are_told_whom_to_ask(staff_client):
    staff_client.post("/accounts/reauthenticate/", PASSWORD)

    page = staff_client.post("/accounts/delete/", {"is_sure": "on"})

    assert page.status_code == 422
    assert "a superuser can deactivate it" in page.text
    assert User.objects.exists()
