"""A list as those see it who have its link, and what its owner never sees."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from bookstore.logs import without_keys
from catalog.models import Book
from tests.factories import BookFactory, DeliveryMethodFactory, UserFactory, receive
from tests.shop.conftest import order_through_pages, pay
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem

from .conftest import act, messages, on, save

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["a visitor", "a member"])
def giver(request) -> Client:
    client = Client()
    if request.param == "a member":
        client.force_login(UserFactory())
    return client


def test_a_list_is_private_until_it_is_shared(shopper_client, client, birthday, shopper, emma):
    save(shopper, emma, birthday)
    assert "You alone" in shopper_client.get(f"/wishlist/{birthday.pk}/").text
    assert client.get(f"/wishlist/shared/{uuid4()}/").status_code == 404

    page = shopper_client.post(f"/wishlist/{birthday.pk}/share/", {"shown_name": ""}, follow=True)

    birthday.refresh_from_db()
    assert f"http://testserver{birthday.shared_path}" in page.text
    assert "Emma" in client.get(birthday.shared_path).text


def test_a_link_that_was_taken_back_never_works_again(shopper_client, client, shared):
    page = shopper_client.post(f"/wishlist/{shared.pk}/revoke/", follow=True)
    assert messages(page) == ["The list is yours alone again. The link no longer works."]
    assert client.get(shared.shared_path).status_code == 404

    shopper_client.post(f"/wishlist/{shared.pk}/share/", {"shown_name": ""})

    assert client.get(shared.shared_path).status_code == 404
    anew = Wishlist.objects.get(pk=shared.pk)
    assert client.get(anew.shared_path).status_code == 200


def test_sharing_twice_keeps_the_link(shopper_client, client, shared):
    shopper_client.post(f"/wishlist/{shared.pk}/share/", {"shown_name": "Sam"})

    assert "A wishlist of Sam." in client.get(shared.shared_path).text


def test_it_says_nothing_of_whose_it_is_unless_they_said_so(client, shopper, shared):
    page = client.get(shared.shared_path).text

    for sign in (shopper.email, "Sam", "Shopper", "when you saved it"):
        assert sign not in page
    assert "A wishlist that was shared with you." in page


def test_search_engines_and_caches_stay_away(client, shared):
    page = client.get(shared.shared_path)

    assert page["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "no-store" in page["Cache-Control"]


def test_no_line_of_the_log_holds_the_link(shared):
    assert without_keys(f"GET {shared.shared_path}?page=2") == "GET /wishlist/shared/…/?page=2"


def test_looking_starts_no_session(client, shared):
    assert not client.get(shared.shared_path).cookies.get("sessionid")


def test_a_giver_puts_a_book_into_their_own_basket(giver, shopper_client, shopper, emma, shared):
    before = own_pages(shopper_client, shared)
    sent = {"quantity": 1, "next": shared.shared_path}

    page = giver.post(f"/basket/add/{emma.ean}/", sent, follow=True)

    assert page.redirect_chain == [(shared.shared_path, 302)]
    assert messages(page) == ["“Emma” is in your basket."]
    assert "Emma" in giver.get("/basket/").text
    assert own_pages(shopper_client, shared) == before
    assert on(shopper) == [("Birthday", "Emma")]


def test_the_order_of_a_giver_changes_nothing_for_the_owner(giver, shopper_client, emma, shared):
    before = own_pages(shopper_client, shared)
    DeliveryMethodFactory()

    act(giver, shared, "take")
    pay(order_through_pages(giver, emma).number)
    receive(emma, 1)

    assert own_pages(shopper_client, shared) == before


def test_other_givers_see_that_somebody_gives_a_book(giver, client, shared):
    page = act(giver, shared, "take")
    assert messages(page) == [
        "Thank you. Others who open this list now see that you are giving it."
    ]
    assert "You are giving this" in page.text
    assert "I am not giving this after all" in page.text

    page = client.get(shared.shared_path).text
    assert "Somebody is giving this" in page
    assert "I am giving this" not in page
    assert messages(act(client, shared, "take")) == ["Somebody else gives this book already."]
    assert messages(act(client, shared, "untake")) == ["Somebody else gives this book already."]


def test_a_giver_says_it_twice_and_takes_it_back(giver, client, shared):
    act(giver, shared, "take")
    act(giver, shared, "take")
    page = act(giver, shared, "untake")

    assert messages(page) == ["It is free for others to give again."]
    assert "I am giving this" in client.get(shared.shared_path).text


def own_pages(client: Client, wishlist: Wishlist) -> list[str]:
    """What the owner sees of a list, and of all else that it is on, without tokens of forms."""
    addresses = (
        *(f"/wishlist/{wishlist.pk}/", "/wishlist/", wishlist.shared_path, "/accounts/data/"),
        *(f"/wishlist/{wishlist.pk}/{act}/" for act in ("share", "rename", "delete")),
    )
    pages = [client.get(address).text for address in addresses]
    return [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages]


def test_the_owner_sees_nothing_of_it_anywhere(giver, shopper_client, shared):
    before = own_pages(shopper_client, shared)

    act(giver, shared, "take")

    assert WishlistItem.objects.get().is_taken
    assert own_pages(shopper_client, shared) == before
    assert "This is your own list." in shopper_client.get(shared.shared_path).text


@pytest.mark.parametrize("verb", ["take", "untake"])
def test_the_owner_learns_nothing_by_pressing_a_button(giver, shopper_client, shared, verb):
    free = messages(act(shopper_client, shared, verb))
    act(giver, shared, "take")

    assert messages(act(shopper_client, shared, verb)) == free
    assert free == ["This is your own list: its gifts are for others to choose."]


def test_undoing_a_removal_shows_no_giver_and_loses_none(giver, shopper_client, emma, shared):
    act(giver, shared, "take")
    before = WishlistItem.objects.get()

    page = shopper_client.post(f"/wishlist/remove/{emma.ean}/", follow=True)
    assert str(before.taken_by) not in page.text
    shopper_client.post("/wishlist/undo/")

    assert "You are giving this" in giver.get(shared.shared_path).text


def test_what_is_gone_or_private_cannot_be_given(client, shopper_client, emma, shared):
    item = WishlistItem.objects.get()
    shopper_client.post(f"/wishlist/remove/{emma.ean}/")
    address = f"{shared.shared_path}{item.pk}/take/"
    assert messages(client.post(address, follow=True)) == ["That book is no longer on this list."]
    assert "sessionid" not in client.cookies

    shopper_client.post("/wishlist/undo/")
    wishlists.revoke(wishlist=shared)
    address = f"{shared.shared_path}{WishlistItem.objects.get().pk}/take/"
    assert client.post(address, follow=True).status_code == 404
    assert not WishlistItem.objects.get().is_taken


def test_giving_asks_for_a_post(giver, shared):
    item = WishlistItem.objects.get()

    for verb in ("take", "untake"):
        assert giver.get(f"{shared.shared_path}{item.pk}/{verb}/").status_code == 405


def test_what_cannot_be_bought_is_shown_and_not_offered(client, shared):
    Book.objects.update(withdrawn_at=timezone.now())

    page = client.get(shared.shared_path).text

    assert "No longer sold here" in page
    assert "Put into my basket" not in page


def test_an_empty_shared_list_has_ways_on(client, birthday):
    shared = wishlists.share(wishlist=birthday, shown_name="")

    assert "No book is on this list at the moment" in client.get(shared.shared_path).text


def test_the_number_of_queries_does_not_grow_with_books(
    client, shopper, shared, django_assert_num_queries
):
    client.get("/terms/")
    # The list, how many books, the books.
    with django_assert_num_queries(3):
        client.get(shared.shared_path)
    for book in BookFactory.create_batch(30):
        save(shopper, book, shared)
    with django_assert_num_queries(3):
        client.get(shared.shared_path)
