from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.models import Book
from catalog.money import (
    format_count,
    format_difference,
    format_money,
    format_percent,
    format_rating,
    split,
    tax_within,
    to_cents,
)

AMOUNTS = st.decimals(0, 1_000_000, places=2)
RATES = st.decimals(0, Decimal("99.99"), places=2)
WEIGHTS = st.lists(AMOUNTS, max_size=12)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        *(("9.99", "£9.99"), ("10", "£10.00"), ("0.5", "£0.50"), ("1234567.89", "£1,234,567.89")),
        ("-10", "−£10.00"),
    ],
)
def test_money_is_written_as_people_write_it(amount, text):
    assert format_money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"), [("10", "+£10.00"), ("-10", "−£10.00"), ("0", "£0.00")]
)
def test_a_difference_has_its_sign(amount, text):
    assert format_difference(Decimal(amount)) == text


def test_money_is_written_even_when_no_language_is_active():
    with translation.override(None):
        assert format_money(Decimal("9.99")) == "£9.99"


def test_a_currency_without_small_coins_is_written_without(settings):
    settings.SHOP = {**settings.SHOP, "currency": "JPY"}

    assert format_money(Decimal(1500)).endswith("1,500")


def test_a_book_without_a_price_has_no_price_text():
    assert Book(price=None).price_text == ""
    assert Book(price=Decimal("8.50")).price_text == "£8.50"


def test_a_count_is_written_as_people_write_it():
    assert format_count(48212) == "48,212"


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("en-gb", ["£1,234.50", "48,212", "4.3", "5.5%", "20%"]),
        ("de", ["1.234,50\xa0£", "48.212", "4,3", "5,5\xa0%", "20\xa0%"]),
    ],
)
def test_numbers_are_written_in_the_way_of_the_language(language, numbers):
    with translation.override(language):
        price, count, rating = (
            format_money(Decimal("1234.5")),
            format_count(48212),
            format_rating(43),
        )
        rates = [format_percent(Decimal(rate)) for rate in ("5.50", "20")]

    assert [price, count, rating, *rates] == numbers


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("7", "7.00")],
)
def test_halves_of_a_cent_are_rounded_up(amount, rounded):
    assert str(to_cents(Decimal(amount))) == rounded


def test_a_currency_without_cents_is_rounded_to_whole_amounts(settings):
    settings.SHOP = {**settings.SHOP, "currency": "JPY"}

    assert str(to_cents(Decimal("1499.5"))) == "1500"
    assert split(Decimal(10), [Decimal(1), Decimal(2)]) == [3, 7]


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [("12.00", "20", "2.00"), ("10.00", "7", "0.65"), ("9.99", "5.5", "0.52"), ("8.50", "0", "0")],
)
def test_the_tax_within_a_price(gross, rate, tax):
    assert tax_within(Decimal(gross), Decimal(rate)) == Decimal(tax)


@given(AMOUNTS, RATES)
def test_the_tax_within_a_price_is_its_rate_of_the_rest(gross, rate):
    tax = tax_within(gross, rate)

    # Half a cent of the tax, and the rate of half a cent.
    assert 0 <= tax <= gross
    assert abs((gross - tax) * rate / 100 - tax) <= Decimal("0.01")


def test_the_cents_that_rounding_leaves_go_to_the_largest_remainders():
    assert split(Decimal("1.00"), [Decimal(1)] * 3) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]
    assert split(Decimal("0.03"), [Decimal(1), Decimal(4)]) == [Decimal("0.01"), Decimal("0.02")]


@given(AMOUNTS, WEIGHTS.filter(any))
def test_parts_add_up_to_the_amount(amount, weights):
    parts = split(amount, weights)

    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)


@given(AMOUNTS, WEIGHTS)
@example(Decimal("0.01"), [Decimal(0), Decimal("0.01")])
def test_no_part_is_larger_than_its_weight(amount, weights):
    parts = split(min(amount, sum(weights, Decimal(0))), weights)

    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


def test_an_amount_needs_somebody_to_share_it():
    with pytest.raises(ValueError, match="nobody"):
        split(Decimal("0.01"), [Decimal(0)])
