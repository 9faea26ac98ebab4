"""The lists of a member, through their pages."""

from decimal import Decimal
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Book
from tests.accounts import doors
from tests.factories import BookFactory, UserFactory, receive
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem

from .conftest import messages, on, save

pytestmark = pytest.mark.django_db
PAGES = ("", "new/", "{pk}/", "{pk}/rename/", "{pk}/delete/", "{pk}/share/")


def test_a_stranger_is_led_to_sign_in_and_back_to_the_wish(client, emma):
    sam = doors.member()
    shelf = "/books/?q=emma"

    asked = client.post(f"/wishlist/add/{emma.ean}/", {"next": shelf})
    back = f"/wishlist/add/{emma.ean}/?next={quote(shelf, safe='')}"
    assert asked.url == f"/accounts/login/?next={quote(back, safe='/')}"

    page = doors.sign_in(client, next=back)
    assert page.redirect_chain[-1][0] == back
    assert "Save this book?" in page.text
    assert on(sam) == []

    saved = client.post(f"/wishlist/add/{emma.ean}/", {"next": shelf}, follow=True)
    assert saved.redirect_chain == [(shelf, 302)]
    assert messages(saved) == ["“Emma” is on your list “Wishlist”."]
    assert on(sam) == [("Wishlist", "Emma")]


def test_a_book_is_saved_twice_without_harm(shopper_client, shopper, emma):
    for _ in range(2):
        page = shopper_client.post(f"/wishlist/add/{emma.ean}/", follow=True)
        assert page.redirect_chain == [("/wishlist/", 302)]

    assert on(shopper) == [("Wishlist", "Emma")]


def test_who_has_several_lists_may_choose_one(shopper_client, shopper, emma, birthday):
    asked = shopper_client.get(f"/wishlist/add/{emma.ean}/")
    sent = {"list": birthday.pk}
    page = shopper_client.post(f"/wishlist/add/{emma.ean}/", sent, follow=True)

    assert '<select name="list"' in asked.text
    assert page.redirect_chain == [(f"/wishlist/{birthday.pk}/", 302)]
    assert on(shopper) == [("Birthday", "Emma")]


def test_who_has_one_list_is_not_asked_which(shopper_client, shopper, emma):
    save(shopper, BookFactory())

    assert '<select name="list"' not in shopper_client.get(f"/wishlist/add/{emma.ean}/").text


@pytest.mark.parametrize("sent", ["0", "abc", "", "9" * 30, "1.5"])
def test_a_list_that_is_none_of_theirs_takes_no_book(shopper_client, shopper, emma, sent):
    theirs = wishlists.make_list(user=UserFactory(), name="Theirs", now=timezone.now())
    save(shopper, BookFactory())

    for chosen in (sent, theirs.pk):
        page = shopper_client.post(f"/wishlist/add/{emma.ean}/", {"list": chosen})
        assert page.status_code == 422
        assert 'href="#id_list"' in page.text
    assert WishlistItem.objects.filter(book=emma).count() == 0


def test_a_full_list_says_so(shopper_client, shopper, emma, monkeypatch):
    monkeypatch.setattr(wishlists, "MOST_BOOKS", 1)
    save(shopper, BookFactory(title="Persuasion"))

    page = shopper_client.post(f"/wishlist/add/{emma.ean}/", follow=True)

    assert messages(page) == ["“Wishlist” holds 1 books, the most we keep on a list."]
    assert on(shopper) == [("Wishlist", "Persuasion")]


def test_what_is_not_sold_here_cannot_be_saved(shopper_client, emma):
    Book.objects.update(withdrawn_at=timezone.now())

    for ean in (emma.ean, "9780000000002", "nonsense"):
        assert shopper_client.get(f"/wishlist/add/{ean}/").status_code == 404
        assert shopper_client.post(f"/wishlist/add/{ean}/").status_code == 404


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "\\\\evil"])
def test_nobody_is_led_to_another_site(shopper_client, shopper, emma, elsewhere):
    sent = {"next": elsewhere}
    for act in (f"/wishlist/add/{emma.ean}/", f"/wishlist/remove/{emma.ean}/", "/wishlist/undo/"):
        assert shopper_client.post(act, sent).url == "/wishlist/"
    assert "evil" not in shopper_client.get(f"/wishlist/add/{emma.ean}/", sent).text
    assert "evil" not in Client().post(f"/wishlist/add/{emma.ean}/", sent).url


