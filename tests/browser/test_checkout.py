"""The two pages of the checkout in a browser, with JavaScript and without."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import LocatorAssertions, Page, expect

from accounts.models import Address
from shop.models import Order
from tests.factories import UserFactory, VoucherFactory
from tests.fake_stripe import FakeStripe

from . import steps

pytestmark = pytest.mark.browser

AMERICA = "United States of America"
HEAD_OFFICE = {**steps.ADDRESS, "Full name": "Rahman Ltd", "Town or city": "Leeds"}


@pytest.fixture
def with_emma(page: Page, shop: str) -> Page:
    """On the delivery page, with one copy of a book in the basket."""
    return begin(page, shop)


@pytest.fixture
def with_script(open_page, shop: str) -> Page:
    """As `with_emma`, for what only a page with scripts can do."""
    return begin(open_page(), shop)


@pytest.fixture
def member(page: Page, shop: str) -> Page:
    """Somebody who is signed in and has two addresses, one of them for everyday use."""
    user, now = UserFactory(email="sam@example.org", name="Sam Shopper"), timezone.now()
    british = {"user": user, "name": user.name, "country": "GB", "created_at": now}
    everyday = {"line1": "12 Long Acre", "city": "London", "postcode": "WC2E 9LH"}
    Address.objects.create(**british, **everyday, is_default=True)
    work = {"line1": "5 Work Lane", "city": "Leeds", "postcode": "LS1 4AP"}
    Address.objects.create(**british, **work, label="Work")
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"]
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": shop}])
    page.goto(shop)
    return page


@pytest.fixture
def stripe(fake_stripe: FakeStripe, settings, shop: str) -> FakeStripe:
    """The payment provider, as a shop has it whose settings name it from the start."""
    leads_to = [*settings.SECURE_CSP["form-action"], fake_stripe.url]
    settings.SECURE_CSP = {**settings.SECURE_CSP, "form-action": leads_to}
    settings.SITE_URL = shop
    return fake_stripe


def begin(page: Page, shop: str) -> Page:
    page.goto(shop)
    steps.fill_basket(page, "Emma")
    steps.check_out(page)
    return page


def value_of(page: Page, card: str, label: str) -> LocatorAssertions:
    return expect(steps.card(page, card).get_by_label(label, exact=True))


def test_missing_fields_are_named_reached_by_links_and_nothing_typed_is_lost(with_emma):
    page = with_emma
    page.get_by_label("Full name", exact=True).first.fill("Nadia Rahman")

    page.get_by_role("button", name="Continue to payment").click()

    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("Not complete yet")
    expect(problems).to_be_focused()
    value_of(page, "Where to", "Full name").to_have_value("Nadia Rahman")
    problems.get_by_role("link", name="Email address").click()
    expect(page.get_by_label("Email address")).to_be_focused()


def test_the_bill_goes_elsewhere_a_voucher_counts_and_the_order_says_so(with_emma):
    VoucherFactory(code="SPRING")
    page = with_emma
    bill = steps.card(page, "The bill")
    expect(bill.get_by_label("Address", exact=True)).to_be_hidden()

    steps.fill_in_delivery(page)
    bill.get_by_label("Send the bill to another address").check()
    steps.give_address(page, "The bill", HEAD_OFFICE)
    steps.go_on_to_payment(page)
    steps.use_voucher(page, "spring")
    expect(page.get_by_role("complementary")).to_contain_text("£11.95")
    number = steps.place_order(page)
    steps.pay(page)

    order = Order.objects.get(number=number)
    assert (order.voucher_code, order.billing_address.city) == ("SPRING", "Leeds")
    expect(page.get_by_role("main")).to_contain_text("Rahman Ltd")


def test_a_voucher_that_does_not_count_is_told_and_the_code_can_be_mended(with_emma):
    page = with_emma
    steps.fill_in_delivery(page)
    steps.go_on_to_payment(page)

    steps.use_voucher(page, "NOPE")

    problems = page.get_by_role("alert")
    expect(problems).to_be_focused()
    expect(problems).to_contain_text("We do not know the voucher “NOPE”.")
    problems.get_by_role("link", name="Code").click()
    expect(page.get_by_label("Code")).to_be_focused()


def test_another_country_asks_for_its_own_fields_and_keeps_what_was_typed(with_emma):
    page = with_emma
    page.get_by_label("Email address").fill(steps.EMAIL)
    steps.give_address(page, "Where to", {"Address": "350 Fifth Avenue"})

    steps.choose_country(page, "Where to", AMERICA)

    where = steps.card(page, "Where to")
    expect(where.get_by_label("State")).to_be_visible()
    expect(where.get_by_label("ZIP code")).to_be_visible()
    value_of(page, "Where to", "Address").to_have_value("350 Fifth Avenue")
    expect(page.get_by_label("Email address")).to_have_value(steps.EMAIL)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_bill_may_go_to_another_country_than_the_books(with_emma):
    page = with_emma
    page.get_by_label("Send the bill to another address").check()

    steps.choose_country(page, "The bill", AMERICA)

    expect(steps.card(page, "The bill").get_by_label("ZIP code")).to_be_visible()
    value_of(page, "Where to", "Country").to_have_value("GB")


@pytest.mark.comfort
def test_the_country_is_changed_in_its_place_and_keeps_the_focus(with_script):
    page = with_script
    page.evaluate("window.stillHere = true")
    country = steps.card(page, "Where to").get_by_label("Country")

    country.focus()
    country.select_option(AMERICA)

    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(country).to_be_focused()
    expect(country).to_have_value("US")
    assert page.evaluate("window.stillHere === true")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.comfort
def test_a_second_choice_of_country_does_not_wait_for_the_first(with_script):
    page, held = with_script, []
    page.route("**/checkout/", lambda route: route.fallback() if held else held.append(route))
    country = steps.card(page, "Where to").get_by_label("Country")

    country.select_option("Ireland")
    country.select_option(AMERICA)

    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(country).to_have_value("US")


def test_back_from_payment_loses_nothing(with_emma):
    page = with_emma
    steps.fill_in_delivery(page)
    page.get_by_label("Send the bill to another address").check()
    steps.give_address(page, "The bill", HEAD_OFFICE)
    steps.go_on_to_payment(page)

    page.get_by_role("link", name="Change address or delivery").click()

    expect(page.get_by_label("Email address")).to_have_value(steps.EMAIL)
    for label, text in steps.ADDRESS.items():
        value_of(page, "Where to", label).to_have_value(text)
    value_of(page, "The bill", "Full name").to_have_value("Rahman Ltd")


def test_a_member_takes_another_of_their_addresses(member):
    page = member
    steps.fill_basket(page, "Emma")
    steps.check_out(page)
    value_of(page, "Where to", "Address").to_have_value("12 Long Acre")

    page.get_by_text("Your saved addresses").click()
    page.get_by_role("link", name=re.compile("^Work:")).click()

    value_of(page, "Where to", "Address").to_have_value("5 Work Lane")
    expect(page.get_by_label("Email address")).to_have_value("sam@example.org")


def test_enter_in_a_field_goes_on_to_payment(with_emma):
    page = with_emma
    steps.fill_in_delivery(page)

    page.get_by_label("Email address").press("Enter")

    expect(steps.heading(page)).to_have_text("Look it over and pay")


def test_the_arrows_choose_how_it_comes_and_the_sum_follows(with_script, delivery):
    type(delivery).objects.create(name="By courier", price="7.50", position=9)
    page = with_script
    page.reload()

    steps.tab_to(page, "[name=delivery_id]")
    page.keyboard.press("ArrowDown")

    expect(page.get_by_label("By courier")).to_be_checked()
    expect(page.get_by_role("complementary").get_by_text("£17.50")).to_be_visible()


def test_a_shopper_pays_at_stripe_and_comes_back_to_a_paid_order(stripe, with_emma):
    page = with_emma
    steps.fill_in_delivery(page)
    steps.go_on_to_payment(page)

    page.get_by_role("button", name=re.compile("^Order and pay")).click()
    assert page.url.startswith(stripe.url)
    page.get_by_role("button", name="Pay", exact=True).click()

    expect(steps.heading(page)).to_have_text("Thank you, your order is paid")
    assert Order.objects.get().is_confirmed
    assert stripe.counts()["sessions"] == 1
