"""A delivery is unpacked with a scanner, looked at, and put into stock."""

import re
import uuid

import pytest
from django.utils import timezone

from catalog.identifiers import next_in_store_ean
from catalog.models import Book, StockMovement
from shop.models import GoodsIn, GoodsInLine, GoodsInScan
from shop.services import receiving
from tests.factories import BookFactory, nth_ean
from tests.staff_scene import member_of
from tests.waitlist.lists import join, line, sold_out, states, stock_of
from waitlist.models import ExpectedDelivery

pytestmark = pytest.mark.django_db
UNKNOWN = nth_ean(9_999_999)


@pytest.fixture
def delivery(staff) -> GoodsIn:
    return receiving.begin(reference="box 7", who=staff.email, now=timezone.now())


def words(page) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def at(delivery: GoodsIn, part: str = "") -> str:
    return f"/admin/goods-in/{delivery.pk}/{part}"


def scan(client, delivery: GoodsIn, number: str, **sent):
    form = {"number": number, "key": str(uuid.uuid4()), **sent}
    return client.post(at(delivery), form, follow=True)


def counted(delivery: GoodsIn) -> dict[str, int]:
    return dict(delivery.lines.values_list("ean", "copies"))


def correct(client, line: GoodsInLine, **sent):
    form = {"seen": line.copies, "copies": line.copies, **sent}
    return client.post(at(line.delivery, f"lines/{line.pk}/"), form, follow=True)


def post(client, delivery: GoodsIn):
    """Look at how it is shared out, and say yes to it."""
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(at(delivery, "post/")).text)[1]
    return client.post(at(delivery, "post/"), {"seen": seen}, follow=True)


def test_a_delivery_is_begun_and_found_again(staff_client, staff):
    page = staff_client.post("/admin/goods-in/", {"reference": "box 7"}, follow=True)

    delivery = GoodsIn.objects.get()
    assert page.redirect_chain == [(at(delivery), 302)]
    assert (delivery.reference, delivery.who) == ("box 7", staff.email)
    assert f'<a href="{at(delivery)}">box 7</a>' in staff_client.get("/admin/goods-in/").text


def test_an_auditor_looks_at_deliveries_and_receives_none(staff_client, delivery):
    scan(staff_client, delivery, BookFactory(title="Emma").ean)
    auditor = member_of("Auditor")

    page = auditor.get("/admin/goods-in/").text
    assert f'<a href="{at(delivery, "posted/")}">box 7</a>' in page
    assert 'name="reference"' not in page
    assert "This delivery is still open" in auditor.get(at(delivery, "posted/")).text
    assert f'href="{at(delivery)}"' not in auditor.get(at(delivery, "posted/")).text
    assert auditor.get(at(delivery, "shelves/")).status_code == 200

    assert auditor.post("/admin/goods-in/", {"reference": "box 8"}).status_code == 403
    assert auditor.get(at(delivery)).status_code == 403
    assert GoodsIn.objects.get() == delivery


def test_each_scan_counts_one_copy_and_says_so(staff_client, delivery):
    emma = BookFactory(title="Emma")

    scan(staff_client, delivery, emma.ean)
    page = scan(staff_client, delivery, emma.ean)

    assert counted(delivery) == {emma.ean: 2}
    assert "2 × Emma" in words(page)
    assert stock_of(emma) == 5


def test_the_field_comes_back_empty_and_with_the_focus(staff_client, delivery):
    for number in (BookFactory().ean, "rubbish"):
        page = scan(staff_client, delivery, number).text
        field = re.search(r'<input[^>]*name="number"[^>]*>', page)[0]

        assert "autofocus" in field
        assert "value=" not in field


@pytest.mark.parametrize(
    "number", ["978-0-14-143958-7", "9780141439587\t", "0141439580", " 0-14-143958-0"]
)
def test_any_spelling_of_a_number_is_read(staff_client, delivery, number):
    BookFactory(ean="9780141439587")

    scan(staff_client, delivery, number)

    assert counted(delivery) == {"9780141439587": 1}