def test_an_empty_list_says_what_to_do(shopper_client):
    page = shopper_client.get("/wishlist/")

    assert "Nothing is on this list yet" in page.text
    main = page.text.partition("<main")[2].partition("</main>")[0]
    for way_on in ("/books/", "/genres/", "/contact/"):
        assert f'<a href="{way_on}">' in main
    assert not Wishlist.objects.exists()


def test_a_price_that_fell_is_marked_beside_that_of_the_day(shopper_client, shopper, emma):
    save(shopper, emma)
    assert "when you saved it" not in shopper_client.get("/wishlist/").text

    Book.objects.update(price=Decimal("6.50"))
    page = shopper_client.get("/wishlist/").text

    assert '<b class="tag red">£2.00 less than when you saved it</b>' in page
    assert "£8.50" not in page
    assert '<p class="price">£6.50</p>' in page


@pytest.mark.parametrize("gone", [{"price": None}, {"withdrawn_at": timezone.now()}])
def test_of_a_book_without_a_price_the_one_it_was_saved_at_is_told(
    shopper_client, shopper, emma, gone
):
    save(shopper, emma)
    Book.objects.update(**gone)

    page = shopper_client.get("/wishlist/").text

    assert "£8.50 when you saved it" in page
    assert '<p class="price">' not in page


def test_what_can_be_bought_is_moved_and_what_cannot_be_is_waited_for(
    shopper_client, shopper, emma
):
    save(shopper, emma)
    can_buy = shopper_client.get("/wishlist/").text
    receive(emma, -3)
    sold_out = shopper_client.get("/wishlist/").text

    assert ("Move to basket" in can_buy, "Wait for it" in can_buy) == (True, False)
    assert ("Move to basket" in sold_out, "Wait for it" in sold_out) == (False, True)
    assert "Out of stock" in sold_out


def test_what_is_no_longer_sold_stays_without_a_link(shopper_client, shopper, emma):
    save(shopper, emma)
    Book.objects.update(withdrawn_at=timezone.now())

    page = shopper_client.get("/wishlist/").text

    assert "No longer sold here" in page
    assert emma.get_absolute_url() not in page
    shopper_client.post(f"/wishlist/remove/{emma.ean}/")
    assert on(shopper) == []


def test_the_newest_wish_comes_first(shopper_client, shopper, emma):
    save(shopper, emma)
    save(shopper, BookFactory(title="Persuasion"))

    titles = [item.book.title for item in shopper_client.get("/wishlist/").context["page"]]

    assert titles == ["Persuasion", "Emma"]


def test_a_long_list_is_shown_page_by_page(shopper_client, shopper):
    for book in BookFactory.create_batch(51):
        save(shopper, book)

    first, second = (shopper_client.get(f"/wishlist/?page={page}") for page in (1, 2))

    assert (len(first.context["page"]), len(second.context["page"])) == (50, 1)
    assert 'rel="next" href="?page=2"' in first.text


def test_who_removes_the_only_book_of_the_last_page_sees_the_one_before(shopper_client, shopper):
    for book in BookFactory.create_batch(51):
        save(shopper, book)
    here, oldest = "/wishlist/?page=2", WishlistItem.objects.earliest("pk").book

    sent = {"next": here}
    page = shopper_client.post(f"/wishlist/remove/{oldest.ean}/", sent, follow=True)

    assert page.status_code == 200
    assert len(page.context["page"]) == 50


def test_a_list_of_which_nothing_can_be_bought_has_no_button_for_it(shopper_client, shopper, emma):
    save(shopper, emma)
    words = "Put all that can be bought into the basket"
    assert words in shopper_client.get("/wishlist/").text

    receive(emma, -3)

    assert words not in shopper_client.get("/wishlist/").text


def test_the_button_is_there_for_a_book_on_another_page(shopper_client, shopper, emma):
    save(shopper, emma)
    for book in BookFactory.create_batch(50, stock=0):
        save(shopper, book)

    page = shopper_client.get("/wishlist/")

    assert "Emma" not in [item.book.title for item in page.context["page"]]
    assert "Put all that can be bought into the basket" in page.text


