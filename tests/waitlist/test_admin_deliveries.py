"""Copies that staff enter for a book that people wait for: first the split, then the deed."""

import re
import threading

import pytest
from django.db import connection
from django.utils import timezone

from catalog.models import Book, StockMovement
from tests.factories import BookFactory, UserFactory
from waitlist import holds, places
from waitlist.models import Arrival, PreBooking

from .lists import join, line, sold_out, states, stock_of

pytestmark = pytest.mark.django_db

ADD = "/admin/catalog/stockmovement/add/"
QUESTION = "Yes, share them out like this"


def entry(book, copies, **changes):
    return {"book": book.pk, "quantity": copies, "reason": "delivery", "note": "box 7", **changes}


def words(page) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def seen_in(page) -> str:
    return re.search(r'name="seen" value="([^"]+)"', page.text)[1]


def confirm(client, form, page, **how):
    return client.post(ADD, {**form, "seen": seen_in(page)}, follow=True, **how)


def test_the_first_press_shows_the_split_and_changes_nothing(staff_client):
    book = sold_out(title="Emma")
    waiting = line(book, 4)

    page = staff_client.post(ADD, entry(book, 10))

    assert page.status_code == 200
    assert (
        "10 copies of “Emma”: 4 go to people waiting, 6 go on sale. "
        "Next in line after that: nobody." in words(page)
    )
    assert "Please correct" not in page.text
    assert stock_of(book) == 0
    assert states(waiting) == ["waiting"] * 4
    assert not StockMovement.objects.filter(book=book).exists()


def test_the_second_press_does_it_and_says_how_many_were_offered(staff_client, staff):
    book = sold_out()
    waiting = line(book, 4)
    form = entry(book, 10)

    page = confirm(staff_client, form, staff_client.post(ADD, form))

    assert "4 copies were offered to the first in line." in words(page)
    assert states(waiting) == ["offered"] * 4
    assert stock_of(book) == 6
    movement = StockMovement.objects.get(book=book, reason="delivery")
    assert (movement.quantity, movement.who, movement.note) == (10, staff.email, "box 7")


def test_who_waits_on_is_told_and_one_copy_is_told_in_the_singular(staff_client):
    book = sold_out(title="Emma")
    line(book, 4)

    page = staff_client.post(ADD, entry(book, 1))
    assert (
        "One copy of “Emma”: one goes to whoever is first in line, 0 go on sale. "
        "Next in line after that: 3 more wait." in words(page)
    )

    done = confirm(staff_client, entry(book, 1), page)
    assert "One copy was offered to the first in line." in words(done)


def test_what_was_typed_is_still_there(staff_client):
    book = sold_out()
    join(book)

    page = staff_client.post(ADD, entry(book, 10, reason="correction"))

    form = page.context["adminform"].form
    assert {name: form[name].value() for name in ("book", "quantity", "reason", "note")} == {
        "book": str(book.pk),
        "quantity": "10",
        "reason": "correction",
        "note": "box 7",
    }


@pytest.mark.parametrize("pressed", ["_save", "_addanother"])
def test_the_button_of_the_second_press_does_what_the_first_one_was_to_do(staff_client, pressed):
    book = sold_out()
    join(book)
    form = entry(book, 1, **{pressed: "1"})

    page = staff_client.post(ADD, form)
    assert f'name="{pressed}" value="{QUESTION}"' in page.text

    done = confirm(staff_client, form, page)
    assert done.redirect_chain[-1][0] == (ADD if pressed == "_addanother" else ADD[:-4])


@pytest.mark.parametrize(
    ("joined", "left", "told"),
    [(1, 0, "5 go to people waiting, 5 go on sale"), (0, 4, "0 go to people waiting, 10 go on")],
)
def test_a_list_that_changed_between_the_presses_is_shown_anew(staff_client, joined, left, told):
    book = sold_out()
    waiting, form = line(book, 4), entry(book, 10)
    page = staff_client.post(ADD, form)
    assert "somebody joined or left" not in words(page)
    line(book, joined)
    for place in waiting[:left]:
        places.leave(key=place.key, now=timezone.now())

    page = confirm(staff_client, form, page)

    assert "The list has changed since you looked, because somebody joined or left." in words(page)
    assert told in words(page)
    assert stock_of(book) == 0

    confirm(staff_client, form, page)
    assert stock_of(book) == 10 - 4 - joined + left


