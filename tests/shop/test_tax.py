"""Which rate of tax counts for what goes where."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.tax_classes import TaxClass
from shop.models import TaxRate
from shop.tax import TaxTable, tax_table
from tests.factories import BookFactory

TODAY = date(2026, 11, 26)
TEN = Decimal("10.00")


@pytest.fixture
def no_rates(db):
    TaxRate.objects.all().delete()


def enter(country: str, tax_class: str, rate: str, valid_from: date = date(2021, 1, 1)) -> TaxRate:
    return TaxRate.objects.create(
        country=country, tax_class=tax_class, rate=Decimal(rate), valid_from=valid_from
    )


# What a new shop starts with


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "tax_class", "rate"),
    [
        ("GB", TaxClass.BOOK, "0"),
        ("GB", TaxClass.AUDIO, "20"),
        ("IE", TaxClass.OTHER, "23"),
        ("DE", TaxClass.BOOK, "7"),
        ("FR", TaxClass.EBOOK, "5.5"),
    ],
)
def test_a_new_shop_knows_rates(country, tax_class, rate):
    assert tax_table(country, TODAY).rate_of(tax_class) == Decimal(rate)


# Which rate counts


def test_the_newest_rate_in_force_counts(no_rates):
    enter("GB", "book", "5", date(2026, 1, 1))
    enter("GB", "book", "0", date(2021, 1, 1))
    enter("GB", "book", "10", date(2027, 1, 1))

    assert tax_table("GB", TODAY).rate_of("book") == 5
    assert tax_table("GB", date(2025, 12, 31)).rate_of("book") == 0
    assert tax_table("GB", date(2027, 1, 1)).rate_of("book") == 10


def test_a_class_without_a_rate_there_has_that_of_the_shops_country(no_rates):
    enter("GB", "audio", "20")
    enter("DE", "book", "7")

    rates = tax_table("DE", TODAY)

    assert rates.rate_of("book") == 7
    assert rates.rate_of("audio") == 20


def test_what_has_no_rate_at_all_is_not_taxed(no_rates):
    assert tax_table("DE", TODAY).rate_of("book") == 0


def test_rates_of_other_countries_do_not_count(no_rates):
    enter("DE", "book", "7")

    assert tax_table("FR", TODAY).rate_of("book") == 0


def test_a_table_costs_one_query(no_rates, django_assert_num_queries):
    with django_assert_num_queries(1):
        tax_table("DE", TODAY)


# Delivery


def test_delivery_follows_the_goods_that_cost_most():
    goods = [(Decimal(0), TEN), (Decimal(20), Decimal("9.00")), (Decimal(20), Decimal("2.00"))]

    assert TaxTable().delivery_rate(goods) == 20


def test_of_goods_that_cost_the_same_delivery_follows_the_higher_rate():
    assert TaxTable().delivery_rate([(Decimal(20), TEN), (Decimal(0), TEN)]) == 20


def test_delivery_of_nothing_is_not_taxed():
    assert TaxTable().delivery_rate([]) == 0


def test_delivery_has_its_own_rate_where_staff_entered_one(no_rates):
    enter("DE", "delivery", "19")

    assert tax_table("DE", TODAY).delivery_rate([(Decimal(7), TEN)]) == 19


def test_the_home_rate_of_delivery_counts_only_where_no_rates_are_known(no_rates):
    enter("GB", "delivery", "20")
    enter("DE", "book", "7")

    assert tax_table("US", TODAY).delivery_rate([(Decimal(0), TEN)]) == 20
    assert tax_table("DE", TODAY).delivery_rate([(Decimal(7), TEN)]) == 7


# What must never be


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"rate": "-0.01"}, "shop_taxrate_from_0_to_100"),
        ({"tax_class": "shoes"}, "shop_taxrate_known_class"),
        ({"country": "G1"}, "shop_taxrate_country_2_letters"),
        ({"country": "G"}, "shop_taxrate_country_2_letters"),
    ],
)
def test_rates_that_mean_nothing_are_refused(no_rates, fields, constraint):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        enter(**{"country": "GB", "tax_class": "book", "rate": "5", **fields})

    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.django_db
def test_a_rate_of_all_the_price_is_refused():
    with pytest.raises(ValidationError, match=r"99\.99"):
        TaxRate(country="GB", tax_class="book", rate=100, valid_from=TODAY).full_clean()


def test_a_class_has_one_rate_a_day(no_rates):
    enter("GB", "book", "5")

    with pytest.raises(IntegrityError, match="shop_taxrate_one_a_day"), transaction.atomic():
        enter("GB", "book", "6")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tax_class", "rate", "words"),
    [
        ("book", "0", "Books carry no VAT."),
        ("other", "0", "It carries no VAT."),
        ("book", "5.5", "Includes 5.5% VAT."),
    ],
)
def test_the_page_of_a_book_says_what_tax_is_in_its_price(client, tax_class, rate, words):
    TaxRate.objects.all().delete()
    TaxRate.objects.create(country="GB", tax_class=tax_class, rate=rate, valid_from="2020-01-01")
    book = BookFactory(tax_class=tax_class)

    assert words in client.get(book.get_absolute_url()).text
