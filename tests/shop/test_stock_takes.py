"""A count finds what is missing, whatever is sold meanwhile."""

import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.person import ERASED, Person
from catalog.models import Book, StockMovement
from shop.models import OrderItem, StockTakeLine, StockTakeScan
from shop.services import cancelling, counting, refunds
from shop.stock_take_data import StockTakesPart
from tests.audits import findings
from tests.factories import BookFactory, receive
from tests.waitlist.lists import deliver, join, sold_out
from waitlist.models import PreBooking

from .conftest import fill, order_through_pages, pay, place
from .sold import sell
from .stock_taking import (
    address,
    again,
    begin,
    not_found,
    post,
    scan,
    scan_all,
    send,
    stock_of,
    total,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(delivery) -> Book:
    return BookFactory(title="Persuasion", stock=5, shelf="B3")


def corrections(book: Book) -> list[tuple[int, str]]:
    found = StockMovement.objects.filter(book=book, reason="correction").order_by("pk")
    return list(found.values_list("quantity", "note"))


def problem(page) -> str:
    """What the counting page says instead of counting."""
    assert page.status_code == 422
    return page.context["problem"]


def test_what_is_missing_is_posted_as_one_movement(staff_client, book):
    take = begin(staff_client)
    scan_all(staff_client, take, book, 3)
    assert stock_of(book) == 5

    post(staff_client, take)

    assert stock_of(book) == 3
    assert corrections(book) == [(-2, f"Stock take {take.pk}: single books")]
    assert StockMovement.objects.latest("pk").who == "stella@example.org"


def test_what_is_too_many_is_posted_and_what_agrees_is_not(staff_client, book):
    right = BookFactory(stock=2)
    take = begin(staff_client)
    scan_all(staff_client, take, book, 6)
    scan_all(staff_client, take, right, 2)

    post(staff_client, take)

    assert (stock_of(book), stock_of(right)) == (6, 2)
    assert corrections(right) == []


@pytest.mark.parametrize("moment", ["before", "between", "after"])
@pytest.mark.parametrize("is_sent", [False, True], ids=["to be posted", "posted"])
def test_a_sale_in_the_middle_is_allowed_for(moment, is_sent, staff_client, client, book):
    """Four of five copies are there. One is sold while they are counted: three are left to sell."""
    take = begin(staff_client)

    def sell(when: str) -> int:
        if when != moment:
            return 0
        order = order_through_pages(client, book)
        pay(order.number)
        if is_sent:
            send(order.number)
        return int(is_sent)

    gone = sell("before")
    scan_all(staff_client, take, book, 2)
    gone += sell("between")
    scan_all(staff_client, take, book, 2 - gone)
    sell("after")
    if moment == "between" and is_sent:
        assert "Copies came in or left" in staff_client.get(address(take, "review")).text
        assert post(staff_client, take).status_code == 422
        again(staff_client, take, book)
        scan_all(staff_client, take, book, 3)

    post(staff_client, take)

    assert stock_of(book) == 3
    assert corrections(book) == [(-1, f"Stock take {take.pk}: single books")]
    assert findings() == []


def test_an_order_that_is_given_up_meanwhile_changes_nothing(staff_client, guest, book):
    take = begin(staff_client)
    fill(guest, book, quantity=2)
    order = place(guest)
    scan_all(staff_client, take, book, 2)
    cancelling.cancel_order(number=order.number, who="a test", now=order.placed_at)
    scan_all(staff_client, take, book, 2)

    post(staff_client, take)

    assert stock_of(book) == 4


def test_copies_that_are_held_are_counted_too(staff_client, delivery):
    book = sold_out()
    join(book)
    deliver(book, 3)
    take = begin(staff_client)

    scan_all(staff_client, take, book, 2)
    post(staff_client, take)

    assert stock_of(book) == 1
    assert PreBooking.objects.offered().count() == 1


def test_a_delivery_after_the_last_copy_makes_no_difference(staff_client, book):
    take = begin(staff_client)
    scan_all(staff_client, take, book, 4)
    deliver(book, 10)

    post(staff_client, take)

    assert stock_of(book) == 14


def test_a_delivery_while_a_book_is_counted_asks_for_it_again(staff_client, book):
    take = begin(staff_client)
    scan_all(staff_client, take, book, 4)
    deliver(book, 10)
    scan(staff_client, take, book)

    assert "Count it again" in staff_client.get(address(take, "count")).text
    assert post(staff_client, take).status_code == 422
    total(staff_client, take, book, 14, seen=5)
    post(staff_client, take)

    assert stock_of(book) == 14


def test_a_copy_in_and_another_one_out_are_noticed(staff_client, client, book):
    take = begin(staff_client)
    order = pay(order_through_pages(client, book).number)
    scan(staff_client, take, book)
    send(order.number)
    deliver(book, 1)
    scan(staff_client, take, book)

    assert StockTakeLine.objects.get().is_unsure


@pytest.mark.parametrize("is_sent", [False, True], ids=["to be posted", "posted"])
def test_copies_that_are_paid_back_come_into_the_house_only_if_they_had_left(
    is_sent, staff_client, client, book
):
    """One that had left comes back, and another one is lost: nobody can tell which was counted."""
    order = pay(order_through_pages(client, book).number)
    if is_sent:
        send(order.number)
    take = begin(staff_client)
    scan(staff_client, take, book)
    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: 1},
        delivery=Decimal(0),
        restock=True,
        reason=refunds.Refund.Reason.RETURNED,
        who="a test",
        now=timezone.now(),
    )
    scan(staff_client, take, book)

    assert StockTakeLine.objects.get().is_unsure == is_sent


