from decimal import Decimal

import pytest
from django.utils import translation

from catalog.models import Book
from catalog.money import format_count, format_money


@pytest.mark.parametrize(
    ("amount", "text"),
    [("9.99", "£9.99"), ("10", "£10.00"), ("0.5", "£0.50"), ("1234567.89", "£1,234,567.89")],
)
def test_money_is_written_as_people_write_it(amount, text):
    assert format_money(Decimal(amount)) == text


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