@pytest.mark.django_db(transaction=True)
def test_nobody_joins_between_the_last_look_and_the_deed(staff_client, monkeypatch):
    book = sold_out()
    first, late = join(book), UserFactory()
    form, receive = entry(book, 2), holds.receive_by_hand

    def somebody_joins() -> None:
        try:
            # Once a copy is on sale, there is nothing to wait for.
            with pytest.raises(places.CanBeBought):
                join(book, user=late)
        finally:
            connection.close()

    joining = threading.Thread(target=somebody_joins)

    def receive_meanwhile(movement: StockMovement) -> int:
        joining.start()
        joining.join(timeout=0.5)
        assert joining.is_alive()
        return receive(movement)

    monkeypatch.setattr(holds, "receive_by_hand", receive_meanwhile)
    confirm(staff_client, form, staff_client.post(ADD, form))
    joining.join()

    assert (states([first]), stock_of(book)) == (["offered"], 1)
    assert not PreBooking.objects.filter(user=late).exists()


def test_another_number_than_the_one_that_was_shown_is_asked_about_anew(staff_client):
    book = sold_out()
    line(book, 4)
    page = staff_client.post(ADD, entry(book, 10))

    page = confirm(staff_client, entry(book, 3), page)

    assert "3 go to people waiting, 0 go on sale" in words(page)
    assert "has changed" not in words(page)
    assert stock_of(book) == 0


def test_a_yes_for_one_book_counts_for_no_other(staff_client):
    one, other = sold_out(), sold_out()
    join(one)
    join(other)
    page = staff_client.post(ADD, entry(one, 2))

    assert QUESTION in confirm(staff_client, entry(other, 2), page).text
    assert not Arrival.objects.exists()


def test_copies_that_nobody_waits_for_come_in_at_once(staff_client):
    book = BookFactory(stock=1)

    page = staff_client.post(ADD, entry(book, 4), follow=True)

    assert stock_of(book) == 5
    assert "offered" not in words(page)


def test_copies_that_go_away_need_no_second_press(staff_client):
    book = sold_out()
    join(book)
    Book.objects.filter(pk=book.pk).update(price=None)
    staff_client.post(ADD, entry(book, 2, seen=f"{book.pk}:2:0"))
    assert stock_of(book) == 2

    staff_client.post(ADD, entry(book, -1, reason="correction"))

    assert stock_of(book) == 1


def test_a_book_that_cannot_be_sold_is_offered_to_nobody_yet(staff_client):
    book = sold_out()
    place = join(book)
    Book.objects.filter(pk=book.pk).update(price=None)
    form = entry(book, 2)

    page = staff_client.post(ADD, form)
    assert "none is offered yet, because the book cannot be sold now" in words(page)
    assert "Next in line after that: one more waits." in words(page)

    done = confirm(staff_client, form, page)
    assert "offered to" not in words(done)
    assert (stock_of(book), states([place])) == (2, ["waiting"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quantity": "0"}, "Nothing would change."),
        ({"quantity": "-1"}, "There are only 0 copies to take away."),
        ({"quantity": "ten"}, "Enter a whole number."),
        ({"quantity": "1000001"}, "less than or equal to 1000000"),
        ({"book": "0"}, "That choice is not one of the available choices."),
        ({"reason": "hold"}, "hold is not one of the available choices."),
        ({"note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(staff_client, changes, told):
    book = sold_out()
    join(book)

    page = staff_client.post(ADD, {**entry(book, 2), **changes})

    assert told in words(page)
    assert QUESTION not in page.text
    assert not Arrival.objects.exists()


@pytest.mark.parametrize("seen", ["", "x", "1:2", "\x00", "🙂" * 999])
def test_a_yes_to_nothing_that_was_asked_is_none(staff_client, seen):
    book = sold_out()
    join(book)

    assert QUESTION in staff_client.post(ADD, entry(book, 2, seen=seen)).text
    assert not Arrival.objects.exists()


def test_the_page_holds_nothing_inline(staff_client):
    book = sold_out()
    join(book)

    page = staff_client.post(ADD, entry(book, 2)).text

    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)