def test_two_counts_do_not_take_the_same_copy_away_twice(staff_client, book):
    one, other = begin(staff_client), begin(staff_client)
    scan_all(staff_client, one, book, 4)
    scan_all(staff_client, other, book, 4)
    post(staff_client, one)

    refused = post(staff_client, other)

    assert refused.status_code == 422
    assert "was corrected after it was counted" in refused.text
    assert stock_of(book) == 4


def test_a_delivery_that_is_taken_back_after_the_count_is_a_correction(staff_client, book):
    """Five were written down, three came: the count finds two missing, and so does somebody else."""
    take = begin(staff_client)
    scan_all(staff_client, take, book, 3)
    form = {"book": book.pk, "quantity": -2, "reason": "delivery", "note": "short"}
    staff_client.post("/admin/catalog/stockmovement/add/", form)
    assert stock_of(book) == 3

    refused = post(staff_client, take)

    assert "was corrected after it was counted" in refused.text
    assert stock_of(book) == 3


def test_what_is_found_goes_to_whoever_waits(staff_client, delivery):
    book = sold_out(title="Emma")
    join(book)
    take = begin(staff_client)
    scan_all(staff_client, take, book, 2)

    assert "1 to people who wait, 1 on sale" in staff_client.get(address(take, "review")).text
    post(staff_client, take)

    assert (stock_of(book), PreBooking.objects.offered().count()) == (1, 1)


def test_who_joins_after_the_review_makes_staff_look_again(staff_client, delivery):
    book = sold_out()
    take = begin(staff_client)
    scan(staff_client, take, book)
    seen = staff_client.get(address(take, "review")).context["review"].seen
    join(book)

    refused = staff_client.post(address(take, "review"), {"seen": seen})

    assert refused.status_code == 422
    assert "Something has changed" in refused.text
    assert stock_of(book) == 0


def test_more_missing_than_is_on_sale_is_refused_with_a_sentence(staff_client, guest, book):
    other = BookFactory(stock=2)
    fill(guest, book, quantity=4)
    place(guest)
    take = begin(staff_client)
    scan_all(staff_client, take, book, 2)
    scan(staff_client, take, other)

    refused = post(staff_client, take)

    assert refused.status_code == 422
    assert "Copies missing: 3. On sale now: 1." in refused.text
    assert (stock_of(book), stock_of(other)) == (1, 2)
    again(staff_client, take, book)
    assert post(staff_client, take).status_code == 302
    assert (stock_of(book), stock_of(other)) == (1, 1)


def test_a_form_that_is_sent_twice_counts_once(staff_client, book):
    take, key = begin(staff_client), str(uuid.uuid4())

    for _time in range(2):
        assert scan(staff_client, take, book, key=key).status_code == 302

    assert StockTakeLine.objects.get().counted == 1


def test_posting_twice_is_posting_once(staff_client, book):
    take = begin(staff_client)
    scan(staff_client, take, book)
    seen = staff_client.get(address(take, "review")).context["review"].seen

    for _time in range(2):
        page = staff_client.post(address(take, "review"), {"seen": seen}, follow=True)

    assert "posted already" in page.text
    assert corrections(book) == [(-4, f"Stock take {take.pk}: single books")]