def test_numbers_of_the_shops_own_are_read(staff_client, delivery):
    mug = BookFactory(ean=next_in_store_ean())

    scan(staff_client, delivery, mug.ean)

    assert delivery.lines.get().book == mug


def test_two_scans_of_one_page_load_count_once_and_two_keys_twice(staff_client, delivery):
    book, key = BookFactory(), str(uuid.uuid4())

    scan(staff_client, delivery, book.ean, key=key)
    scan(staff_client, delivery, book.ean, key=key)
    assert counted(delivery) == {book.ean: 1}

    scan(staff_client, delivery, book.ean)
    assert counted(delivery) == {book.ean: 2}


def test_another_book_with_the_same_key_is_not_lost(staff_client, delivery):
    """The first answer did not arrive, and the form was used again."""
    first, second, key = BookFactory(), BookFactory(), str(uuid.uuid4())

    scan(staff_client, delivery, first.ean, key=key)
    scan(staff_client, delivery, second.ean, key=key)

    assert counted(delivery) == {first.ean: 1, second.ean: 1}


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("9780141439588", "9780141439588 is no EAN or ISBN: a digit is wrong or missing."),
        ("978014143958", "a digit is wrong or missing"),
        ("Emma", "“Emma” is no EAN or ISBN. Nothing was counted."),
        ("", "Scan a book, or type its number."),
        ("x" * 101, "That is too long for an EAN or ISBN."),
    ],
)
def test_what_is_no_number_is_said_in_the_page(staff_client, delivery, number, told):
    page = scan(staff_client, delivery, number)

    assert page.status_code == 422
    assert told in words(page)
    assert counted(delivery) == {}


def test_htmx_gets_the_part_that_changed_with_a_new_key(staff_client, delivery):
    book, key = BookFactory(title="Emma"), str(uuid.uuid4())
    headers = {"HX-Request": "true", "HX-Target": "goods-in"}

    form = {"number": book.ean, "key": key}
    page = staff_client.post(at(delivery), form, follow=True, headers=headers).text

    assert page.strip().startswith('<div id="goods-in">')
    assert "1 × Emma" in page
    assert re.search(r'name="key" value="([^"]+)" form="scan-form"', page)[1] != key
    assert at(delivery) + "?all=1" not in page


def test_a_line_is_corrected_by_hand(staff_client, delivery):
    book = BookFactory()
    scan(staff_client, delivery, book.ean)

    for sent, copies in (({"copies": 12}, 12), ({"step": "1"}, 13), ({"step": "-1"}, 12)):
        correct(staff_client, delivery.lines.get(), **sent)
        assert counted(delivery) == {book.ean: copies}
    correct(staff_client, delivery.lines.get(), step="remove")
    assert counted(delivery) == {}


def test_the_last_copy_less_removes_the_line(staff_client, delivery):
    scan(staff_client, delivery, BookFactory().ean)

    correct(staff_client, delivery.lines.get(), step="-1")

    assert counted(delivery) == {}


def test_a_correction_undoes_no_scan_that_came_meanwhile(staff_client, delivery):
    book = BookFactory()
    scan(staff_client, delivery, book.ean)
    seen = delivery.lines.get()
    scan(member_of("Bookseller"), delivery, book.ean)

    page = correct(staff_client, seen, copies=7)

    assert page.status_code == 422
    assert "Somebody counted here at the same time: there are 2 now." in words(page)
    assert counted(delivery) == {book.ean: 2}


@pytest.mark.parametrize("copies", ["", "-1", "many", "1.5", "9" * 30, "100001"])
def test_what_is_no_number_of_copies_is_said(staff_client, delivery, copies):
    scan(staff_client, delivery, BookFactory().ean)

    page = correct(staff_client, delivery.lines.get(), copies=copies)

    assert page.status_code == 422
    assert "errornote" in page.text
    assert [*counted(delivery).values()] == [1]


