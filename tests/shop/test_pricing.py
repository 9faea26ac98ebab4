"""What an order costs, to the cent."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Book
from catalog.tax_classes import GOODS
from shop.models import DeliveryBand, DeliveryMethod, Voucher
from shop.pricing import Quote, TaxAtRate, quote
from shop.tax import TaxTable

BRITISH = TaxTable(
    {
        "book": Decimal("0.00"),
        "ebook": Decimal("0.00"),
        "audio": Decimal("20.00"),
        "other": Decimal("20.00"),
    }
)
GERMAN = TaxTable({"book": Decimal("7.00"), "other": Decimal("19.00")})
ALL = Voucher(code="ALL", kind="percent", value=Decimal(100))


@dataclass(frozen=True)
class Line:
    book: Book
    quantity: int = 1


def line(price: str, quantity: int = 1, **fields) -> Line:
    return Line(Book(price=Decimal(price), **fields), quantity)


def post(price: str = "2.95", **fields) -> DeliveryMethod:
    return DeliveryMethod(price=Decimal(price), **fields)


def off(amount: str) -> Voucher:
    return Voucher(code="OFF", kind="amount", value=Decimal(amount))


def per_cent(share: str) -> Voucher:
    return Voucher(code="SHARE", kind="percent", value=Decimal(share))


# Books and delivery


def test_books_and_delivery_add_up():
    priced = quote([line("8.50", 2), line("6.00")], taxes=BRITISH, method=post())

    assert priced.items_total == Decimal("23.00")
    assert priced.delivery_total == Decimal("2.95")
    assert priced.total == Decimal("25.95")


def test_without_a_method_nothing_is_charged_for_delivery():
    priced = quote([line("8.50")], taxes=BRITISH)

    assert priced.delivery_total == 0
    assert priced.total == Decimal("8.50")


def test_an_empty_basket_costs_nothing():
    priced = quote([], taxes=BRITISH)

    assert priced.total == priced.tax_total == 0
    assert priced.tax_by_rate == []


def test_asking_for_a_price_asks_nothing_of_the_database(db, django_assert_num_queries):
    lines = [line("8.50")]

    with django_assert_num_queries(0):
        priced = quote(lines, taxes=BRITISH, method=post(), voucher=ALL, discountable=lines)

    assert priced.total == Decimal("2.95")


@pytest.mark.django_db
def test_delivery_goes_by_the_weight_of_all_books():
    parcel = DeliveryMethod.objects.create(name="Parcel", price=1, price_by="weight")
    DeliveryBand.objects.create(method=parcel, at_least=1200, price=Decimal("4.00"))
    lines = [line("8.50", 2, weight_g=400), line("6.00")]

    assert quote(lines, taxes=BRITISH, method=parcel).delivery_total == 4


# Vouchers


def test_a_discount_is_shared_out_by_the_prices_of_the_lines():
    lines = [line("10.00"), line("5.00", 2), line("0.01")]

    priced = quote(lines, taxes=BRITISH, voucher=off("5.00"), discountable=lines)

    discounts = [priced_line.discount for priced_line in priced.lines]
    assert discounts == [Decimal("2.50"), Decimal("2.50"), Decimal("0.00")]
    assert priced.total == Decimal("15.01")


def test_lines_that_do_not_count_keep_their_price():
    emma, dracula = line("10.00", title="Emma"), line("10.00", title="Dracula")

    priced = quote([emma, dracula], taxes=BRITISH, voucher=per_cent("10"), discountable=[dracula])

    assert [priced_line.discount for priced_line in priced.lines] == [0, 1]


def test_an_amount_larger_than_the_books_that_count_takes_no_more_than_these_cost():
    emma, dracula = line("10.00", title="Emma"), line("4.00", title="Dracula")

    priced = quote([emma, dracula], taxes=BRITISH, voucher=off("50.00"), discountable=[dracula])

    assert priced.discount_total == 4
    assert priced.total == 10


def test_a_voucher_that_counts_for_nothing_takes_nothing_off():
    priced = quote([line("10.00")], taxes=BRITISH, voucher=off("5.00"))

    assert priced.discount_total == 0


def test_what_is_free_from_a_sum_goes_by_what_is_paid():
    lines = [line("25.00")]
    method = post(free_from=Decimal("25.00"))

    cheaper = quote(lines, taxes=BRITISH, method=method, voucher=off("0.01"), discountable=lines)

    assert quote(lines, taxes=BRITISH, method=method).delivery_total == 0
    assert cheaper.delivery_total == Decimal("2.95")


# Tax


def test_the_tax_of_a_line_is_within_what_is_paid_for_it():
    lines = [line("12.00", tax_class="audio")]

    full = quote(lines, taxes=BRITISH)
    halved = quote(lines, taxes=BRITISH, voucher=per_cent("50"), discountable=lines)

    assert full.tax_total == 2
    assert halved.tax_total == 1


def test_tax_is_rounded_line_by_line():
    lines = [line("0.10"), line("0.10", title="Another")]

    priced = quote(lines, taxes=GERMAN)

    # Each holds 0.0065 of tax; together they would hold 0.0131.
    assert [priced_line.tax for priced_line in priced.lines] == [Decimal("0.01")] * 2
    assert priced.tax_total == Decimal("0.02")


def test_delivery_is_taxed_as_the_goods_that_cost_most():
    lines = [line("20.00"), line("9.00", tax_class="other")]

    priced = quote(lines, taxes=GERMAN, method=post("1.07"))

    assert priced.delivery_tax_rate == 7
    assert priced.delivery_tax == Decimal("0.07")


def test_a_voucher_does_not_change_what_delivery_is_taxed_as():
    book, mug = line("20.00"), line("9.00", tax_class="other")

    priced = quote([book, mug], taxes=GERMAN, method=post(), voucher=ALL, discountable=[book])

    assert priced.delivery_tax_rate == 7


def test_an_invoice_sums_up_by_rate():
    lines = [line("10.70"), line("11.90", tax_class="other"), line("10.70", title="Another")]

    priced = quote(lines, taxes=GERMAN, method=post("1.07"))

    assert priced.tax_by_rate == [
        TaxAtRate(Decimal(7), Decimal("22.47"), Decimal("1.47")),
        TaxAtRate(Decimal(19), Decimal("11.90"), Decimal("1.90")),
    ]


# Whatever is bought

PRICES = st.decimals(Decimal("0.01"), Decimal(500), places=2)
LINES = st.lists(
    st.builds(
        lambda price, quantity, tax_class: line(str(price), quantity, tax_class=tax_class),
        PRICES,
        st.integers(1, 99),
        st.sampled_from(GOODS),
    ),
    max_size=8,
)
VOUCHERS = st.one_of(
    st.none(),
    st.decimals(Decimal("0.01"), Decimal(100), places=2).map(lambda value: per_cent(str(value))),
    PRICES.map(lambda value: off(str(value))),
)
METHODS = st.one_of(st.none(), st.decimals(0, 20, places=2).map(lambda price: post(str(price))))
TABLES = st.dictionaries(
    st.sampled_from([*GOODS, "delivery"]), st.decimals(0, Decimal("99.99"), places=2)
).map(TaxTable)


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    lines = draw(LINES)
    counting = [each for each in lines if draw(st.booleans())]
    return quote(
        lines,
        taxes=draw(TABLES),
        method=draw(METHODS),
        voucher=draw(VOUCHERS),
        discountable=counting,
    )


@given(quotes())
def test_parts_add_up_to_the_cent(priced):
    to_pay = sum(each.to_pay for each in priced.lines)
    gross = sum(at_rate.gross for at_rate in priced.tax_by_rate)
    tax = sum(at_rate.tax for at_rate in priced.tax_by_rate)

    assert priced.total == to_pay + priced.delivery_total == gross
    assert priced.tax_total == tax
    assert priced.total == priced.total.quantize(Decimal("0.01"))


@given(quotes())
def test_nothing_is_ever_negative(priced):
    assert priced.total >= priced.delivery_total >= 0
    assert all(0 <= each.discount <= each.gross for each in priced.lines)


@given(quotes())
def test_tax_is_never_more_than_the_price_it_is_within(priced):
    assert all(0 <= each.tax <= each.to_pay for each in priced.lines)
    assert 0 <= priced.delivery_tax <= priced.delivery_total


@given(LINES, METHODS, TABLES)
def test_a_voucher_for_everything_leaves_delivery_alone(lines, method, taxes):
    priced = quote(lines, taxes=taxes, method=method, voucher=ALL, discountable=lines)

    assert priced.total == priced.delivery_total
    assert priced.tax_total == priced.delivery_tax