def test_nothing_is_posted_of_an_empty_count(staff_client, book):
    take = begin(staff_client)

    assert "Nothing has been counted" in post(staff_client, take).text


def test_one_more_one_fewer_and_a_number_by_hand(staff_client, book):
    take = begin(staff_client)
    scan(staff_client, take, book)

    def change(copies: str):
        form = {"book": book.pk, "copies": copies, "key": str(uuid.uuid4())}
        return staff_client.post(address(take, "change"), form)

    change("1")
    change("1")
    change("-1")
    assert StockTakeLine.objects.get().counted == 2
    assert total(staff_client, take, book, 5, seen=2).status_code == 302
    assert StockTakeLine.objects.get().counted == 5
    total(staff_client, take, book, 0, seen=5)
    assert "from 0 to" in problem(change("-1"))
    assert change("7").status_code == 422
    assert total(staff_client, take, book, -1, seen=0).status_code == 422
    assert [scan.copies for scan in StockTakeScan.objects.order_by("pk")] == [1, 1, 1, -1, 5, 0]


def test_a_number_by_hand_does_not_wipe_out_what_somebody_scanned(staff_client, book):
    take = begin(staff_client)
    scan_all(staff_client, take, book, 2)

    refused = total(staff_client, take, book, 1, seen=1)

    assert "it has 2 copies now" in problem(refused)
    assert StockTakeLine.objects.get().counted == 2


def test_beginning_a_book_again_does_not_wipe_out_what_somebody_scanned(staff_client, book):
    take = begin(staff_client)
    scan(staff_client, take, book)
    shown = staff_client.get(address(take, "count")).text
    form = re.search(rf'action="{address(take, "again")}".*?</form>', shown, re.DOTALL)[0]
    seen = re.search(r'name="seen" value="(\d+)"', form)[1]
    scan_all(staff_client, take, book, 4)

    refused = staff_client.post(address(take, "again"), {"book": book.pk, "seen": seen})

    assert "it has 5 copies now" in problem(refused)
    assert StockTakeLine.objects.get().counted == 5


@pytest.mark.parametrize("number", ["9780000000002", "9781234567897", "hello", "", "12 34"])
def test_an_unknown_number_is_a_message_beside_an_empty_field(number, staff_client, book):
    take = begin(staff_client)
    scan(staff_client, take, book)

    page = scan(staff_client, take, number)

    assert page.status_code == 422
    assert problem(page)
    assert f'value="{number}"' not in page.text
    assert "autofocus" in page.text
    assert scan(staff_client, take, book).status_code == 302


def test_a_shelf_is_counted_without_books_of_other_shelves(staff_client, book):
    stray, homeless = BookFactory(title="Emma", shelf="C1"), BookFactory(title="Mansfield Park")
    take = begin(staff_client, "shelf", "B3")

    assert "“Emma” belongs to shelf C1" in problem(scan(staff_client, take, stray))
    assert "belongs to no shelf" in problem(scan(staff_client, take, homeless))
    assert scan(staff_client, take, book).status_code == 302
    assert "1 of 1" in staff_client.get(address(take, "count")).text


def test_a_shelf_must_have_books(staff_client, book):
    for shelf in ("", "Z9"):
        form = {"scope": "shelf", "shelf": shelf, "key": str(uuid.uuid4())}
        page = staff_client.post("/admin/stock-takes/begin/", form)
        assert page.status_code == 422
        assert page.context["form"].errors["shelf"]


def test_books_that_were_not_counted_keep_their_stock_unless_somebody_says_none_is_there(
    staff_client, book
):
    lost, ordered, none = (
        BookFactory(title="Lost", stock=2, shelf="B3"),
        BookFactory(title="Left", stock=1, shelf="B3"),
        BookFactory(title="None", stock=0, shelf="B3"),
    )
    take = begin(staff_client, "shelf", "B3")
    scan_all(staff_client, take, book, 5)
    page = staff_client.get(address(take, "missing"))
    assert [(left.title, left.copies) for left in page.context["books"]] == [
        ("Lost", 2),
        ("Left", 1),
    ]

    assert not_found(staff_client, take, lost).status_code == 302
    post(staff_client, take)

    assert [stock_of(each) for each in (book, lost, ordered, none)] == [5, 0, 1, 0]