def test_expected_copies_are_shown(staff_client, delivery):
    book = BookFactory()
    ExpectedDelivery.objects.create(book=book, copies=2, due_on=timezone.localdate())

    assert "1 of 2 expected came" in words(scan(staff_client, delivery, book.ean))
    scan(staff_client, delivery, book.ean)
    assert "3 of 2 expected came (more than expected)" in words(
        scan(staff_client, delivery, book.ean)
    )


def test_an_unknown_book_is_counted_and_blocks_nothing(staff_client, delivery):
    known = BookFactory(stock=0)
    scan(staff_client, delivery, UNKNOWN)
    page = scan(staff_client, delivery, UNKNOWN)
    scan(staff_client, delivery, known.ean)

    assert "2 × unknown book" in words(page)
    assert f"Add {UNKNOWN} to the catalogue" in words(page)

    page = post(staff_client, delivery)
    assert "One unknown book stayed behind: the delivery is still open." in words(page)
    assert stock_of(known) == 1
    delivery.refresh_from_db()
    assert not delivery.is_closed
    assert delivery.lines.get(posted_at=None).ean == UNKNOWN


def test_an_unknown_book_is_added_in_line_and_goes_into_stock(staff_client, delivery):
    scan(staff_client, delivery, UNKNOWN)
    address = at(delivery, f"lines/{delivery.lines.get().pk}/book/")

    page = staff_client.post(address, {"title": " ", "author": "Jane Austen", "price": "x"})
    assert page.status_code == 422
    assert "<details open>" in page.text
    assert "This field is required." in page.text
    assert 'value="Jane Austen"' in page.text

    form = {"title": "Emma", "author": "Jane Austen", "price": "8.50"}
    page = staff_client.post(address, form, follow=True)
    assert "1 × Emma" in words(page)
    book = Book.objects.get(ean=UNKNOWN)
    assert (book.byline, str(book.price), book.work.title) == ("Jane Austen", "8.50", "Emma")

    post(staff_client, delivery)
    assert stock_of(book) == 1


def test_a_book_that_somebody_added_meanwhile_is_taken_as_it_is(staff_client, delivery):
    scan(staff_client, delivery, UNKNOWN)
    book = BookFactory(ean=UNKNOWN, title="Emma", stock=0)

    page = staff_client.post(
        at(delivery, f"lines/{delivery.lines.get().pk}/book/"), {"title": "Emmma"}, follow=True
    )

    assert "1 × Emma" in words(page)
    assert delivery.lines.get().book == book


def test_who_may_add_no_books_sets_unknown_ones_aside(delivery):
    client = member_of("Fulfilment")
    page = scan(client, delivery, UNKNOWN)
    found = delivery.lines.get()

    assert "Add the book" not in page.text
    assert client.post(at(delivery, f"lines/{found.pk}/book/"), {"title": "x"}).status_code == 403

    page = client.post(at(delivery, f"lines/{found.pk}/aside/"), follow=True)
    assert f"1 × {UNKNOWN}" in words(page)
    page = client.post(at(delivery, f"lines/{found.pk}/aside/"), {"back": "1"}, follow=True)
    assert "Unknown books" in words(page)


def test_a_delivery_closes_with_its_last_unknown_book(staff_client, delivery):
    scan(staff_client, delivery, UNKNOWN)
    scan(staff_client, delivery, BookFactory().ean)
    post(staff_client, delivery)
    left = delivery.lines.get(posted_at=None)

    page = staff_client.post(at(delivery, f"lines/{left.pk}/aside/"), follow=True)

    assert page.redirect_chain[-1][0] == at(delivery, "posted/")
    assert GoodsIn.objects.get().is_closed
    assert not GoodsInScan.objects.exists()
    assert f"1 × {UNKNOWN}" in words(page)


def test_before_it_is_posted_one_sees_who_gets_what(staff_client, delivery):
    wanted, other = sold_out(title="Emma"), BookFactory(title="Persuasion")
    line(wanted, 3)
    for number in (wanted.ean, wanted.ean, other.ean):
        scan(staff_client, delivery, number)

    page = words(staff_client.get(at(delivery, "post/")))

    assert "3 copies in all 2 go to people waiting 1 go to the shelf" in page
    assert "Emma 2 2 0 1" in page
    assert "Persuasion 1 0 1 0" in page
    assert stock_of(wanted) == 0