def test_the_number_of_queries_does_not_grow_with_books_or_lists(
    shopper_client, shopper, emma, django_assert_num_queries
):
    save(shopper, emma)
    shopper_client.get("/terms/")
    # Session, user, lists, how many books, the books, whether any can be bought, copies for the badge.
    with django_assert_num_queries(7):
        shopper_client.get("/wishlist/")

    for number, book in enumerate(BookFactory.create_batch(30)):
        save(shopper, book)
        wishlists.make_list(user=shopper, name=f"List {number}", now=timezone.now())
    with django_assert_num_queries(7):
        shopper_client.get("/wishlist/")


def test_removing_can_be_undone_once(shopper_client, shopper, emma, birthday):
    save(shopper, emma, birthday)
    here = f"/wishlist/{birthday.pk}/"
    sent = {"list": birthday.pk, "next": here}

    page = shopper_client.post(f"/wishlist/remove/{emma.ean}/", sent, follow=True)
    assert page.redirect_chain == [(here, 302)]
    assert messages(page) == []
    assert "You took off “Emma”" in page.text
    assert "You took off" not in shopper_client.get(here).text

    page = shopper_client.post("/wishlist/undo/", {"next": here}, follow=True)
    assert messages(page) == ["It is on the list again."]
    assert on(shopper) == [("Birthday", "Emma")]

    page = shopper_client.post("/wishlist/undo/", follow=True)
    assert messages(page) == ["That can no longer be undone."]


def test_removing_from_a_card_takes_a_book_off_all_lists(shopper_client, shopper, emma, birthday):
    save(shopper, emma)
    save(shopper, emma, birthday)

    page = shopper_client.post(f"/wishlist/remove/{emma.ean}/", {"next": "/books/"}, follow=True)
    assert messages(page) == ["“Emma” is off the list."]
    assert on(shopper) == []

    shopper_client.post("/wishlist/undo/")
    assert on(shopper) == [("Wishlist", "Emma"), ("Birthday", "Emma")]


def test_what_cannot_be_put_back_is_refused_in_words(shopper_client, shopper, emma, birthday):
    save(shopper, emma, birthday)
    shopper_client.post(f"/wishlist/remove/{emma.ean}/")
    wishlists.delete_list(wishlist=birthday)
    page = shopper_client.post("/wishlist/undo/", follow=True)
    assert messages(page)[-1] == "That list is no longer there."

    forgotten = BookFactory(stock=0)
    save(shopper, forgotten)
    shopper_client.post(f"/wishlist/remove/{forgotten.ean}/")
    forgotten.delete()
    page = shopper_client.post("/wishlist/undo/", follow=True)
    assert messages(page)[-1] == "That can no longer be undone."


def test_removing_twice_says_that_it_is_gone(shopper_client, emma):
    page = shopper_client.post(f"/wishlist/remove/{emma.ean}/", follow=True)

    assert messages(page) == ["That book is no longer on your wishlist."]


def test_lists_are_made_renamed_and_deleted(shopper_client, shopper, emma):
    page = shopper_client.post("/wishlist/new/", {"name": "  For   Ada "}, follow=True)
    made = Wishlist.objects.get(name="For Ada")
    assert page.redirect_chain == [(f"/wishlist/{made.pk}/", 302)]
    assert messages(page) == ["“For Ada” is made."]

    shopper_client.post(f"/wishlist/{made.pk}/rename/", {"name": "For Ben"})
    save(shopper, emma, made)
    page = shopper_client.get("/wishlist/")
    assert f'<a href="/wishlist/{made.pk}/"><b>For Ben</b>' in page.text

    asked = shopper_client.get(f"/wishlist/{made.pk}/delete/")
    assert "with the 1 book on it" in asked.text
    page = shopper_client.post(f"/wishlist/{made.pk}/delete/", follow=True)
    assert messages(page) == ["“For Ben” is deleted."]
    assert on(shopper) == []


@pytest.mark.parametrize("act", ["new/", "{pk}/rename/"])
@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("", "Please give the list a name."),
        ("   ", "Please give the list a name."),
        ("x" * 61, "Please use at most 60 characters here."),
        ("a\x07b", "Please leave out the characters that cannot be shown."),
        ("christmas", "You have a list of the name “christmas” already."),
    ],
)
def test_a_name_that_will_not_do_is_refused_in_the_page(
    shopper_client, shopper, birthday, act, name, refusal
):
    wishlists.make_list(user=shopper, name="Christmas", now=timezone.now())
    before = list(Wishlist.objects.order_by("pk").values())

    page = shopper_client.post(f"/wishlist/{act.format(pk=birthday.pk)}", {"name": name})

    assert page.status_code == 422
    assert refusal in page.text
    assert list(Wishlist.objects.order_by("pk").values()) == before


