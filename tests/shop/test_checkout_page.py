"""The delivery page, which asks who, where to and how."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts import address_book
from accounts.models import Address
from shop import drafts
from shop.models import Order
from tests.factories import BookFactory, DeliveryMethodFactory

from .conftest import ADDRESS, delivery_form, payment_form


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})
    return client


def address_of(user, **changes) -> Address:
    fields = {name: text for name, text in ADDRESS.items() if name != "email"}
    return Address.objects.create(user=user, created_at=timezone.now(), **{**fields, **changes})


def test_an_empty_basket_leads_back_to_the_basket(client, delivery):
    assert client.get("/checkout/").url == "/basket/"


def test_the_page_shows_books_delivery_and_what_it_comes_to(with_emma):
    page = with_emma.get("/checkout/")

    assert "1 × Emma" in page.text
    assert "£11.45 in all." in page.text


def test_what_was_said_leads_on_to_the_payment_page(with_emma):
    page = with_emma.post("/checkout/", delivery_form(with_emma), follow=True)

    assert page.redirect_chain == [("/checkout/payment/", 302)]
    assert not Order.objects.exists()


def test_going_back_loses_nothing(with_emma):
    bill = {f"bill-{name}": text for name, text in ADDRESS.items() if name != "email"}
    form = delivery_form(with_emma, bill_elsewhere="on", **{**bill, "bill-city": "Leeds"})
    with_emma.post("/checkout/", form)

    page = with_emma.get("/checkout/")

    assert 'value="nadia@example.org"' in page.text
    assert 'value="1 Some Street"' in page.text
    assert 'value="Leeds"' in page.text
    assert page.context["step"].is_billed_elsewhere


def test_a_member_finds_e_mail_and_name_filled_in(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")

    page = shopper_client.get("/checkout/")

    assert 'value="sam@example.org"' in page.text
    assert 'value="Sam Shopper"' in page.text


def test_a_member_finds_their_first_address_and_may_choose_another(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")
    address_of(shopper, is_default=True)
    work = address_of(shopper, line1="5 Work Lane", label="Work")

    first = shopper_client.get("/checkout/")
    other = shopper_client.get("/checkout/", {"address": work.pk})

    assert 'value="1 Some Street"' in first.text
    assert 'value="5 Work Lane"' in other.text


def test_saved_addresses_go_by_their_labels_and_can_be_managed(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")
    address_of(shopper, label="Mum")

    page = shopper_client.get("/checkout/").text

    assert "Mum: Nadia Rahman" in page
    assert 'href="/accounts/addresses/"' in page


def test_choosing_a_saved_address_keeps_everything_else(shopper_client, shopper, emma, delivery):
    shopper_client.post(f"/basket/add/{emma.ean}/")
    work = address_of(shopper, line1="5 Work Lane")
    courier = DeliveryMethodFactory(name="Courier", position=9)
    bill = {f"bill-{name}": text for name, text in ADDRESS.items() if name != "email"}
    said = {"delivery_id": courier.pk, "bill_elsewhere": "on", "keep": "on", **bill}
    shopper_client.post("/checkout/", delivery_form(shopper_client, **said))

    step = shopper_client.get("/checkout/", {"address": work.pk}).context["step"]

    assert step.address["line1"].value() == "5 Work Lane"
    assert step.chosen == courier
    assert step.is_billed_elsewhere
    assert step.form["keep"].value()


def test_somebody_elses_address_is_not_to_be_had(shopper_client, staff, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")
    theirs = address_of(staff, line1="5 Secret Lane")

    page = shopper_client.get("/checkout/", {"address": theirs.pk})

    assert "Secret" not in page.text


def test_a_member_may_keep_the_address(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")
    shopper_client.post("/checkout/", delivery_form(shopper_client, keep="on"))
    page = shopper_client.get("/checkout/payment/").context

    shopper_client.post(
        "/checkout/payment/", {"seen": page["offer"].seen, "form_key": page["form"].key}
    )

    assert shopper.addresses.get().line1 == "1 Some Street"


def test_who_has_as_many_as_we_keep_is_not_offered_to_keep_another(
    shopper_client, shopper, emma, monkeypatch
):
    shopper_client.post(f"/basket/add/{emma.ean}/")
    offered = shopper_client.get("/checkout/").text
    monkeypatch.setattr(address_book, "MOST_ADDRESSES", 1)
    address_of(shopper, line1="5 Work Lane")

    full = shopper_client.get("/checkout/").text
    shopper_client.post("/checkout/", delivery_form(shopper_client, keep="on"))
    page = shopper_client.get("/checkout/payment/").context
    form = {"seen": page["offer"].seen, "form_key": page["form"].key}
    shopper_client.post("/checkout/payment/", form)

    assert 'name="keep"' in offered
    assert 'name="keep"' not in full
    assert shopper.orders.get().line1 == "1 Some Street"
    assert shopper.addresses.get().line1 == "5 Work Lane"


def test_without_being_asked_no_address_is_kept(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")

    shopper_client.post("/checkout/payment/", payment_form(shopper_client))

    assert Order.objects.get().user == shopper
    assert not shopper.addresses.exists()


def test_the_country_of_the_shop_is_chosen_already(with_emma, settings):
    settings.SHOP = {**settings.SHOP, "country": "IE"}

    step = with_emma.get("/checkout/").context["step"]

    assert step.address["country"].value() == "IE"


def test_another_country_asks_for_other_things_and_complains_of_nothing(with_emma):
    form = delivery_form(with_emma, country="US", then="country", email="")

    page = with_emma.post("/checkout/", form)

    assert page.status_code == 200
    assert "ZIP code" in page.text
    assert 'value="1 Some Street"' in page.text
    assert "Not complete yet" not in page.text


def test_another_country_by_htmx_swaps_the_form_alone(with_emma):
    form = delivery_form(with_emma, country="US", then="country")

    page = with_emma.post(
        "/checkout/", form, headers={"HX-Request": "true", "HX-Target": "delivery-step"}
    )

    assert page.template_name == "shop/checkout.html#delivery-step"
    assert "<html" not in page.text


def test_only_what_goes_to_the_country_is_offered(with_emma, delivery):
    DeliveryMethodFactory(name="To Ireland", countries=["IE"])

    page = with_emma.post("/checkout/", delivery_form(with_emma, country="IE", then="country"))

    assert [method["name"] for method in page.context["methods"]] == ["By post", "To Ireland"]


def test_a_way_that_does_not_go_there_is_refused(with_emma, delivery):
    delivery.countries = ["IE"]
    delivery.save()
    DeliveryMethodFactory(name="To Britain", countries=["GB"])

    page = with_emma.post("/checkout/", delivery_form(with_emma, delivery_id=delivery.pk))

    assert page.status_code == 422
    assert page.context["step"].form.errors["delivery_id"]


def test_a_way_that_is_not_offered_yet_is_not_shown(with_emma, delivery):
    tomorrow = timezone.localdate() + timedelta(days=1)
    DeliveryMethodFactory(name="Sleigh", offered_from=tomorrow)

    assert "Sleigh" not in with_emma.get("/checkout/").text


def test_collecting_needs_a_name_and_no_address(with_emma, delivery):
    collect = DeliveryMethodFactory(name="Collect", kind="collect")
    nowhere = dict.fromkeys(("line1", "city", "postcode"), "")

    nameless = with_emma.post(
        "/checkout/", delivery_form(with_emma, delivery_id=collect.pk, name="", **nowhere)
    )
    named = with_emma.post(
        "/checkout/", delivery_form(with_emma, delivery_id=collect.pk, **nowhere)
    )

    assert list(nameless.context["step"].address.errors) == ["name"]
    assert named.status_code == 302


def test_missing_fields_are_named_and_nothing_typed_is_lost(with_emma):
    form = delivery_form(with_emma, email="not an address", city="")

    page = with_emma.post("/checkout/", form)

    assert page.status_code == 422
    assert "Not complete yet" in page.text
    assert 'value="not an address"' in page.text
    assert 'value="1 Some Street"' in page.text
    assert [problem.anchor for problem in page.context["step"].problems] == ["id_email", "id_city"]


def test_a_postcode_that_cannot_be_is_told_how_it_should_look(with_emma):
    page = with_emma.post("/checkout/", delivery_form(with_emma, postcode="BS1"))

    assert "BS1 4ZZ" in page.context["step"].problems[0].words


def test_the_address_of_the_bill_is_asked_for_only_if_it_is_another(with_emma):
    same = with_emma.post("/checkout/", delivery_form(with_emma, **{"bill-city": "Leeds"}))
    other = with_emma.post("/checkout/", delivery_form(with_emma, bill_elsewhere="on"))

    assert same.status_code == 302
    assert other.status_code == 422
    assert {problem.anchor for problem in other.context["step"].problems} >= {"id_bill-line1"}


def test_an_address_of_the_bill_that_nobody_asked_for_is_not_complained_of(with_emma):
    form = delivery_form(with_emma, city="", **{"bill-city": "Leeds", "bill-postcode": "X"})

    page = with_emma.post("/checkout/", form)

    assert [problem.anchor for problem in page.context["step"].problems] == ["id_city"]
    assert page.text.count('class="field bad"') == 1
    assert 'value="Leeds"' in page.text


@pytest.mark.parametrize(
    ("email", "words"), [("", "Please enter your email address."), ("nadia", "name@example.org")]
)
def test_an_e_mail_address_that_is_none_is_told_how_to_mend_it(with_emma, email, words):
    page = with_emma.post("/checkout/", delivery_form(with_emma, email=email))

    assert words in page.context["step"].problems[0].words


@pytest.mark.parametrize("email", ["a@xn--zzzzü.de", f"a@{'ü' * 62}.de"])
def test_an_address_that_no_mail_reaches_is_refused_at_the_field(with_emma, email):
    page = with_emma.post("/checkout/", delivery_form(with_emma, email=email))

    assert page.status_code == 422
    assert page.context["step"].form.errors["email"]


def test_a_shop_without_a_payment_provider_takes_no_orders(with_emma, settings):
    form = payment_form(with_emma)
    settings.PAYMENT_PROVIDER = ""

    page = with_emma.post("/checkout/payment/", form, follow=True)

    assert "We cannot take orders on this site at the moment" in page.text
    assert not Order.objects.exists()


def test_what_was_said_is_kept_in_the_session_alone(with_emma):
    with_emma.post("/checkout/", delivery_form(with_emma))

    assert drafts.kept_in(with_emma.session).email == "nadia@example.org"


def test_the_number_of_queries_does_not_grow_with_the_lines(
    with_emma, django_assert_max_num_queries
):
    for book in BookFactory.create_batch(20):
        with_emma.post(f"/basket/add/{book.ean}/")

    with django_assert_max_num_queries(6):
        with_emma.get("/checkout/")
