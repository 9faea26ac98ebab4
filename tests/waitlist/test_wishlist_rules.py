"""What members may do with their lists, and givers with those that are shared."""

import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Book
from tests.factories import BookFactory, UserFactory, receive
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def emma():
    return BookFactory(title="Emma", price=Decimal("8.50"))


@pytest.fixture
def birthday(shopper) -> Wishlist:
    return make(shopper, "Birthday")


@pytest.fixture
def shared(shopper, emma, birthday) -> Wishlist:
    save(shopper, emma, birthday)
    return wishlists.share(wishlist=birthday, shown_name="")


def make(user, name: str) -> Wishlist:
    return wishlists.make_list(user=user, name=name, now=NOW)


def save(user, book, wishlist=None) -> WishlistItem:
    return wishlists.save(user=user, book=book, wishlist=wishlist, now=NOW)


def take(wishlist, giver, reader=None) -> None:
    """Say that the only book on a list is given."""
    gift = {"key": wishlist.key, "item_id": WishlistItem.objects.get().pk, "giver": giver}
    wishlists.take(**gift, reader=reader or AnonymousUser(), now=NOW)


def untake(wishlist, giver, reader=None) -> None:
    gift = {"key": wishlist.key, "item_id": WishlistItem.objects.get().pk, "giver": giver}
    wishlists.untake(**gift, reader=reader or AnonymousUser())


def on(user) -> list[tuple[str, str]]:
    """List and title of everything that somebody has saved."""
    items = WishlistItem.objects.of(user).order_by("pk")
    return list(items.values_list("wishlist__name", "book__title"))


def test_the_first_book_makes_the_list_that_it_goes_to(shopper, emma):
    item = save(shopper, emma)

    assert (item.wishlist.name, item.wishlist.is_default) == ("Wishlist", True)
    assert (item.price_added, item.price_told, item.in_stock_told) == (8.5, 8.5, True)
    assert item.added_at == NOW


def test_a_book_without_price_or_copies_is_kept_as_such(shopper):
    item = save(shopper, BookFactory(price=None, stock=0))

    assert (item.price_added, item.price_told, item.in_stock_told) == (None, None, False)


def test_a_book_is_saved_once_with_the_price_of_the_first_time(shopper, emma):
    first = save(shopper, emma)
    Book.objects.update(price=Decimal("5.00"))

    again = save(shopper, Book.objects.get())

    assert again == first
    assert WishlistItem.objects.get().price_added == Decimal("8.50")


def test_a_book_on_any_list_is_saved_already(shopper, emma, birthday):
    save(shopper, emma, birthday)

    assert save(shopper, emma).wishlist == birthday
    assert on(shopper) == [("Birthday", "Emma")]


def test_a_book_may_be_on_two_lists(shopper, emma, birthday):
    save(shopper, emma)
    save(shopper, emma, birthday)

    assert on(shopper) == [("Wishlist", "Emma"), ("Birthday", "Emma")]


def test_removing_takes_a_book_off_one_list_or_off_all(shopper, emma, birthday):
    save(shopper, emma)
    save(shopper, emma, birthday)

    wishlists.remove(user=shopper, books=[emma], wishlist=birthday)
    assert on(shopper) == [("Wishlist", "Emma")]

    save(shopper, emma, birthday)
    assert len(wishlists.remove(user=shopper, books=[emma])) == 2
    assert on(shopper) == []


def test_removing_what_is_gone_is_refused(shopper, emma):
    with pytest.raises(wishlists.BookIsGone):
        wishlists.remove(user=shopper, books=[emma])


def test_what_was_removed_is_put_back_as_it_was(shopper, emma, shared):
    take(shared, uuid.uuid4())
    before = WishlistItem.objects.values("wishlist", "book", "added_at", "price_added", "taken_by")
    before = list(before)

    gone = wishlists.remove(user=shopper, books=[emma])
    wishlists.put_back(user=shopper, items=gone)
    wishlists.put_back(user=shopper, items=gone)

    assert list(WishlistItem.objects.values(*before[0])) == before


