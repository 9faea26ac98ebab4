"""A work gets an edition while a shopper buys another one of it, and a book beside it."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from catalog import stock, works
from catalog.feeds.rows import BookRow
from catalog.feeds.writer import write_books
from catalog.models import Book, Contribution, Work
from tests.factories import BookFactory, nth_ean
from tests.reviews.readers import ratings_of, write
from tests.shop.test_admin import book_form
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

AUSTEN = (("Jane Austen", Contribution.Role.AUTHOR),)
STARS = (4, 1, [0, 0, 0, 1, 0])


@pytest.fixture
def emma() -> Book:
    key = works.key_of(title="Emma", author="Jane Austen")
    book = BookFactory(title="Emma", work=Work.objects.create(title="Emma", key=key))
    write(book, 4)
    return book


@pytest.fixture
def beside(emma) -> Book:
    return BookFactory(title="Emma")


@pytest.fixture
def buy_both(emma, beside, meeting) -> Callable[[], None]:
    """Locks the two as a checkout does, by ascending key, and stops between them."""
    assert emma.pk < beside.pk

    def buy() -> None:
        with transaction.atomic():
            stock.lock([emma.pk])
            meeting.stop(partial(stock.lock, [beside.pk]))

    return buy


def read(*rows: BookRow) -> None:
    with transaction.atomic():
        write_books(rows, now=timezone.now())


def test_a_feed_that_brings_an_edition_waits_for_its_siblings_before_all_other_books(
    emma, beside, buy_both, meeting
):
    new = BookRow(1, nth_ean(900_001), "Emma", contributors=AUSTEN)
    changed = BookRow(2, beside.ean, "Emma, again")

    outcomes = at_once([buy_both, partial(meeting.join, partial(read, new, changed))])

    assert outcomes == [None, None]
    assert ratings_of(Book.objects.get(ean=new.ean)) == STARS
    assert Book.objects.filter(title=changed.title).get() == beside


def test_a_feed_that_gives_a_book_its_work_waits_for_the_editions_that_are_there(
    emma, beside, buy_both, meeting
):
    row = BookRow(1, beside.ean, "Emma", contributors=AUSTEN)

    outcomes = at_once([buy_both, partial(meeting.join, partial(read, row))])

    assert outcomes == [None, None]
    assert ratings_of(beside) == STARS


def test_staff_who_move_a_book_to_a_work_wait_for_its_editions_first(
    emma, beside, buy_both, meeting, staff_client
):
    form = book_form(beside, slug="emma", work=emma.work_id)
    move = partial(staff_client.post, f"/admin/catalog/book/{beside.pk}/change/", form)

    bought, moved = at_once([buy_both, partial(meeting.join, move)])

    assert (bought, getattr(moved, "status_code", moved)) == (None, 302)
    assert ratings_of(beside) == STARS


def test_staff_who_take_a_book_out_of_a_work_wait_for_the_editions_that_stay(
    emma, beside, buy_both, meeting, staff_client
):
    Book.objects.filter(pk=beside.pk).update(work=emma.work_id)
    form = book_form(beside, slug="emma", work="")
    take_out = partial(staff_client.post, f"/admin/catalog/book/{beside.pk}/change/", form)

    bought, taken_out = at_once([buy_both, partial(meeting.join, take_out)])

    assert (bought, getattr(taken_out, "status_code", taken_out)) == (None, 302)
    assert ratings_of(beside) == (0, 0, [0] * 5)
