"""Staff set the stock of a book by hand, and say why."""

import re

import pytest
from django.test import Client

from catalog.models import Book, StockMovement
from tests.factories import BookFactory, receive
from tests.staff_scene import member_of
from tests.waitlist.lists import join, line, sold_out, states, stock_of

pytestmark = pytest.mark.django_db
QUESTION = "Yes, share them out like this"


def words(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def at(book: Book) -> str:
    return f"/admin/catalog/book/{book.pk}/stock/"


def hidden_in(page) -> dict[str, str]:
    """What the form would send by itself."""
    fields = re.findall(r'<input type="hidden" name="(stock_seen|split_seen)"([^>]*)>', page.text)
    found = {name: re.search(r'value="([^"]*)"', rest) for name, rest in fields}
    return {name: value[1] if value else "" for name, value in found.items()}


def entry(**said) -> dict[str, object]:
    return {"copies": "", "change": "", "reason": "lost", "why": "not on its shelf", **said}


def send(client: Client, book: Book, page=None, **said):
    """The form as it stands on a page, filled in."""
    seen = hidden_in(page or client.get(at(book)))
    return client.post(at(book), {**seen, **entry(**said)}, follow=True)


def last_movement() -> StockMovement:
    return StockMovement.objects.latest("pk")


def test_the_page_of_a_book_leads_there(staff_client):
    book = BookFactory()

    page = staff_client.get(f"/admin/catalog/book/{book.pk}/change/").text

    assert f'<a href="{at(book)}">Set stock</a>' in page
    assert f'<a href="/admin/catalog/stockmovement/?q={book.ean}">Movements of stock</a>' in page


def test_the_number_there_is_becomes_a_movement_with_its_reason(staff_client, staff):
    book = BookFactory(title="Emma", stock=5)

    page = send(staff_client, book, copies=3)

    assert "The stock of “Emma” is 3 now." in words(page)
    assert stock_of(book) == 3
    made = last_movement()
    assert (made.quantity, made.reason, made.note) == (-2, "lost", "not on its shelf")
    assert made.who == staff.email


def test_a_change_does_not_mind_what_was_sold_meanwhile(staff_client):
    book = BookFactory(stock=5)
    page = staff_client.get(at(book))
    receive(book, 2)

    send(staff_client, book, page, change=-1, reason="damaged")

    assert stock_of(book) == 6


def test_a_count_of_a_stock_that_changed_meanwhile_is_asked_for_again(staff_client):
    book = BookFactory(stock=5)
    page = staff_client.get(at(book))
    receive(book, 2)

    page = send(staff_client, book, page, copies=4)
    assert page.status_code == 422
    assert "Stock was 5 when you looked, and is 7 now. Please count again." in words(page)
    assert 'value="not on its shelf"' in page.text
    assert stock_of(book) == 7

    send(staff_client, book, page, copies=6)
    assert stock_of(book) == 6


def test_copies_that_people_wait_for_are_asked_about_first(staff_client):
    book = sold_out(title="Emma")
    waiting = line(book, 2)

    page = send(staff_client, book, copies=3, reason="found")
    assert page.status_code == 422
    assert "3 copies of “Emma”: 2 go to people waiting, one goes on sale." in words(page)
    assert QUESTION in page.text
    assert stock_of(book) == 0

    page = send(staff_client, book, page, copies=3, reason="found")
    assert "2 copies were offered to the first in line." in words(page)
    assert states(waiting) == ["offered"] * 2
    assert stock_of(book) == 1


def test_a_line_that_changed_since_the_question_is_shown_anew(staff_client):
    book = sold_out()
    join(book)
    page = send(staff_client, book, copies=3, reason="found")
    join(book)

    page = send(staff_client, book, page, copies=3, reason="found")

    assert "The list has changed since you looked" in words(page)
    assert stock_of(book) == 0


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Say either how many copies there are, or by how many to change them."),
        ({"copies": 3, "change": 1}, "Say either how many copies there are"),
        ({"copies": -1}, "greater than or equal to 0"),
        ({"copies": "1000001"}, "less than or equal to 1000000"),
        ({"copies": "many"}, "Enter a whole number."),
        ({"copies": 5}, "Nothing would change."),
        ({"change": 0}, "Nothing would change."),
        ({"change": -6}, "There are only 5 copies to take away."),
        ({"copies": 3, "reason": ""}, "This field is required."),
        ({"copies": 3, "reason": "sale"}, "sale is not one of the available choices."),
        ({"copies": 3, "why": " "}, "This field is required."),
        ({"copies": 3, "stock_seen": ""}, "Please count again."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(staff_client, said, told):
    book = BookFactory(stock=5)

    page = send(staff_client, book, **said)

    assert page.status_code == 422
    assert told in words(page)
    assert stock_of(book) == 5


def test_who_may_not_change_stock_is_not_led_there():
    book = BookFactory()

    auditor = member_of("Auditor")

    assert at(book) not in auditor.get(f"/admin/catalog/book/{book.pk}/change/").text
    assert auditor.get(at(book)).status_code == 403
    assert member_of("Fulfilment").get(at(book)).status_code == 200


@pytest.mark.parametrize(
    "reason", ["damaged", "lost", "found", "sample", "miscounted", "correction"]
)
def test_an_entry_into_the_ledger_says_why_unless_it_is_a_delivery(staff_client, reason):
    book = BookFactory(stock=1)
    form = {"book": book.pk, "quantity": 2, "reason": reason, "note": "  "}
    address = "/admin/catalog/stockmovement/add/"

    assert "Say why, in a few words." in staff_client.post(address, form).text
    assert stock_of(book) == 1
    staff_client.post(address, {**form, "note": "behind the shelf"})
    assert (last_movement().reason, stock_of(book)) == (reason, 3)