def test_nothing_is_put_back_on_the_list_of_another(shopper, emma, shared):
    gone = wishlists.remove(user=shopper, books=[emma])

    with pytest.raises(wishlists.ListIsGone):
        wishlists.put_back(user=UserFactory(), items=gone)
    assert not WishlistItem.objects.exists()


def test_moving_keeps_all_that_is_known(shopper, emma, birthday):
    item = save(shopper, emma)
    Book.objects.update(price=Decimal("5.00"))

    moved = wishlists.move(item=item, wishlist=birthday)

    assert (moved.pk, moved.price_added) == (item.pk, Decimal("8.50"))
    assert on(shopper) == [("Birthday", "Emma")]


def test_moving_to_a_list_that_has_the_book_makes_one_of_two(shopper, emma, shared):
    item = save(shopper, emma)
    item = WishlistItem.objects.create(
        wishlist=wishlists.default_of(user=shopper),
        book=emma,
        added_at=NOW,
        in_stock_told=True,
        taken_at=NOW,
        taken_by=uuid.uuid4(),
    )

    twin = wishlists.move(item=item, wishlist=shared)

    assert on(shopper) == [("Birthday", "Emma")]
    assert WishlistItem.objects.get().taken_by == item.taken_by == twin.taken_by


def test_nothing_moves_to_the_list_of_another(shopper, emma):
    item = save(shopper, emma)

    with pytest.raises(wishlists.BookIsGone):
        wishlists.move(item=item, wishlist=make(UserFactory(), "Theirs"))
    assert on(shopper) == [("Wishlist", "Emma")]


@pytest.mark.parametrize("name", ["Birthday", "bIRTHDAY"])
def test_a_name_is_used_once(shopper, birthday, name):
    with pytest.raises(wishlists.NameIsTaken):
        make(shopper, name)
    with pytest.raises(wishlists.NameIsTaken):
        wishlists.rename(wishlist=wishlists.default_of(user=shopper), name=name)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wishlist.objects.create(user=shopper, name=name, created_at=NOW)

    assert make(UserFactory(), name).name == name


def test_a_list_may_be_renamed_to_its_own_name_in_capitals(birthday):
    assert wishlists.rename(wishlist=birthday, name="BIRTHDAY").name == "BIRTHDAY"


def test_there_is_one_default_list_and_it_stays(shopper, birthday):
    default = wishlists.default_of(user=shopper)

    with pytest.raises(wishlists.DefaultStays):
        wishlists.delete_list(wishlist=default)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wishlist.objects.filter(pk=birthday.pk).update(is_default=True)


def test_deleting_a_list_leaves_the_others_alone(shopper, emma, birthday):
    save(shopper, emma)
    save(shopper, emma, birthday)

    wishlists.delete_list(wishlist=birthday)

    assert on(shopper) == [("Wishlist", "Emma")]
    with pytest.raises(wishlists.ListIsGone):
        wishlists.delete_list(wishlist=Wishlist(pk=birthday.pk, user=shopper))
    with pytest.raises(wishlists.ListIsGone):
        save(shopper, emma, birthday)


def test_lists_and_their_books_have_a_limit(shopper, emma, birthday, monkeypatch):
    monkeypatch.setattr(wishlists, "MOST_LISTS", 2)
    monkeypatch.setattr(wishlists, "MOST_BOOKS", 1)
    item = save(shopper, emma, birthday)

    with pytest.raises(wishlists.TooManyLists, match="You have 2 lists"):
        make(shopper, "Christmas")
    with pytest.raises(wishlists.TooManyBooks, match="“Birthday” holds 1 books"):
        save(shopper, BookFactory(), birthday)
    other = save(shopper, BookFactory(title="Persuasion"))
    with pytest.raises(wishlists.TooManyBooks):
        wishlists.move(item=other, wishlist=birthday)
    assert on(shopper) == [("Birthday", "Emma"), ("Wishlist", "Persuasion")]
    assert item == save(shopper, emma, birthday)


