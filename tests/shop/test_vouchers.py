"""Whether a voucher may be used, and for which books."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.models import Book
from shop import vouchers
from shop.fulfilment import FIRST_OF
from shop.models import Order, Voucher
from tests.factories import BookFactory, GenreFactory, UserFactory, VoucherFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    book: Book
    quantity: int = 1


@pytest.fixture
def emma():
    return BookFactory(title="Emma", price=Decimal("8.50"))


@pytest.fixture
def dracula():
    return BookFactory(title="Dracula", price=Decimal("6.00"))


# Which voucher is meant


@pytest.mark.parametrize("typed", ["SPRING-26", "spring-26", " Spring - 26 ", "spring\t-26\n"])
def test_a_code_is_found_however_it_is_typed(typed):
    spring = VoucherFactory(code="SPRING-26")

    assert vouchers.find(typed) == spring


def test_there_is_nothing_to_tell_a_voucher_that_is_off_from_one_that_never_was():
    VoucherFactory(code="OFF", is_active=False)

    with pytest.raises(vouchers.UnknownVoucher) as off:
        vouchers.find("OFF")
    with pytest.raises(vouchers.UnknownVoucher) as never:
        vouchers.find("NEVER")

    assert str(off.value) == "We do not know the voucher “OFF”."
    assert str(never.value) == "We do not know the voucher “NEVER”."


@pytest.mark.parametrize("typed", ["", "A", "SPRING\x00", "’; DROP TABLE", "É" * 10, "X" * 31])
def test_what_is_no_code_is_not_looked_for(typed, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Voucher.objects.with_code(typed) is None


# When it may be used


def test_a_voucher_that_begins_later_says_when():
    voucher = VoucherFactory(code="SPRING", valid_from=datetime(2027, 3, 1, tzinfo=UTC))

    with pytest.raises(vouchers.VoucherNotYet) as refusal:
        vouchers.check_time(voucher, NOON)

    assert str(refusal.value) == "The voucher “SPRING” can be used from 1 March 2027 on."


def test_a_voucher_that_ended_at_midnight_names_the_day_before():
    voucher = VoucherFactory(code="AUTUMN", valid_until=datetime(2026, 11, 1, tzinfo=UTC))

    with pytest.raises(vouchers.VoucherOver) as refusal:
        vouchers.check_time(voucher, NOON)

    assert str(refusal.value) == "The voucher “AUTUMN” could be used until 31 October 2026."


def test_a_voucher_counts_from_its_first_moment_to_before_its_last():
    vouchers.check_time(VoucherFactory(valid_from=NOON), NOON)

    with pytest.raises(vouchers.VoucherOver):
        vouchers.check_time(VoucherFactory(valid_until=NOON), NOON)


def test_a_voucher_that_staff_switched_off_meanwhile_is_unknown():
    with pytest.raises(vouchers.UnknownVoucher):
        vouchers.check_time(VoucherFactory(is_active=False), NOON)


# For which books


def test_books_left_out_do_not_count(emma, dracula):
    voucher = VoucherFactory()
    voucher.excluded_books.add(emma)
    lines = [Line(emma), Line(dracula)]

    assert vouchers.lines_that_count(voucher, lines) == lines[1:]


def test_books_of_a_genre_left_out_and_of_those_below_it_do_not_count(emma, dracula):
    fiction = GenreFactory()
    horror = GenreFactory(parent=fiction)
    dracula.genres.add(horror)
    voucher = VoucherFactory()
    voucher.excluded_genres.add(fiction)
    lines = [Line(emma), Line(dracula)]

    assert vouchers.lines_that_count(voucher, lines) == lines[:1]


def test_books_of_the_genre_above_count(dracula):
    fiction = GenreFactory()
    dracula.genres.add(fiction)
    voucher = VoucherFactory()
    voucher.excluded_genres.add(GenreFactory(parent=fiction))

    assert vouchers.lines_that_count(voucher, [Line(dracula)]) == [Line(dracula)]


def test_what_another_voucher_leaves_out_counts(emma):
    VoucherFactory().excluded_books.add(emma)

    assert vouchers.lines_that_count(VoucherFactory(), [Line(emma)]) == [Line(emma)]


def test_lines_are_told_apart_in_one_query(django_assert_num_queries):
    voucher = VoucherFactory()
    voucher.excluded_genres.add(GenreFactory(), GenreFactory())
    lines = [Line(BookFactory()) for _each in range(5)]

    with django_assert_num_queries(1):
        vouchers.discountable(voucher, lines)


def test_a_voucher_that_counts_for_nothing_says_so(emma):
    voucher = VoucherFactory(code="SPRING")
    voucher.excluded_books.add(emma)

    with pytest.raises(vouchers.NothingCounts) as refusal:
        vouchers.lines_that_count(voucher, [Line(emma)])

    assert str(refusal.value) == "The voucher “SPRING” does not count for any book in your basket."


def test_the_least_sum_is_that_of_the_books_that_count(emma, dracula):
    voucher = VoucherFactory(code="SPRING", least_sum=Decimal("20.00"))
    voucher.excluded_books.add(dracula)

    with pytest.raises(vouchers.SumTooSmall) as refusal:
        vouchers.lines_that_count(voucher, [Line(emma, 2), Line(dracula, 9)])

    assert str(refusal.value) == (
        "The voucher “SPRING” is for orders of £20.00 or more. "
        "The books that it counts for come to £17.00."
    )


def test_the_least_sum_itself_is_enough(emma):
    voucher = VoucherFactory(least_sum=Decimal("17.00"))

    assert vouchers.lines_that_count(voucher, [Line(emma, 2)])


# How often it may be used


def use(voucher: Voucher, **fields) -> Order:
    """An order of the user or e-mail in `fields` that used the voucher, waiting for its payment."""
    return Order.objects.create(
        fulfilment=FIRST_OF[fields.get("status", "pending")],
        **{
            "voucher": voucher,
            "voucher_code": voucher.code,
            "placed_at": NOON,
            "pay_by": NOON,
            "email": "nadia@example.org",
            "country": "GB",
            "currency": "GBP",
            "items_total": 10,
            "delivery_total": 0,
            "total": 10,
            **fields,
        },
    )


@pytest.mark.parametrize(
    ("status", "closed_at", "counted"),
    [
        ("pending", None, 1),
        ("confirmed", NOON, 1),
        ("payment_failed", NOON, 0),
        ("cancelled", NOON, 0),
    ],
)
def test_an_order_that_was_given_up_gives_its_use_back(status, closed_at, counted):
    voucher = VoucherFactory()
    use(voucher, status=status, closed_at=closed_at)

    assert vouchers.uses(voucher) == counted


def test_uses_of_other_vouchers_do_not_count():
    use(VoucherFactory())

    assert vouchers.uses(VoucherFactory()) == 0


def test_uses_of_a_shopper_are_those_of_the_account_or_of_the_e_mail(shopper):
    voucher = VoucherFactory()
    use(voucher, user=shopper, email="old@example.org")
    use(voucher, email="Sam@Example.org")
    use(voucher, user=UserFactory())

    assert vouchers.uses_by(voucher, user=shopper, email="") == 1
    assert vouchers.uses_by(voucher, user=None, email="sam@example.org") == 1
    assert vouchers.uses_by(voucher, user=shopper, email="sam@example.org") == 2


def test_nobody_known_has_used_nothing():
    voucher = VoucherFactory()
    use(voucher)

    assert vouchers.uses_by(voucher, user=None, email="") == 0


def test_a_voucher_is_used_up_once_its_last_use_is_taken():
    voucher = VoucherFactory(code="TWICE", most_uses=2)
    use(voucher)
    vouchers.check_uses(voucher, user=None, email="sam@example.org")
    use(voucher)

    with pytest.raises(vouchers.VoucherUsedUp) as refusal:
        vouchers.check_uses(voucher, user=None, email="sam@example.org")

    assert str(refusal.value) == "The voucher “TWICE” has been used as often as it can be."


@pytest.mark.parametrize(
    ("each", "text"),
    [
        (1, "You have used the voucher “MINE” already."),
        (2, "You have used the voucher “MINE” 2 times already, as often as you can."),
    ],
)
def test_a_shopper_who_used_a_voucher_as_often_as_they_may_is_told(each, text):
    voucher = VoucherFactory(code="MINE", most_uses_each=each)
    for _each in range(each):
        use(voucher)

    with pytest.raises(vouchers.VoucherUsedByYou) as refusal:
        vouchers.check_uses(voucher, user=None, email="nadia@example.org")

    assert str(refusal.value) == text
    vouchers.check_uses(voucher, user=None, email="sam@example.org")


def test_everything_is_checked_in_one_go(emma):
    lines = [Line(emma)]

    def check(**fields) -> list[Line]:
        voucher = VoucherFactory(**fields)
        use(voucher)
        return vouchers.check(voucher, lines, user=None, email="", now=NOON)

    assert check() == lines
    with pytest.raises(vouchers.VoucherOver):
        check(valid_until=NOON)
    with pytest.raises(vouchers.VoucherUsedUp):
        check(most_uses=1)
    with pytest.raises(vouchers.SumTooSmall):
        check(least_sum=Decimal("8.51"))


# What it takes off


@pytest.mark.parametrize(
    ("kind", "value", "total", "discount"),
    [
        ("percent", "10", "8.50", "0.85"),
        ("percent", "12.5", "9.99", "1.25"),
        ("percent", "100", "9.99", "9.99"),
        ("amount", "5", "8.50", "5.00"),
        ("amount", "10", "8.50", "8.50"),
    ],
)
def test_a_share_or_a_sum_but_never_more_than_the_books_cost(kind, value, total, discount):
    voucher = Voucher(kind=kind, value=Decimal(value))

    assert voucher.discount_on(Decimal(total)) == Decimal(discount)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [("percent", "10.00", "10%"), ("percent", "7.50", "7.5%"), ("amount", "5.00", "£5.00")],
)
def test_the_value_is_written_as_people_write_it(kind, value, text):
    assert Voucher(kind=kind, value=Decimal(value)).value_text == text


# What must never be


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"code": "spring"}, "shop_voucher_code_readable"),
        ({"code": "TWO WORDS"}, "shop_voucher_code_readable"),
        ({"code": "AB"}, "shop_voucher_code_readable"),
        ({"value": "0"}, "shop_voucher_value_of_its_kind"),
        ({"value": "100.01"}, "shop_voucher_value_of_its_kind"),
        ({"kind": "amount", "value": "0"}, "shop_voucher_value_of_its_kind"),
        ({"kind": "gift"}, "shop_voucher_value_of_its_kind"),
        ({"valid_from": NOON, "valid_until": NOON}, "shop_voucher_times_in_order"),
        ({"least_sum": "0"}, "shop_voucher_limits_positive"),
        ({"most_uses": 0}, "shop_voucher_limits_positive"),
        ({"most_uses_each": 0}, "shop_voucher_limits_positive"),
    ],
)
def test_vouchers_that_mean_nothing_are_refused(fields, constraint):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        VoucherFactory(**fields)

    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_two_vouchers_never_share_a_code():
    VoucherFactory(code="SPRING")

    with pytest.raises(IntegrityError, match="shop_voucher_code_once"), transaction.atomic():
        VoucherFactory(code="SPRING")


def test_a_code_is_mended_before_it_is_looked_at():
    VoucherFactory(code="SPRING")

    with pytest.raises(ValidationError, match="already exists"):
        Voucher(code=" spring ", value=5).full_clean()


# In the admin


def voucher_form(**changes: str) -> dict[str, str]:
    return {"code": "spring 26", "kind": "percent", "value": "10", "is_active": "on", **changes}


def test_staff_enter_a_voucher(staff_client):
    staff_client.post("/admin/shop/voucher/add/", voucher_form())

    assert vouchers.find("SPRING26").value == 10


def test_staff_are_told_what_a_voucher_cannot_be(staff_client):
    page = staff_client.post("/admin/shop/voucher/add/", voucher_form(value="120"))

    assert "The value is above 0, and 100 per cent at the most." in page.text


def test_staff_find_a_voucher_by_its_code(staff_client):
    VoucherFactory(code="SPRING-26")
    VoucherFactory(code="AUTUMN-26")

    page = staff_client.get("/admin/shop/voucher/", {"q": "spring"}).text

    assert "SPRING-26" in page
    assert "AUTUMN-26" not in page


def test_staff_see_how_often_a_voucher_was_used(staff_client):
    used, unused = VoucherFactory(), VoucherFactory()
    for _each in range(3):
        use(used)

    listed = staff_client.get("/admin/shop/voucher/").context["cl"].result_list

    assert {voucher: voucher.uses for voucher in listed} == {used: 3, unused: 0}
