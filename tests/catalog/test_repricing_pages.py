"""Staff change many prices by the pages of the admin."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Book, Publisher, Repricing
from tests.factories import BookFactory, GenreFactory
from tests.staff_scene import member_of

pytestmark = pytest.mark.django_db
NEW = "/admin/prices/new/"


@pytest.fixture
def octavo():
    return Publisher.objects.create(name="Octavo Press", slug="octavo-press")


@pytest.fixture
def emma(octavo) -> Book:
    return BookFactory(title="Emma", price="10.00", publisher=octavo)


def form(**fields) -> dict[str, str]:
    rule = {"kind": "percent", "value": "5", "ending": "exact", "key": str(uuid.uuid4())}
    return {**rule, **fields}


def seen(response) -> str:
    return re.search(r'name="seen" value="(\w+)"', response.text)[1]


def price_of(book: Book) -> str:
    book.refresh_from_db()
    return str(book.price)


def change(client, **fields):
    """Look at what would change, then do it."""
    filled = form(**fields)
    looked = client.post(NEW, {**filled, "look": "1"})
    assert looked.status_code == 200, looked.text
    return client.post(NEW, {**filled, "seen": seen(looked), "go": "1"}, follow=True)


def test_the_choice_is_looked_at_done_and_undone(staff_client, emma):
    other = BookFactory(price="10.00")
    filled = form(publisher="octavo press")

    looked = staff_client.post(NEW, {**filled, "look": "1"})
    assert "1 book gets another price" in looked.text
    assert "£10.50" in looked.text
    assert price_of(emma) == "10.00"

    done = staff_client.post(NEW, {**filled, "seen": seen(looked), "go": "1"}, follow=True)
    assert "Octavo Press: +5%" in done.text
    assert (price_of(emma), price_of(other)) == ("10.50", "10.00")

    made = Repricing.objects.get()
    back = staff_client.post(f"/admin/prices/{made.pk}/undo/", follow=True)
    assert "Taken back: 1" in back.text
    assert price_of(emma) == "10.00"


def test_a_day_to_come_is_waited_for(staff_client, emma):
    day = timezone.localdate() + timedelta(days=3)

    page = change(staff_client, publisher="Octavo Press", day=day.isoformat())

    assert "Call it off" in page.text
    assert price_of(emma) == "10.00"
    made = Repricing.objects.get()
    assert timezone.localtime(made.starts_at).isoformat()[:19] == f"{day}T00:00:00"
    staff_client.post(f"/admin/prices/{made.pk}/call-off/")
    made.refresh_from_db()
    assert made.state == "cancelled"


def test_a_choice_that_changed_since_it_was_seen_is_shown_again(staff_client, emma):
    filled = form(publisher="Octavo Press")
    token = seen(staff_client.post(NEW, {**filled, "look": "1"}))
    Book.objects.update(price="20.00")

    page = staff_client.post(NEW, {**filled, "seen": token, "go": "1"})

    assert page.status_code == 422
    assert "have changed since you looked" in page.text
    assert "£21.00" in page.text
    assert price_of(emma) == "20.00"


def test_books_are_chosen_by_everything_that_is_said(staff_client, octavo):
    fiction = GenreFactory(name="Fiction")
    crime = GenreFactory(name="Crime", parent=fiction)
    wanted = BookFactory(publisher=octavo, price="8.00", format="paperback")
    wanted.genres.add(crime)
    others = [
        BookFactory(publisher=octavo, price="8.00", format="paperback"),
        BookFactory(price="8.00", format="hardback", publisher=octavo),
        BookFactory(price="12.00", format="paperback", publisher=octavo),
        BookFactory(price="8.00", format="paperback"),
        BookFactory(
            publisher=octavo, price="8.00", format="paperback", withdrawn_at=timezone.now()
        ),
    ]
    for book in others[1:]:
        book.genres.add(crime)

    change(
        staff_client,
        publisher="Octavo Press",
        genre=fiction.pk,
        format="paperback",
        price_from="8",
        price_to="9.99",
    )

    assert price_of(wanted) == "8.40"
    assert {price_of(book) for book in others} == {"8.00", "12.00"}


def test_books_are_chosen_by_number(staff_client, emma):
    other = BookFactory(price="10.00")

    change(staff_client, numbers=f"{emma.ean}\r\n\r\n{emma.ean[:3]}-{emma.ean[3:]}")

    assert (price_of(emma), price_of(other)) == ("10.50", "10.00")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Please choose a publisher"),
        ({"price_from": "5"}, "Please choose a publisher"),
        ({"publisher": "Octave"}, "There is none of this name."),
        ({"publisher": "Octavo"}, "Like it: “Octavo Press”"),
        ({"publisher": "Octavo Press", "value": "0"}, "Nothing would change."),
        ({"publisher": "Octavo Press", "value": "-95"}, "between -90 and 500"),
        ({"publisher": "Octavo Press", "value": "x"}, "Enter a number."),
        ({"publisher": "Octavo Press", "kind": "amount", "value": "-10"}, "nothing would be left"),
        ({"publisher": "Octavo Press", "price_from": "9", "price_to": "8"}, "less than the price"),
        ({"publisher": "Octavo Press", "price_from": "99"}, "No book that has a price"),
        ({"publisher": "Octavo Press", "day": "2020-01-01"}, "a day to come"),
        ({"publisher": "Octavo Press", "day": "9999-12-31"}, "more than five years"),
        ({"numbers": "9780000000000"}, "No book has these numbers"),
        ({"numbers": "1\n" * 1001}, "1000 books at the most"),
        ({"genre": "x", "publisher": "Octavo Press"}, "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("act", ["look", "go"])
def test_bad_input_is_told_in_the_page_and_changes_nothing(act, fields, error, staff_client, emma):
    page = staff_client.post(NEW, {**form(**fields), act: "1"})

    assert page.status_code == 422
    assert error in page.text
    assert not Repricing.objects.exists()
    assert price_of(emma) == "10.00"


def test_too_late_is_a_message_in_the_page(staff_client, emma):
    change(staff_client, publisher="Octavo Press")
    made = Repricing.objects.get()

    page = staff_client.post(f"/admin/prices/{made.pk}/call-off/", follow=True)

    assert "This cannot be done any more" in page.text
    assert price_of(emma) == "10.50"


def test_pages_ask_no_more_of_the_database_for_more_books(staff_client, octavo):
    BookFactory.create_batch(2, publisher=octavo)
    counts = []
    for _ in range(2):
        change(staff_client, publisher="Octavo Press")
        made = Repricing.objects.latest("pk")
        for address in ("/admin/prices/", f"/admin/prices/{made.pk}/"):
            with CaptureQueriesContext(connection) as captured:
                staff_client.get(address)
            counts.append(len(captured))
        BookFactory.create_batch(20, publisher=octavo)

    assert counts[:2] == counts[2:]


def test_an_auditor_looks_and_changes_nothing(staff_client, emma):
    change(staff_client, publisher="Octavo Press")
    made = Repricing.objects.get()
    auditor = member_of("Auditor")

    page = auditor.get(f"/admin/prices/{made.pk}/")

    assert page.status_code == 200
    assert "Undo" not in page.text
    assert auditor.get(NEW).status_code == 403
    for act in ("undo", "call-off"):
        assert auditor.post(f"/admin/prices/{made.pk}/{act}/").status_code == 403
    assert price_of(emma) == "10.50"