def test_the_first_list_cannot_be_deleted(shopper_client, shopper, emma):
    first = save(shopper, emma).wishlist

    page = shopper_client.post(f"/wishlist/{first.pk}/delete/", follow=True)

    assert messages(page) == [
        "“Wishlist” is where books go that you save, so it cannot be deleted."
    ]
    assert f"/wishlist/{first.pk}/delete/" not in page.text
    assert on(shopper) == [("Wishlist", "Emma")]


def test_the_first_list_has_one_address(shopper_client, shopper, emma):
    first = save(shopper, emma).wishlist

    assert shopper_client.get(f"/wishlist/{first.pk}/").url == "/wishlist/"


def test_a_book_is_moved_to_another_list(shopper_client, shopper, emma, birthday):
    item = save(shopper, emma)
    address = f"/wishlist/items/{item.pk}/move/"

    assert address in shopper_client.get("/wishlist/").text
    assert shopper_client.get(address).status_code == 200
    assert shopper_client.post(address, {"list": "0"}).status_code == 422
    page = shopper_client.post(address, {"list": birthday.pk}, follow=True)

    assert page.redirect_chain == [(f"/wishlist/{birthday.pk}/", 302)]
    assert on(shopper) == [("Birthday", "Emma")]


def test_nobody_sees_or_changes_the_list_of_another(shopper_client, emma):
    owner = UserFactory()
    theirs = wishlists.make_list(user=owner, name="Theirs", now=timezone.now())
    item = save(owner, emma, theirs)
    before = list(Wishlist.objects.order_by("pk").values())

    for path in PAGES[2:]:
        address = f"/wishlist/{path.format(pk=theirs.pk)}"
        assert shopper_client.get(address).status_code == 404, address
        assert shopper_client.post(address, {"name": "Mine"}).status_code in (404, 405), address
    assert shopper_client.post(f"/wishlist/{theirs.pk}/revoke/").status_code == 404
    assert shopper_client.get(f"/wishlist/items/{item.pk}/move/").status_code == 404
    sent = {"list": theirs.pk}
    assert shopper_client.post(f"/wishlist/remove/{emma.ean}/", sent).status_code == 404
    assert shopper_client.post(f"/wishlist/remove/{emma.ean}/").status_code == 302

    assert list(Wishlist.objects.order_by("pk").values()) == before
    assert on(owner) == [("Theirs", "Emma")]


def test_strangers_are_led_to_sign_in(client, shopper, emma, birthday):
    save(shopper, emma, birthday)

    for path in PAGES:
        address = f"/wishlist/{path.format(pk=birthday.pk)}"
        assert client.get(address).url == f"/accounts/login/?next={address}"
    for path in (f"remove/{emma.ean}/", "undo/", f"{birthday.pk}/revoke/"):
        assert client.post(f"/wishlist/{path}").url == "/accounts/login/"
    assert on(shopper) == [("Birthday", "Emma")]


def test_nothing_changes_by_looking(shopper_client, shopper, emma, birthday):
    save(shopper, emma, birthday)

    for path in (f"remove/{emma.ean}/", "undo/", f"{birthday.pk}/revoke/"):
        assert shopper_client.get(f"/wishlist/{path}").status_code == 405
    for path in ("delete/", "share/", "rename/"):
        assert shopper_client.get(f"/wishlist/{birthday.pk}/{path}").status_code == 200
    assert on(shopper) == [("Birthday", "Emma")]
    assert not Wishlist.objects.get(pk=birthday.pk).is_shared


def test_the_pages_of_a_member_are_kept_by_no_cache_and_found_by_no_search(shopper_client, emma):
    for address in ("/wishlist/", f"/wishlist/add/{emma.ean}/"):
        page = shopper_client.get(address)
        assert "no-store" in page["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in page.text


def test_the_header_and_the_account_lead_there(client, shopper_client):
    assert '<a href="/wishlist/">' in client.get("/").text
    assert shopper_client.get("/accounts/").text.count('href="/wishlist/"') == 3
    assert 'href="/wishlist/" aria-current="page"' in shopper_client.get("/wishlist/").text
