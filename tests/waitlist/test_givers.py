"""By what a giver is known again, on every device and after every sign-in, and by nobody else."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.erasing import erase
from accounts.person import Person
from tests.accounts import doors
from tests.factories import BookFactory, UserFactory
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem
from waitlist.views.shared_lists import GIVER_KEY

from .conftest import act, messages, save

pytestmark = pytest.mark.django_db
GIVER = "gwen@example.org"


@pytest.fixture
def member(db):
    return doors.member(GIVER)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def one_more(wishlist: Wishlist) -> Wishlist:
    """Another list of the same owner, shared, with another book."""
    made = wishlists.make_list(user=wishlist.user, name="Christmas", now=timezone.now())
    save(wishlist.user, BookFactory(), made)
    return wishlists.share(wishlist=made, shown_name="")


def gives(client: Client, wishlist: Wishlist) -> bool:
    """Whether the list tells this reader that they give the book, and not that another does."""
    page = client.get(wishlist.shared_path).text
    by_them, by_another = "You are giving this" in page, "Somebody is giving this" in page
    assert by_them != by_another
    assert by_them == ("I am not giving this after all" in page)
    return by_them


def test_a_member_takes_it_back_after_signing_out_and_in_again(client, member, shared):
    doors.sign_in(client, GIVER)
    act(client, shared, "take")

    client.post("/accounts/logout/")
    assert not gives(client, shared)
    assert messages(act(client, shared, "untake")) == ["Somebody else gives this book already."]

    doors.sign_in(client, GIVER)
    assert gives(client, shared)
    assert messages(act(client, shared, "untake")) == ["It is free for others to give again."]
    assert "I am giving this" in client.get(shared.shared_path).text


def test_a_member_takes_it_back_on_another_device(member, shared):
    laptop, tablet = signed_in(member), signed_in(member)
    act(laptop, shared, "take")
    assert GIVER_KEY not in laptop.session

    assert gives(tablet, shared)
    act(tablet, shared, "untake")

    assert not WishlistItem.objects.get().is_taken


def test_another_member_cannot_take_it_back(member, shared):
    act(signed_in(member), shared, "take")
    other = signed_in(UserFactory())

    assert not gives(other, shared)
    assert messages(act(other, shared, "untake")) == ["Somebody else gives this book already."]
    assert gives(signed_in(member), shared)


def test_whoever_signs_in_on_the_same_machine_afterwards_cannot_take_it_back(client, shared):
    client.force_login(UserFactory())
    act(client, shared, "take")

    client.force_login(UserFactory())

    assert not gives(client, shared)


def test_a_visitor_who_then_signs_in_takes_it_back(client, member, shared):
    act(client, shared, "take")

    doors.sign_in(client, GIVER)

    assert doors.is_in(client)
    assert gives(client, shared)
    assert messages(act(client, shared, "untake")) == ["It is free for others to give again."]


def test_who_gave_as_a_visitor_gives_by_their_account_once_they_are_in(client, member, shared):
    act(client, shared, "take")
    act(client, shared, "untake")
    client.force_login(member)

    act(client, shared, "take")

    assert gives(signed_in(member), shared)


def test_a_giver_is_known_by_the_next_link_of_the_list_too(member, shared):
    act(signed_in(member), shared, "take")

    wishlists.revoke(wishlist=shared)
    assert signed_in(member).get(shared.shared_path).status_code == 404

    assert gives(signed_in(member), wishlists.share(wishlist=shared, shown_name=""))


def test_a_giver_is_known_where_the_owner_moves_the_book(shopper, member, shared):
    act(signed_in(member), shared, "take")
    other = wishlists.make_list(user=shopper, name="Christmas", now=timezone.now())
    other = wishlists.share(wishlist=other, shown_name="")

    wishlists.move(item=WishlistItem.objects.get(), wishlist=other)

    assert gives(signed_in(member), other)


def test_a_row_tells_neither_who_gives_nor_whether_they_have_an_account(client, member, shared):
    owner = UserFactory()
    another = save(owner, BookFactory()).wishlist
    another = wishlists.share(wishlist=another, shown_name="")
    act(signed_in(member), shared, "take")
    act(signed_in(member), another, "take")
    act(client, one_more(shared), "take")

    tokens = set(WishlistItem.objects.values_list("taken_by", flat=True))

    assert len(tokens) == 3
    assert {token.version for token in tokens} == {4}


def test_after_a_change_of_the_secret_key_the_old_one_still_tells(member, shared, settings):
    act(signed_in(member), shared, "take")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 60
    settings.SECRET_KEY_FALLBACKS = []
    assert not gives(signed_in(member), shared)

    settings.SECRET_KEY_FALLBACKS = [old]
    assert gives(signed_in(member), shared)
    for verb in ("untake", "take"):
        act(signed_in(member), shared, verb)

    settings.SECRET_KEY_FALLBACKS = []
    assert gives(signed_in(member), shared)


def test_what_somebody_said_stays_said_when_they_are_erased(client, member, shared):
    act(signed_in(member), shared, "take")

    erase(person=Person.of(member), now=timezone.now())

    assert not gives(client, shared)
    assert WishlistItem.objects.get().is_taken
