"""Which ways of delivery are offered to whom, and what they cost."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.models import Book
from shop.goods import USUAL_WEIGHT_G, Goods, weight_of
from shop.models import DeliveryBand, DeliveryMethod
from tests.factories import BookFactory, DeliveryMethodFactory

from .conftest import draft, fill, seen_by

TODAY = date(2026, 11, 26)
YESTERDAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 27)


@pytest.fixture
def no_methods(db):
    DeliveryMethod.objects.all().delete()


def offered(country: str, today: date = TODAY) -> list[str]:
    return [method.name for method in DeliveryMethod.objects.offered_to(country, today)]


def goods(total: str = "10.00", weight_g: int = 400) -> Goods:
    return Goods(Decimal(total), weight_g)


def with_bands(price_by: str, *bands: tuple[str, str], **fields) -> DeliveryMethod:
    method = DeliveryMethodFactory(price=Decimal("1.00"), price_by=price_by, **fields)
    for at_least, price in bands:
        DeliveryBand.objects.create(method=method, at_least=Decimal(at_least), price=Decimal(price))
    return method


# Who is offered what


def test_a_method_without_countries_reaches_everywhere(no_methods):
    DeliveryMethodFactory(name="World")

    assert offered("GB") == offered("NZ") == ["World"]


def test_a_method_reaches_its_countries_only(no_methods):
    DeliveryMethodFactory(name="Islands", countries=["GB", "IE"])

    assert offered("GB") == offered("IE") == ["Islands"]
    assert offered("DE") == []


def test_two_neighbouring_codes_hold_no_third(no_methods):
    DeliveryMethodFactory(countries=["AG", "BE"])

    assert offered("GB") == []


def test_collecting_is_offered_wherever_people_live(no_methods):
    DeliveryMethodFactory(name="Collect", kind="collect", countries=["GB"])

    assert offered("DE") == ["Collect"]


@pytest.mark.parametrize(
    ("first", "last", "is_offered"),
    [
        (TODAY, TODAY, True),
        (None, YESTERDAY, False),
        (TOMORROW, None, False),
        (YESTERDAY, None, True),
        (None, TOMORROW, True),
    ],
)
def test_a_method_is_offered_between_its_days(no_methods, first, last, is_offered):
    DeliveryMethodFactory(offered_from=first, offered_until=last)

    assert bool(offered("GB")) is is_offered


def test_methods_that_staff_switched_off_are_not_offered(no_methods):
    DeliveryMethodFactory(is_active=False)

    assert offered("GB") == []


def test_methods_and_their_steps_cost_two_queries(no_methods, django_assert_num_queries):
    for _each in range(3):
        with_bands("weight", ("0", "3.00"), ("1000", "5.00"))

    with django_assert_num_queries(2):
        prices = [
            method.price_for(goods()) for method in DeliveryMethod.objects.offered_to("GB", TODAY)
        ]

    assert prices == [3, 3, 3]


@pytest.mark.django_db
def test_the_pages_of_delivery_leave_out_what_is_over(client):
    DeliveryMethodFactory(name="By sledge", offered_until=YESTERDAY)

    assert "By sledge" not in client.get("/delivery/").text


@pytest.mark.django_db
def test_the_first_method_without_a_parcel_is_known_as_such():
    collected = DeliveryMethod.objects.get(name="Collect in the shop")

    assert collected.is_collected
    assert collected.destination("DE") == "GB"


def test_what_is_sent_is_taxed_where_it_goes():
    assert DeliveryMethod().destination("DE") == "DE"


# What it costs


@pytest.mark.parametrize(
    ("weight_g", "price"), [(399, "1.00"), (400, "2.00"), (1999, "2.00"), (2000, "4.00")]
)
def test_the_heaviest_step_that_is_reached_counts(no_methods, weight_g, price):
    method = with_bands("weight", ("2000", "4.00"), ("400", "2.00"))

    assert method.price_for(goods(weight_g=weight_g)) == Decimal(price)


@pytest.mark.parametrize(("total", "price"), [("19.99", "1.00"), ("20.00", "0.50")])
def test_steps_by_the_sum_of_the_books(no_methods, total, price):
    method = with_bands("total", ("20.00", "0.50"))

    assert method.price_for(goods(total, weight_g=30_000)) == Decimal(price)


def test_steps_do_not_count_for_a_method_of_one_price(no_methods):
    method = with_bands("flat", ("0", "9.00"))

    assert method.price_for(goods()) == 1


@pytest.mark.parametrize("price_by", ["flat", "weight"])
def test_delivery_is_free_from_its_sum_on(no_methods, price_by):
    method = with_bands(price_by, ("0", "1.00"), free_from=Decimal("25.00"))

    assert method.price_for(goods("24.99")) == 1
    assert method.price_for(goods("25.00")) == 0


def test_a_price_in_steps_is_named_by_its_lowest(no_methods):
    assert with_bands("weight", ("400", "0.80"), ("2000", "4.00")).price_text == "From £0.80"
    assert with_bands("weight", ("400", "2.00")).price_text == "From £1.00"


def test_a_book_that_nobody_weighed_has_a_usual_weight():
    weighed = SimpleNamespace(quantity=2, book=Book(weight_g=250))
    unknown = SimpleNamespace(quantity=3, book=Book(weight_g=None))

    assert weight_of([weighed, unknown]) == 500 + 3 * USUAL_WEIGHT_G


def test_a_step_that_changes_is_not_what_the_shopper_has_seen(no_methods, guest):
    fill(guest, BookFactory())
    method = with_bands("weight", ("0", "2.00"))
    seen = seen_by(guest, draft(delivery_id=method.pk))

    method.bands.update(price=Decimal("3.00"))

    assert seen_by(guest, draft(delivery_id=method.pk)) != seen


# What must never be


def test_a_last_day_before_the_first_is_refused(no_methods):
    days = {"offered_from": TODAY, "offered_until": YESTERDAY}

    with pytest.raises(ValidationError, match="The last day must not be before the first"):
        DeliveryMethod(name="By post", price=1, **days).full_clean()
    with pytest.raises(IntegrityError, match="shop_deliverymethod_dates_in_order"):
        DeliveryMethodFactory(**days)


@pytest.mark.parametrize("band", [("-1", "1.00"), ("1", "-0.01")])
def test_steps_below_nothing_are_refused(no_methods, band):
    with pytest.raises(IntegrityError, match="shop_deliveryband_not_negative"):
        with_bands("weight", band)


def test_a_step_has_one_price(no_methods):
    with (
        pytest.raises(IntegrityError, match="shop_deliveryband_one_a_step"),
        transaction.atomic(),
    ):
        with_bands("weight", ("400", "2.00"), ("400", "3.00"))


# In the admin


@pytest.mark.django_db
def test_staff_enter_a_method_with_its_steps(staff_client):
    form = {
        "name": "Parcel",
        "kind": "post",
        "price": "3.00",
        "price_by": "weight",
        "countries": ["DE", "FR"],
        "cutoff_hour": "15",
        "position": "0",
        "is_active": "on",
        "bands-TOTAL_FORMS": "1",
        "bands-INITIAL_FORMS": "0",
        "bands-0-at_least": "2000",
        "bands-0-price": "7.50",
    }

    staff_client.post("/admin/shop/deliverymethod/add/", form)

    parcel = DeliveryMethod.objects.get(name="Parcel")
    assert [country.code for country in parcel.countries] == ["DE", "FR"]
    assert parcel.price_for(goods(weight_g=2500)) == Decimal("7.50")