def test_what_came_since_the_look_for_it_is_not_written_off(staff_client, client, book):
    sold = BookFactory(title="Emma", stock=1, shelf="B3")
    take = begin(staff_client, "shelf", "B3")
    page = staff_client.get(address(take, "missing"))
    # Of these, one is sold, and nothing has come or left.
    order_through_pages(client, sold)
    receive(book, 5)

    refused = not_found(staff_client, take, book, sold, page=page)

    assert refused.status_code == 422
    assert "Copies of “Persuasion” came or left since you looked." in refused.text
    assert not StockTakeLine.objects.exists()
    assert not_found(staff_client, take, sold, page=page).status_code == 302
    assert stock_of(book) == 10


def test_whoever_found_no_copy_goes_on_where_they_were(staff_client, book):
    later = BookFactory(shelf="B3")
    take = begin(staff_client, "shelf", "B3")
    place = f"{address(take, 'missing')}?after={book.pk}"
    shown = staff_client.get(place).context["books"]

    answer = staff_client.post(place, {"books": [each.choice for each in shown]})

    assert [each.pk for each in shown] == [later.pk]
    assert answer.url == place


def test_the_next_of_many_books_are_a_page_further_on(staff_client, monkeypatch):
    monkeypatch.setattr("shop.counts.NOT_COUNTED_SHOWN", 2)
    books = BookFactory.create_batch(4, shelf="B3")
    take = begin(staff_client, "shelf", "B3")
    first = staff_client.get(address(take, "missing"))
    last = staff_client.get(f"{address(take, 'missing')}?after={books[1].pk}")

    assert [*first.context["books"], *last.context["books"]] == books
    assert f"?after={books[1].pk}" in first.text
    assert "Those after these" not in last.text


def test_copies_of_a_shelf_are_found_by_its_books_alone(delivery):
    for copy in BookFactory.create_batch(40, shelf="A1"):
        sell({copy: 1}, at=timezone.now())
    OrderItem.objects.update(sent_at=timezone.now())
    with connection.cursor() as cursor:
        # What the planner knows of empty tables is chance.
        cursor.execute("ANALYZE catalog_book, shop_order, shop_orderitem")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = counting.to_be_found("B3").explain()

    assert "shop_orderitem_unsent" in plan
    assert "Index Cond: ((shelf)::text = 'B3'::text)" in plan


def test_books_of_the_whole_shop_are_not_added_up(staff_client, book):
    take = begin(staff_client, "shop")
    scan(staff_client, take, book)

    assert take.books_expected is None
    assert "1 of" not in staff_client.get(address(take, "count")).text


def test_who_found_no_copy_is_on_record(staff_client, book):
    take = begin(staff_client, "shelf", "B3")

    not_found(staff_client, take, book)

    said = StockTakeScan.objects.get()
    assert (said.who, said.copies, said.is_total) == ("stella@example.org", 0, True)
    assert StockTakeLine.objects.get().scan_id == said.pk


def test_only_books_on_the_page_can_be_put_down_as_not_found(staff_client, book):
    elsewhere = BookFactory(shelf="C1")
    take = begin(staff_client, "shelf", "B3")

    garbage = ["x", book.pk, f"{book.pk}:", f"{book.pk}:1:", f"{book.pk}:1:{'9' * 99}", "\x00:1:1"]
    for chosen in ([f"{elsewhere.pk}:5:1"], garbage, garbage[1:2], garbage[4:5], []):
        assert staff_client.post(address(take, "missing"), {"books": chosen}).status_code == 422
    assert not StockTakeLine.objects.exists()


def test_a_count_that_is_given_up_stays_readable_and_changes_nothing(staff_client, book):
    take = begin(staff_client, "shop")
    scan(staff_client, take, book)
    staff_client.post(address(take, "abandon"))

    assert "Given up" in staff_client.get(address(take)).text
    for act in ("count", "review", "missing", "change", "total", "again", "abandon"):
        form = {"number": book.ean, "book": book.pk, "copies": "1", "total": 1, "seen": "1"}
        form |= {"key": str(uuid.uuid4()), "books": [book.pk]}
        assert staff_client.post(address(take, act), form).status_code == 302
    assert stock_of(book) == 5
    assert StockTakeLine.objects.get().counted == 1


