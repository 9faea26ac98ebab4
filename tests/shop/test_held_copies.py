"""A copy that the waiting list holds, in a basket."""

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Book
from shop import cart, merging
from shop.cart import Shopper
from shop.models import Cart, CartItem
from shop.services import reordering
from shop.services.accepting import accept_held
from shop.undo import pack
from tests.factories import UserFactory, VoucherFactory, receive
from tests.waitlist.lists import deliver, join
from waitlist import offers, places

from .conftest import fill, pay, place
from .held import accept, after_the_hold, hold_a_copy, is_held, line_of, reprice

pytestmark = pytest.mark.django_db


def test_an_accepted_copy_is_in_the_basket_and_can_be_bought(held, guest):
    accept(held, guest)

    basket = cart.basket_of(guest)
    assert basket.can_check_out
    assert basket.copies == 1
    assert basket.news == []
    assert is_held(held)


def test_accepting_twice_is_accepting_once(held, guest):
    accept(held, guest)
    accept(held, guest)

    assert line_of(guest).quantity == 1


@pytest.mark.parametrize(("today", "pays"), [("12", "10"), ("8", "8")])
def test_the_copy_costs_the_lower_of_the_price_then_and_now(guest, emma, held, today, pays):
    accept(held, guest)

    reprice(emma, today)
    order = place(guest)

    assert order.items.get().unit_price == Decimal(pays)
    assert order.items_total == Decimal(pays)


def test_a_price_that_rises_is_no_news_to_whoever_has_an_offer(held, emma, guest):
    accept(held, guest)

    reprice(emma, "12")

    line = line_of(guest)
    assert line.is_cheaper
    assert cart.basket_of(guest).news == []


def test_a_voucher_counts_for_the_price_of_the_offer(held, emma, guest):
    accept(held, guest)
    reprice(emma, "12")
    Cart.objects.update(voucher=VoucherFactory())

    assert place(guest).discount_total == Decimal("1.00")


def test_more_than_one_copy_is_refused_in_words(held, emma, guest):
    line = accept(held, guest)
    now = timezone.now()

    with pytest.raises(cart.OneCopyIsHeld, match="One copy of “Emma” is held for you until"):
        cart.set_quantity(shopper=guest, item_id=line.pk, quantity=2, now=now)
    with pytest.raises(cart.OneCopyIsHeld):
        cart.add(shopper=guest, book=emma, quantity=1, now=now)

    assert line_of(guest).quantity == 1


def test_a_line_of_several_copies_becomes_the_one_that_is_held(emma, guest, held):
    receive(emma, 3)
    fill(guest, emma, quantity=3)

    accepted = accept_held(shopper=guest, key=held.key, now=timezone.now())

    assert accepted.copies_before == 3
    assert line_of(guest).quantity == 1
    assert line_of(guest).held == held


def test_a_line_that_was_saved_for_later_comes_into_the_basket(held, guest):
    line = accept(held, guest)
    cart.save_for_later(shopper=guest, item_id=line.pk, now=timezone.now())
    assert cart.basket_of(guest).lines == []

    accept(held, guest)

    assert not line_of(guest).is_saved


def test_a_held_copy_may_be_saved_for_later_and_come_back(held, guest):
    line = accept(held, guest)
    cart.save_for_later(shopper=guest, item_id=line.pk, now=timezone.now())
    cart.move_to_basket(shopper=guest, item_id=line.pk, now=timezone.now())

    assert line_of(guest).is_held


def test_a_held_copy_that_was_taken_out_can_be_put_back(held, guest):
    line = accept(held, guest)
    removed = cart.remove(shopper=guest, item_id=line.pk, now=timezone.now())
    assert is_held(held)

    cart.undo(shopper=guest, packed=pack(removed), now=timezone.now())

    assert line_of(guest).is_held


def test_a_visitors_held_copy_is_the_users_after_sign_in(held, guest):
    user = UserFactory()
    accept(held, guest)

    merging.merge(token=guest.token, user=user, now=timezone.now())

    assert line_of(Shopper(user=user)).is_held


def test_copies_in_both_baskets_are_the_one_that_is_held(held, emma, guest):
    user = UserFactory()
    receive(emma, 3)
    fill(Shopper(user=user), emma, quantity=3)
    accept(held, guest)

    told = merging.merge(token=guest.token, user=user, now=timezone.now())

    assert "“Emma”: the one copy that is held for you." in told
    line = line_of(Shopper(user=user))
    assert (line.is_held, line.quantity) == (True, 1)


def test_ordering_again_adds_nothing_to_a_held_copy(emma, guest):
    bought, waiting = hold_a_copy(emma), join(emma)
    accept(bought, guest)
    order = place(guest)
    pay(order.number)
    deliver(emma, 1)
    accept(waiting, guest)

    [told] = reordering.order_again(order=order, shopper=guest, now=timezone.now())

    assert told.startswith("One copy of “Emma” is held for you until")
    assert line_of(guest).held == waiting


@pytest.mark.parametrize("end", [offers.decline, offers.skip])
def test_a_copy_that_was_let_go_cannot_be_accepted(held, guest, end):
    end(key=held.key, now=timezone.now())

    with pytest.raises(offers.NotHeld):
        accept(held, guest)

    assert not CartItem.objects.exists()


def test_a_copy_whose_time_is_over_cannot_be_accepted(held, guest):
    with pytest.raises(offers.NotHeld, match="The time your copy was held for is over"):
        accept(held, guest, now=after_the_hold(held))


def test_a_key_of_no_place_is_refused(held, guest):
    with pytest.raises(places.NoSuchPlace):
        accept_held(shopper=guest, key=uuid.uuid4(), now=timezone.now())


def test_a_book_that_was_withdrawn_cannot_be_accepted(held, emma, guest):
    Book.objects.filter(pk=emma.pk).update(withdrawn_at=timezone.now())

    with pytest.raises(cart.NotForSale):
        accept(held, guest)

    assert not CartItem.objects.exists()


def test_the_end_of_a_hold_is_told_once(held, emma, guest):
    accept(held, guest)
    join(emma)
    offers.expire(now=after_the_hold(held))

    assert cart.look_into(guest).news == ["The time your copy of “Emma” was held for is over."]

    assert cart.look_into(guest).news == []
    assert not cart.basket_of(guest).can_check_out


def test_a_copy_that_can_be_bought_by_everybody_stays_in_the_basket(held, emma, guest):
    accept(held, guest)
    reprice(emma, "12")
    offers.expire(now=after_the_hold(held))

    assert cart.look_into(guest).news == [
        "The time your copy of “Emma” was held for is over.",
        "“Emma” now costs £12.00, it was £10.00.",
    ]
    assert cart.basket_of(guest).can_check_out


def test_a_copy_that_was_passed_on_is_told_of(held, guest):
    accept(held, guest)
    offers.decline(key=held.key, now=timezone.now())

    assert cart.look_into(guest).news == ["No copy of “Emma” is held for you any more."]


def test_nobody_else_is_shown_a_held_copy_as_in_stock(held, emma, guest):
    accept(held, guest)

    with pytest.raises(cart.NotForSale):
        fill(Shopper(token=uuid.uuid4()), emma)
