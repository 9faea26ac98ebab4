"""Lines that wait outside the basket."""

from decimal import Decimal

import pytest
from django.utils import timezone

from shop import cart
from shop.cart import Shopper
from shop.models import CartItem
from tests.factories import BookFactory, receive

from .conftest import decline, fill, place

HTMX = {"HX-Request": "true", "HX-Target": "basket-lines"}


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 2}, follow=True)
    return client


@pytest.fixture
def with_emma_saved(with_emma):
    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/save/")
    with_emma.get("/basket/")
    return with_emma


def save(shopper: Shopper, book) -> None:
    line = CartItem.objects.get(cart__token=shopper.token, book=book)
    cart.save_for_later(shopper=shopper, item_id=line.pk, now=timezone.now())


def lines(shopper: Shopper) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Title and copies of the lines in the basket, and of those saved for later."""
    basket = cart.basket_of(shopper)
    return (
        [(line.book.title, line.quantity) for line in basket.lines],
        [(line.book.title, line.quantity) for line in basket.saved],
    )


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_a_line_can_be_saved_for_later(with_emma):
    line = CartItem.objects.get()

    page = with_emma.post(f"/basket/items/{line.pk}/save/", follow=True)

    assert page.redirect_chain == [("/basket/", 302)]
    assert messages(page) == ["“Emma” is saved for later."]
    assert "Your basket is empty" in page.text
    assert 'id="later">Saved for later' in page.text


def test_saving_by_htmx_brings_the_lines_and_the_badge(with_emma):
    line = CartItem.objects.get()

    page = with_emma.post(f"/basket/items/{line.pk}/save/", headers=HTMX, follow=True)

    assert "<html" not in page.text
    assert 'id="basket-lines"' in page.text
    assert 'id="basket-badge"' in page.text


def test_what_is_saved_counts_neither_in_copies_nor_in_sums(with_emma_saved, emma):
    other = BookFactory(price=Decimal("3.00"))
    with_emma_saved.post(f"/basket/add/{other.ean}/")

    page = with_emma_saved.get("/basket/")

    assert (page.context["basket"].copies, page.context["basket"].total_text) == (1, "£3.00")
    assert '<b><span aria-hidden="true">1</span>' in page.text


def test_what_is_saved_and_cannot_be_bought_keeps_nobody_from_the_checkout(with_emma_saved, emma):
    with_emma_saved.post(f"/basket/add/{BookFactory().ean}/")
    receive(emma, -3)

    assert 'href="/checkout/"' in with_emma_saved.get("/basket/").text


def test_a_basket_of_saved_lines_alone_has_no_checkout(with_emma_saved):
    assert with_emma_saved.get("/checkout/").url == "/basket/"


def test_a_saved_line_can_be_moved_back(with_emma_saved):
    line = CartItem.objects.get()

    page = with_emma_saved.post(f"/basket/items/{line.pk}/restore/", follow=True)

    assert messages(page) == ["The basket has 2 × Emma now."]
    assert page.context["basket"].copies == 2


def test_a_saved_line_of_which_too_few_are_left_stays_saved(with_emma_saved, emma):
    receive(emma, -2)
    line = CartItem.objects.get()

    page = with_emma_saved.post(f"/basket/items/{line.pk}/restore/", follow=True)

    assert messages(page) == ["Only one copy of “Emma” is left."]
    assert page.context["basket"].saved == [line]


def test_a_saved_line_of_which_too_few_are_left_offers_those(with_emma_saved, emma):
    receive(emma, -2)
    offered = with_emma_saved.get("/basket/").text

    page = with_emma_saved.post(
        f"/basket/items/{CartItem.objects.get().pk}/", {"quantity": 1}, follow=True
    )

    assert "Move the last copy to basket" in offered
    assert page.context["basket"].copies == 1


def test_a_saved_line_that_cannot_be_bought_offers_no_move(with_emma_saved, emma):
    offered = with_emma_saved.get("/basket/")
    receive(emma, -3)

    assert "Move to basket" in offered.text
    assert "Move to basket" not in with_emma_saved.get("/basket/").text


@pytest.mark.parametrize("act", ["save", "restore"])
def test_nobody_moves_anothers_line(with_emma, shopper_client, act):
    line = CartItem.objects.get()
    if act == "restore":
        CartItem.objects.update(saved_at=timezone.now())

    page = shopper_client.post(f"/basket/items/{line.pk}/{act}/", follow=True)

    line.refresh_from_db()
    assert messages(page) == ["That book is no longer in your basket."]
    assert line.is_saved == (act == "restore")


@pytest.mark.parametrize("act", ["save", "restore"])
def test_looking_at_a_move_is_not_allowed(client, db, act):
    assert client.get(f"/basket/items/1/{act}/").status_code == 405


def test_adding_a_saved_book_brings_so_many_copies_into_the_basket(guest, emma):
    fill(guest, emma, quantity=2)
    save(guest, emma)

    fill(guest, emma, quantity=1)

    assert lines(guest) == ([("Emma", 1)], [])


def test_a_refusal_counts_no_saved_copies(guest, emma):
    fill(guest, emma, quantity=2)
    save(guest, emma)

    with pytest.raises(cart.TooManyCopies, match=r"^Only 3 copies of “Emma” are left\.$"):
        fill(guest, emma, quantity=4)


def test_an_order_leaves_saved_lines_alone(guest, emma):
    other = BookFactory(title="Persuasion")
    fill(guest, emma, other)
    save(guest, emma)

    order = place(guest)

    assert [item.title for item in order.items.all()] == ["Persuasion"]
    assert lines(guest) == ([], [("Emma", 1)])


def test_a_book_saved_meanwhile_is_in_the_basket_again_if_its_order_fails(guest, emma):
    fill(guest, emma, quantity=1)
    order = place(guest)
    fill(guest, emma, quantity=2)
    save(guest, emma)

    decline(order.number)

    assert lines(guest) == ([("Emma", 1)], [])


def test_saved_lines_survive_signing_in(with_emma_saved, shopper):
    with_emma_saved.force_login(shopper)

    assert lines(Shopper(user=shopper)) == ([], [("Emma", 2)])


@pytest.mark.parametrize(
    ("saved_by", "expected"),
    [
        ("the visitor", ([("Emma", 1)], [])),
        ("the user", ([("Emma", 2)], [])),
        ("both", ([], [("Emma", 2)])),
    ],
)
def test_signing_in_prefers_the_line_in_a_basket_to_the_saved_one(
    with_emma, shopper, emma, saved_by, expected
):
    own = Shopper(user=shopper)
    fill(own, emma, quantity=1)
    saved = CartItem.objects.all()
    if saved_by != "both":
        saved = saved.filter(cart__user__isnull=saved_by == "the visitor")
    saved.update(saved_at=timezone.now())

    with_emma.force_login(shopper)

    assert lines(own) == expected


def test_the_number_of_queries_does_not_grow_with_saved_lines(
    with_emma_saved, django_assert_num_queries
):
    for book in BookFactory.create_batch(30):
        with_emma_saved.post(f"/basket/add/{book.ean}/")
    CartItem.objects.update(saved_at=timezone.now())
    with_emma_saved.get("/basket/")

    # Session, lines, copies for the badge.
    with django_assert_num_queries(3):
        assert len(with_emma_saved.get("/basket/").context["basket"].saved) == 31
