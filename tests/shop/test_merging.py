"""The basket of a visitor who signs in meets the one of their account."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from catalog import stock
from catalog.models import Book, StockMovement
from shop import cart, merging
from shop.cart import Shopper
from shop.models import Cart, CartItem
from tests.factories import BookFactory, VoucherFactory

from .conftest import fill

pytestmark = pytest.mark.django_db
JOINED = "Your basket from before you signed in has joined the one you had."


@pytest.fixture
def emma():
    return BookFactory(title="Emma", stock=9)


@pytest.fixture
def persuasion():
    return BookFactory(title="Persuasion", stock=9)


@pytest.fixture
def member(shopper) -> Shopper:
    """Somebody with an account, who can sign in with its password."""
    EmailAddress.objects.create(user=shopper, email=shopper.email, verified=True, primary=True)
    return Shopper(user=shopper)


def leave(book: Book, copies: int) -> None:
    """Others buy all but so many copies."""
    book.refresh_from_db(fields=["stock"])
    stock.record(
        {book.pk: copies - book.stock},
        reason=StockMovement.Reason.CORRECTION,
        who="a test",
        at=timezone.now(),
    )


def put(client: Client, book: Book, copies: int) -> None:
    client.post(f"/basket/add/{book.ean}/", {"quantity": copies})


def sign_in(client: Client, member: Shopper) -> str:
    """By the page with the password. Returns what the next page says of the baskets."""
    form = {"login": member.user.email, "password": "a-good-password"}
    page = client.post("/accounts/login/", form, follow=True)
    told = [str(message) for message in get_messages(page.wsgi_request)]
    assert all(message in page.text for message in told)
    return "".join(words for words in told if words.startswith(JOINED)).replace("\n", " ")


def lines(member: Shopper) -> list[tuple[str, int]]:
    return [(line.book.title, line.quantity) for line in cart.basket_of(member).lines]


@pytest.mark.parametrize(("visitors", "users"), [(3, 2), (2, 3)])
def test_a_book_in_both_is_there_in_the_larger_quantity(client, member, emma, visitors, users):
    fill(member, emma, quantity=users)
    put(client, emma, visitors)

    told = sign_in(client, member)

    assert lines(member) == [("Emma", 3)]
    assert told == f"{JOINED} “Emma”: 3 copies, the larger of 2 and 3."


@pytest.mark.parametrize(("left", "words"), [(2, "2 copies"), (1, "one copy")])
def test_no_more_copies_than_are_left_are_in_the_basket_then(client, member, emma, left, words):
    fill(member, emma, quantity=4)
    put(client, emma, 3)
    leave(emma, left)

    told = sign_in(client, member)

    assert lines(member) == [("Emma", left)]
    assert told == f"{JOINED} “Emma”: {words}, no more are left."
    # It is told once: the basket has nothing to add, and can be ordered.
    page = client.get("/basket/")
    assert "Since you last looked" not in page.text
    assert page.context["basket"].can_check_out


def test_a_capped_line_has_no_news_later_when_copies_come_and_go(client, member, emma):
    fill(member, emma, quantity=4)
    put(client, emma, 3)
    CartItem.objects.filter(cart__user=member.user).update(missing_seen=1)
    leave(emma, 2)

    sign_in(client, member)

    assert CartItem.objects.get().missing_seen == 0


@pytest.mark.parametrize("has_own", [False, True])
def test_the_visitors_voucher_counts_unless_the_user_has_one(client, member, emma, has_own):
    put(client, emma, 1)
    theirs, own = VoucherFactory(), VoucherFactory()
    Cart.objects.update(voucher=theirs)
    fill(member, emma)
    Cart.objects.filter(user=member.user).update(voucher=own if has_own else None)

    sign_in(client, member)

    assert Cart.objects.get(user=member.user).voucher == (own if has_own else theirs)


def test_equal_quantities_are_capped_too(client, member, emma):
    fill(member, emma, quantity=3)
    put(client, emma, 3)
    leave(emma, 2)

    assert "“Emma”: 2 copies, no more are left." in sign_in(client, member)
    assert lines(member) == [("Emma", 2)]


def test_a_book_of_which_none_is_left_stays_in_sight(client, member, emma):
    fill(member, emma, quantity=2)
    put(client, emma, 3)
    leave(emma, 0)

    sign_in(client, member)

    assert lines(member) == [("Emma", 3)]
    assert "This cannot be bought now: please take it out." in client.get("/basket/").text


def test_a_book_of_the_visitor_alone_comes_as_it_was_wanted(client, member, emma, persuasion):
    fill(member, persuasion)
    put(client, emma, 3)
    leave(emma, 2)

    told = sign_in(client, member)

    assert lines(member) == [("Emma", 3), ("Persuasion", 1)]
    assert told == f"{JOINED} 3 books were added."
    assert "Only 2 left, and you chose 3." in client.get("/basket/").text


def test_one_book_is_added_in_the_singular(client, member, emma, persuasion):
    fill(member, persuasion)
    put(client, emma, 1)

    assert sign_in(client, member) == f"{JOINED} One book was added."


def test_equal_lines_are_not_spoken_of(client, member, emma):
    fill(member, emma, quantity=2)
    put(client, emma, 2)

    assert sign_in(client, member) == JOINED
    assert lines(member) == [("Emma", 2)]


def test_it_is_told_once(client, member, emma, persuasion):
    fill(member, persuasion)
    put(client, emma, 1)
    sign_in(client, member)

    assert JOINED not in client.get("/basket/").text


@pytest.mark.parametrize("whose", ["the visitor's", "the user's", "nobody's"])
def test_a_basket_that_meets_no_other_is_not_spoken_of(client, member, emma, whose):
    if whose == "the visitor's":
        put(client, emma, 1)
    elif whose == "the user's":
        fill(member, emma)

    assert sign_in(client, member) == ""


def test_of_many_books_five_are_told_and_the_others_counted(client, member):
    books = BookFactory.create_batch(7, stock=9)
    fill(member, *books, quantity=1)
    for book in books:
        put(client, book, 2)

    told = sign_in(client, member)

    assert told.count("2 copies, the larger of 1 and 2.") == 5
    assert told.endswith("2 more books have changed.")


@pytest.mark.parametrize("saved_by", ["the visitor", "the user"])
def test_a_line_that_is_no_longer_saved_is_told(client, member, emma, saved_by):
    fill(member, emma, quantity=1)
    put(client, emma, 2)
    saved = CartItem.objects.filter(cart__user__isnull=saved_by == "the visitor")
    saved.update(saved_at=timezone.now())

    told = sign_in(client, member)

    assert told == f"{JOINED} “Emma”: in your basket, no longer saved for later."


def test_what_is_saved_in_both_is_not_capped(client, member, emma):
    fill(member, emma, quantity=2)
    put(client, emma, 3)
    CartItem.objects.update(saved_at=timezone.now())
    leave(emma, 1)

    sign_in(client, member)

    assert [line.quantity for line in cart.basket_of(member).saved] == [3]


def test_a_saved_line_that_comes_along_is_counted_apart(client, member, emma, persuasion):
    fill(member, persuasion)
    put(client, emma, 1)
    CartItem.objects.filter(book=emma).update(saved_at=timezone.now())

    assert sign_in(client, member) == f"{JOINED} One more is saved for later."


def test_a_sign_in_that_brings_no_page_merges_all_the_same(client, member, emma):
    fill(member, emma, quantity=2)
    put(client, emma, 3)

    client.force_login(member.user)

    assert lines(member) == [("Emma", 3)]


def test_the_number_of_queries_does_not_grow_with_new_lines(
    guest, shopper, emma, django_assert_num_queries
):
    fill(Shopper(user=shopper), emma)
    fill(guest, *BookFactory.create_batch(20))

    # Savepoint and its release, and what is done with baskets: the visitor's locked, the user's
    # found, locked and touched, the lines of both read, moved and left ones deleted, the end noted.
    with django_assert_num_queries(11):
        merging.merge(token=guest.token, user=shopper, now=timezone.now())