def test_each_sharing_makes_a_link_that_was_never_there(birthday):
    first = wishlists.share(wishlist=birthday, shown_name="Sam").key
    again = wishlists.share(wishlist=birthday, shown_name="").key
    revoked = wishlists.revoke(wishlist=birthday)
    anew = wishlists.share(wishlist=birthday, shown_name="").key

    assert first == again
    assert (revoked.key, revoked.shown_name) == (None, "")
    assert anew not in (None, first)


def test_a_giver_takes_a_book_and_takes_it_back(shared):
    giver = uuid.uuid4()

    take(shared, giver)
    take(shared, giver)
    assert WishlistItem.objects.get().is_taken

    untake(shared, giver)
    untake(shared, giver)
    assert not WishlistItem.objects.get().is_taken


def test_what_one_giver_takes_no_other_takes_or_takes_back(shared):
    giver, other = uuid.uuid4(), uuid.uuid4()
    take(shared, giver)

    with pytest.raises(wishlists.AlreadyTaken):
        take(shared, other)
    with pytest.raises(wishlists.AlreadyTaken):
        untake(shared, other)

    assert WishlistItem.objects.get().taken_by == giver


def test_the_owner_learns_nothing_by_trying(shopper, shared):
    for _ in range(2):
        for act in (take, untake):
            with pytest.raises(wishlists.OwnList):
                act(shared, uuid.uuid4(), shopper)
        take(shared, uuid.UUID(int=1))


def test_nothing_is_taken_by_a_link_that_was_given_up(shared):
    wishlists.revoke(wishlist=shared)

    with pytest.raises(wishlists.NotOnTheList):
        take(shared, uuid.uuid4())


def test_nothing_is_taken_that_is_on_another_list(shopper, shared):
    other = save(shopper, BookFactory(), make(shopper, "Private"))

    with pytest.raises(wishlists.NotOnTheList):
        wishlists.take(
            key=shared.key,
            item_id=other.pk,
            giver=uuid.uuid4(),
            reader=AnonymousUser(),
            now=NOW,
        )


def test_cards_are_told_in_one_query_what_is_saved(
    shopper, emma, birthday, django_assert_num_queries
):
    others = BookFactory.create_batch(3)
    save(shopper, emma)
    save(shopper, emma, birthday)
    save(UserFactory(), others[0])
    eans = [book.ean for book in (emma, *others)]

    with django_assert_num_queries(1):
        assert wishlists.saved_eans(user=shopper, eans=eans) == {emma.ean}
    with django_assert_num_queries(0):
        assert wishlists.saved_eans(user=AnonymousUser(), eans=eans) == set()
        assert wishlists.saved_eans(user=shopper, eans=[]) == set()


@pytest.mark.parametrize(
    ("price", "words", "is_cheaper"),
    [
        ("6.50", "£2.00 less than when you saved it", True),
        ("8.50", "", False),
        ("9.00", "£0.50 more than when you saved it", False),
        (None, "", False),
    ],
)
def test_a_price_is_compared_with_that_when_it_was_saved(shopper, emma, price, words, is_cheaper):
    save(shopper, emma)
    Book.objects.update(price=price)

    item = WishlistItem.objects.get()

    assert (item.price_words, item.is_cheaper) == (words, is_cheaper)


def test_a_price_that_came_later_is_compared_with_nothing(shopper):
    save(shopper, BookFactory(price=None))
    Book.objects.update(price=Decimal("8.50"))

    item = WishlistItem.objects.get()

    assert (item.price_words, item.price_lost_text, item.is_cheaper) == ("", "", False)


def test_selling_out_takes_nothing_off_a_list(shopper, emma):
    save(shopper, emma)
    receive(emma, -5)

    assert on(shopper) == [("Wishlist", "Emma")]