def test_a_posted_count_stays_as_it_was(staff_client, book):
    take = begin(staff_client)
    scan_all(staff_client, take, book, 3)
    post(staff_client, take)
    receive(book, 4)
    Book.objects.filter(pk=book.pk).update(price="99.00")

    page, table = staff_client.get(address(take)), staff_client.get(address(take) + "lines.csv")

    assert "Posted on" in page.text
    assert "−£20.00" in page.text
    lines = table.getvalue().decode().lstrip("\ufeff").splitlines()
    assert lines[1] == f"{book.ean},Persuasion,B3,5,3,-2,10.00,-20.00,"
    assert "Persuasion" not in staff_client.get("/admin/stock-takes/").text
    assert f"Stock take {take.pk}" in staff_client.get("/admin/stock-takes/").text


def test_differences_that_are_worth_most_come_first(staff_client, delivery):
    cheap, dear = BookFactory(title="Cheap", price="1.00"), BookFactory(title="Dear", price="50.00")
    free = BookFactory(title="Without a price", price=None)
    take = begin(staff_client)
    for book, copies in ((free, 9), (cheap, 1), (dear, 6)):
        total(staff_client, take, book, copies, seen=0)

    rows = staff_client.get(address(take, "review")).context["rows"]
    lines = staff_client.get(address(take)).context["lines"]

    assert [row.line.book.title for row in rows] == ["Dear", "Cheap", "Without a price"]
    assert [line.book for line in lines] == [dear, cheap, free]


def test_a_form_to_begin_that_is_sent_twice_begins_one_count(staff_client, book):
    form = {"scope": "books", "key": str(uuid.uuid4())}

    first, second = (staff_client.post("/admin/stock-takes/begin/", form).url for _ in range(2))

    assert first == second


@pytest.mark.parametrize("act", ["", "count", "review", "missing"])
def test_pages_ask_as_much_for_many_books_as_for_few(
    act, staff_client, delivery, django_assert_max_num_queries
):
    take = begin(staff_client, "shop")
    books = [*BookFactory.create_batch(2), *BookFactory.create_batch(2)]

    def queries() -> int:
        with django_assert_max_num_queries(40) as asked:
            assert staff_client.get(address(take, act)).status_code == 200
        return len(asked)

    for book in books[:2]:
        scan(staff_client, take, book)
    few = queries()
    for book in [*books[2:], *BookFactory.create_batch(18)][:16]:
        scan(staff_client, take, book)

    assert queries() == few


def test_the_review_asks_as_much_for_many_books_that_people_wait_for(
    staff_client, delivery, django_assert_max_num_queries
):
    def queries(books: int) -> int:
        take = begin(staff_client)
        for _book in range(books):
            book = sold_out()
            join(book)
            scan(staff_client, take, book)
        with django_assert_max_num_queries(40) as asked:
            page = staff_client.get(address(take, "review"))
        assert all(row.split.offered == 1 for row in page.context["rows"])
        return len(asked)

    assert queries(1) == queries(4)


def test_the_list_asks_as_much_for_many_counts(staff_client, book, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(40) as asked:
            assert staff_client.get("/admin/stock-takes/").status_code == 200
        return len(asked)

    scan(staff_client, begin(staff_client), book)
    few = queries()
    for _count in range(9):
        scan(staff_client, begin(staff_client), book)

    assert queries() == few


def test_strangers_and_shoppers_are_led_to_the_sign_in(client, shopper_client, staff_client, book):
    take = begin(staff_client)

    for stranger in (Client(), shopper_client):
        assert stranger.get(address(take, "count")).status_code == 302
        assert scan(stranger, take, book).status_code == 302
    assert not StockTakeLine.objects.exists()


def test_who_counted_hears_of_no_colleague_and_is_forgotten(staff_client, staff, shopper, book):
    """Somebody who was staff once asks for their data, and has it erased."""
    take = begin(staff_client)
    other = {"take": take, "book": book, "key": uuid.uuid4(), "copies": 1, "at": take.started_at}
    StockTakeScan.objects.create(who=shopper.email, **other)
    scan(staff_client, take, book)
    person, part = Person.of(shopper), StockTakesPart()

    (told,) = map(part.describe, part.rows(person))
    part.erase(person, take.started_at)

    assert staff.email not in str(told)
    assert [scan["by"] for scan in told["scans"]] == [shopper.email]
    assert list(StockTakeScan.objects.order_by("pk").values_list("who", flat=True)) == [
        ERASED,
        staff.email,
    ]
