import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import StockMovement
from shop import cart
from shop.models import CartItem, Order, OrderItem
from shop.services import checkout
from tests.factories import BookFactory, DeliveryMethodFactory, receive

from .conftest import draft, fill, place, seen_by


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


def nothing_happened(book, copies: int) -> bool:
    book.refresh_from_db()
    return (
        book.stock == copies
        and not Order.objects.exists()
        and not StockMovement.objects.filter(reason="sale").exists()
        and CartItem.objects.exists()
    )


def test_the_order_is_what_the_basket_was(guest, emma):
    fill(guest, emma, quantity=2)

    order = place(guest)

    line = OrderItem.objects.get(order=order)
    assert (line.title, line.ean, line.quantity) == ("Emma", emma.ean, 2)
    assert line.unit_price == Decimal("8.50")
    assert (order.items_total, order.delivery_total) == (Decimal("17.00"), Decimal("2.95"))
    assert order.total == Decimal("19.95")
    assert order.status == Order.Status.PENDING


def test_the_copies_leave_stock_with_a_movement_that_names_the_order(guest, emma):
    fill(guest, emma, quantity=2)

    order = place(guest)

    emma.refresh_from_db()
    assert emma.stock == 1
    movement = StockMovement.objects.get(reason="sale")
    assert (movement.quantity, movement.order_number) == (-2, order.number)
    assert movement.who == "guest"


def test_the_basket_is_empty_afterwards(guest, emma):
    fill(guest, emma)

    place(guest)

    assert cart.basket_of(guest).lines == []


def test_a_placed_order_sends_no_mail_before_it_is_paid(guest, emma):
    fill(guest, emma)

    place(guest)

    assert not OutboxMessage.objects.exists()


def test_a_later_price_does_not_touch_the_order(guest, emma):
    fill(guest, emma)
    order = place(guest)

    emma.price = Decimal("99.00")
    emma.save(update_fields=["price"])

    assert OrderItem.objects.get(order=order).unit_price == Decimal("8.50")


def test_one_missing_copy_changes_nothing_and_names_the_book(guest, emma):
    fill(guest, emma, quantity=3)
    receive(emma, -1)

    with pytest.raises(checkout.NotEnoughCopies, match="Only 2 copies of “Emma” are left"):
        place(guest)

    assert nothing_happened(emma, copies=2)


def test_a_sold_out_book_is_told_as_sold_out(guest, emma):
    fill(guest, emma)
    receive(emma, -3)

    with pytest.raises(checkout.NotEnoughCopies, match="“Emma” has just sold out"):
        place(guest)


def test_a_withdrawn_book_changes_nothing(guest, emma):
    fill(guest, emma)
    emma.withdrawn_at = timezone.now()
    emma.save(update_fields=["withdrawn_at"])

    with pytest.raises(checkout.BookNotForSale, match="“Emma” can no longer be bought"):
        place(guest)

    assert nothing_happened(emma, copies=3)


@pytest.mark.parametrize("change", ["price", "quantity", "delivery price"])
def test_what_differs_from_what_was_seen_is_not_ordered(guest, emma, delivery, change):
    fill(guest, emma)
    seen = seen_by(guest, draft())
    if change == "price":
        emma.price = Decimal("9.00")
        emma.save(update_fields=["price"])
    elif change == "quantity":
        fill(guest, emma)
    else:
        delivery.price = Decimal("4.00")
        delivery.save(update_fields=["price"])

    with pytest.raises(checkout.BasketChanged):
        place(guest, seen=seen)

    assert nothing_happened(emma, copies=3)


def test_a_book_to_come_whose_copies_are_here_is_ordered_ahead(guest, emma):
    emma.on_sale_on = timezone.localdate() + timedelta(days=3)
    emma.save(update_fields=["on_sale_on"])
    fill(guest, emma)

    place(guest)

    emma.refresh_from_db()
    assert emma.stock == 2


def test_an_unknown_delivery_method_changes_nothing(guest, emma):
    fill(guest, emma)

    with pytest.raises(checkout.TermsChanged, match="no longer offered"):
        place(guest, said=draft(delivery_id=987654321))

    assert nothing_happened(emma, copies=3)


def test_an_empty_basket_is_refused(guest, delivery):
    with pytest.raises(checkout.BasketIsEmpty):
        place(guest)


def test_the_same_form_twice_gives_the_same_order(guest, emma):
    fill(guest, emma)
    key = uuid.uuid4()

    first = place(guest, form_key=key)
    fill(guest, emma)
    second = place(guest, form_key=key)

    assert first == second
    assert Order.objects.count() == 1


def test_another_shoppers_key_finds_nothing_of_theirs(guest, emma):
    fill(guest, emma)
    key = uuid.uuid4()
    first = place(guest, form_key=key)
    stranger = cart.Shopper(token=uuid.uuid4())
    fill(stranger, emma)

    second = place(stranger, form_key=key)

    assert first != second


def test_delivery_is_free_from_the_sum_that_the_method_names(guest, emma, delivery):
    free = DeliveryMethodFactory(name="Free post", free_from=Decimal("25.50"))
    fill(guest, emma, quantity=3)

    assert place(guest, said=draft(delivery_id=free.pk)).delivery_total == 0


def test_the_order_waits_half_an_hour_for_its_payment(guest, emma):
    fill(guest, emma)
    now = timezone.now()

    order = place(guest, now=now)

    assert order.pay_by == now + timedelta(minutes=30)


def test_the_number_of_statements_does_not_grow_with_the_lines(
    guest, emma, django_assert_num_queries
):
    fill(guest, emma, *(BookFactory() for _ in range(6)))
    said, now = draft(), timezone.now()
    seen = seen_by(guest, said, now)

    # Savepoint and its release, basket, lines, delivery; the order with all its rows; and last what
    # holds the books.
    with django_assert_num_queries(7):
        place(guest, said=said, seen=seen, now=now)