def test_a_book_that_cannot_be_sold_is_kept_for_those_who_wait(staff_client, delivery):
    book = sold_out(title="Emma")
    waiting = line(book, 2)
    Book.objects.filter(pk=book.pk).update(price=None)
    scan(staff_client, delivery, book.ean)

    page = words(staff_client.get(at(delivery, "post/")))
    assert "Emma Cannot be sold now. Once it can, those who wait come first. 1 0 1 2" in page

    post(staff_client, delivery)
    assert (states(waiting), stock_of(book)) == (["waiting"] * 2, 1)


def test_posting_serves_those_who_wait_and_says_what_came(staff_client, staff, delivery):
    wanted = sold_out(title="Emma", shelf="B3")
    waiting = line(wanted, 2)
    for _copy in range(3):
        scan(staff_client, delivery, wanted.ean)

    page = post(staff_client, delivery)

    assert "The delivery is in stock." in words(page)
    assert "Emma B3 3 2 1" in words(page)
    assert states(waiting) == ["offered", "offered"]
    assert stock_of(wanted) == 1
    movement = StockMovement.objects.get(reason="delivery")
    assert (movement.quantity, movement.who, movement.note) == (3, staff.email, "box 7")
    assert GoodsIn.objects.get().is_closed


def test_a_book_whose_number_is_corrected_meanwhile_loses_no_copy(staff_client, delivery):
    book = sold_out(title="Emma")
    join(book)
    scan(staff_client, delivery, book.ean)
    scan(staff_client, delivery, book.ean)
    Book.objects.filter(pk=book.pk).update(ean=UNKNOWN)
    scan(staff_client, delivery, UNKNOWN)

    look = staff_client.get(at(delivery, "post/")).context["look"]
    post(staff_client, delivery)

    assert (look.copies, look.offered, look.on_sale) == (3, 1, 2)
    assert stock_of(book) == 2
    assert [(line.copies, line.to_shelf) for line in delivery.lines.order_by("copies")] == [
        (1, 0),
        (2, 2),
    ]


def test_a_book_that_is_added_has_a_history_from_then_on(staff_client, staff, delivery):
    scan(staff_client, delivery, UNKNOWN)
    address = at(delivery, f"lines/{delivery.lines.get().pk}/book/")

    staff_client.post(address, {"title": "Lolly Willowes", "author": "Sylvia Townsend Warner"})

    step = Book.history.get(id=Book.objects.get(ean=UNKNOWN).pk)
    assert (step.history_type, step.history_user_id) == ("+", staff.email)


def test_a_second_press_posts_nothing(staff_client, delivery):
    book = BookFactory(stock=0)
    scan(staff_client, delivery, book.ean)
    seen = staff_client.get(at(delivery, "post/")).context["look"].token

    for _press in range(2):
        page = staff_client.post(at(delivery, "post/"), {"seen": seen}, follow=True)

    assert page.redirect_chain[-1][0] == at(delivery, "posted/")
    assert stock_of(book) == 1


@pytest.mark.parametrize("change", ["somebody joins", "a copy more", "garbage"])
def test_what_changed_since_the_look_is_asked_about_anew(staff_client, delivery, change):
    book = sold_out()
    scan(staff_client, delivery, book.ean)
    seen = staff_client.get(at(delivery, "post/")).context["look"].token
    if change == "somebody joins":
        join(book)
    elif change == "a copy more":
        scan(staff_client, delivery, book.ean)
    else:
        seen = "\x00🙂"

    page = staff_client.post(at(delivery, "post/"), {"seen": seen})

    assert page.status_code == 422
    assert "Something has changed since you looked" in words(page)
    assert not StockMovement.objects.filter(book=book).exists()

    post(staff_client, delivery)
    assert StockMovement.objects.get(book=book, reason="delivery").quantity >= 1


def test_an_empty_delivery_posts_nothing_and_can_be_removed(staff_client, delivery):
    page = staff_client.post(at(delivery, "post/"), {"seen": ""})
    assert page.status_code == 422
    assert "There is nothing to put into stock." in words(page)

    staff_client.post(at(delivery, "discard/"))
    assert not GoodsIn.objects.exists()


def test_a_delivery_with_something_in_it_is_not_removed(staff_client, delivery):
    scan(staff_client, delivery, BookFactory().ean)

    page = staff_client.post(at(delivery, "discard/"))

    assert page.status_code == 422
    assert GoodsIn.objects.exists()


def test_nothing_is_added_to_a_closed_delivery(staff_client, delivery):
    book = BookFactory()
    scan(staff_client, delivery, book.ean)
    post(staff_client, delivery)

    page = scan(staff_client, delivery, book.ean)

    assert page.status_code == 422
    assert "This delivery is closed" in words(page)
    assert counted(delivery) == {book.ean: 1}


def test_the_shelf_list_is_sorted_by_shelf(staff_client, delivery):
    for title, shelf in (("Emma", "C1"), ("Persuasion", ""), ("Lolly Willowes", "A2")):
        scan(staff_client, delivery, BookFactory(title=title, shelf=shelf).ean)
    post(staff_client, delivery)

    page = words(staff_client.get(at(delivery, "shelves/")))

    places = [page.index(title) for title in ("Lolly Willowes", "Emma", "Persuasion")]
    assert places == sorted(places)


@pytest.mark.parametrize("part", ["", "post/", "posted/", "shelves/"])
def test_a_long_delivery_costs_as_many_queries_as_a_short_one(
    staff_client, delivery, django_assert_num_queries, part
):
    def fill(books: int) -> None:
        for book in BookFactory.create_batch(books):
            facts = {"ean": book.ean, "book": book, "copies": 2, "scanned_at": timezone.now()}
            posted = timezone.now() if part in ("posted/", "shelves/") else None
            delivery.lines.create(**facts, posted_at=posted)

    fill(2)
    staff_client.get(at(delivery, part))
    with django_assert_num_queries(QUERIES[part]):
        staff_client.get(at(delivery, part))
    fill(20)
    with django_assert_num_queries(QUERIES[part]):
        staff_client.get(at(delivery, part))


QUERIES = {"": 8, "post/": 7, "posted/": 6, "shelves/": 4}


def test_the_list_of_deliveries_costs_the_same_however_many_there_are(
    staff_client, delivery, django_assert_num_queries
):
    def begin(deliveries: int) -> None:
        for _one in range(deliveries):
            scan(staff_client, receiving.begin(reference="", who="x", now=timezone.now()), UNKNOWN)

    begin(1)
    with django_assert_num_queries(4):
        staff_client.get("/admin/goods-in/")
    begin(10)
    with django_assert_num_queries(4):
        staff_client.get("/admin/goods-in/")


def test_who_may_not_receive_stock_sees_no_page_to_do_it(delivery):
    auditor = member_of("Auditor")

    for address in (at(delivery), at(delivery, "post/"), at(delivery, "lines/1/")):
        assert auditor.get(address).status_code == 403
    assert auditor.get(f"/admin/shop/goodsin/{delivery.pk}/change/").status_code == 200


@pytest.mark.parametrize("group", ["Bookseller", "Fulfilment", "Manager"])
def test_who_works_with_stock_receives_it(delivery, group):
    client, book = member_of(group), BookFactory(stock=0)

    menu = client.get("/admin/").context["staff_menu"]
    assert "goods_in" in [page.name for page in menu]
    scan(client, delivery, book.ean)
    post(client, delivery)

    assert stock_of(book) == 1


def test_a_book_that_came_into_the_catalogue_meanwhile_goes_into_stock(staff_client, delivery):
    scan(staff_client, delivery, UNKNOWN)
    scan(staff_client, delivery, BookFactory().ean)
    book = BookFactory(ean=UNKNOWN, stock=0)

    assert "Something has changed" in words(post(staff_client, delivery))
    post(staff_client, delivery)

    assert stock_of(book) == 1
