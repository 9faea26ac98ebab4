"""The public page of a list, its file of steps, and the page of the longest lists."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from catalog.models import Book, StockMovement
from tests.factories import BookFactory
from waitlist import holds, offers, overrides, places
from waitlist.figures import figures_of
from waitlist.models import PreBooking, PreBookingEvent
from waitlist.views import lists as list_views

from .lists import deliver, join, line, sold_out
from .test_book_slip import coming

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def page_of(client, book, **query):
    response = client.get(f"/queue/{book.ean}/", query)
    assert response.status_code == 200
    return response


def give(place: PreBooking, now: datetime) -> None:
    """Let an order take the copy that is held for a place, and be paid."""
    with transaction.atomic():
        offers.claim([place.pk], order_number=f"O{place.pk}", now=now)
        sale = {place.book_id: -1}
        holds.receive(sale, reason=StockMovement.Reason.SALE, who="a test", at=now)
    offers.fulfil(order_number=f"O{place.pk}", now=now)


def lived_through(book: Book) -> list[PreBooking]:
    """A list on which something has happened: four people, three copies, one of them passed on."""
    waiting = [join(book, now=NOW - timedelta(days=40 - number)) for number in range(4)]
    deliver(book, 2, now=NOW - timedelta(days=20))
    give(waiting[0], NOW - timedelta(days=19))
    offers.decline(key=waiting[1].key, now=NOW - timedelta(days=19))
    deliver(book, 3, now=NOW - timedelta(days=2))
    overrides.take_back(
        key=waiting[3].key, reason="damaged", who="anna@example.org", now=NOW - timedelta(days=1)
    )
    return waiting


def test_it_tells_days_and_numbers_the_latest_first(client):
    book = sold_out()
    lived_through(book)

    steps = [str(step.words) for step in page_of(client, book).context["steps"]]

    assert steps == [
        "One copy taken back by the shop: damaged",
        "Delivery of 3 copies: 1 to people waiting, 2 on sale",
        "One copy held for the reader whose turn it was",
        "One reader passed a copy on",
        "One reader has the copy they waited for",
        "One copy held for the reader whose turn it was",
        "One held copy ordered",
        "Delivery of 2 copies: 2 to people waiting, 0 on sale",
        "2 copies held for the readers whose turn it was",
        *["One reader joined"] * 4,
    ]


def test_nobody_can_be_found_in_it(client):
    book = sold_out()
    waiting = lived_through(book)

    seen = page_of(client, book).text + steps_file(client, book)

    for place in waiting:
        assert str(place.key) not in seen
        assert place.user.email not in seen
    assert "anna@example.org" not in seen
    assert "12:00" not in seen
    assert "12.00" not in seen


def test_it_says_how_many_wait_and_what_comes(client):
    book = sold_out()
    line(book, 3)
    delivery = coming(book, 10, 9)
    coming(book, 7, 11, is_confirmed=False)

    text = page_of(client, book).text

    assert "<dt>People waiting now</dt><dd>3</dd>" in text
    assert f'<dd>10 copies, <span class="nowrap">{delivery.due_on:%-d %B %Y}</span></dd>' in text
    assert "7 copies" not in text


@pytest.mark.parametrize(
    "rule", ["First come, first served", "for 48 hours", "lower of two prices", "cannot move"]
)
def test_it_has_the_rules(client, rule):
    assert rule in page_of(client, sold_out()).text


def test_a_book_that_nobody_ever_waited_for_says_so(client):
    text = page_of(client, sold_out()).text

    assert "nobody has ever waited for this book" in text
    assert "In numbers" not in text


def test_no_book_no_page(client):
    for address in ("/queue/9780000000000/", "/queue/x/", "/queue/9780000000000/steps.csv"):
        assert client.get(address).status_code == 404


def test_the_list_of_a_book_that_can_be_bought_leads_to_the_book(client):
    book = BookFactory(stock=1)

    text = page_of(client, book).text

    assert "It can be bought: no need to wait" in text
    assert f'<a class="btn" href="{book.get_absolute_url()}">Buy the book</a>' in text
    assert "/join/" not in text


def test_a_withdrawn_book_keeps_its_list_without_a_link(client):
    book = sold_out()
    line(book, 1)
    Book.objects.update(withdrawn_at=timezone.now())

    text = page_of(client, book).text

    assert "One reader joined" in text
    assert book.get_absolute_url() not in text


def test_ones_own_place_is_on_top(shopper, shopper_client):
    book = sold_out()
    line(book, 1)
    place = join(book, user=shopper)

    text = page_of(shopper_client, book).text

    assert "Your place on the waiting list" in text
    assert "No. 2" in text
    assert place.get_absolute_url() in text


def test_the_figures_of_a_list():
    book = sold_out()
    lived_through(book)

    figures = figures_of(book, NOW)

    assert (figures.places, figures.fulfilled, figures.median_days) == (4, 1, 20)
    assert (figures.came, figures.given) == (5, 1)


def test_the_median_is_the_wait_in_the_middle():
    book = sold_out()
    waits = [3, 10, 30]
    waiting = [join(book, now=NOW - timedelta(days=30)) for _wait in waits]
    for place, days in zip(waiting, waits, strict=True):
        at = NOW + timedelta(days=days - 30)
        deliver(book, 1, now=at)
        give(place, at)

    assert figures_of(book, NOW).median_days == 10


def test_an_estimate_is_kept_if_the_first_offer_came_on_its_days():
    book = sold_out()
    promises = {
        "kept": (date(2026, 11, 18), date(2026, 11, 22)),
        "kept, without an end": (date(2026, 11, 18), None),
        "kept on the last day": (date(2026, 11, 10), date(2026, 11, 20)),
        "too early": (date(2026, 11, 21), date(2026, 11, 22)),
        "too late": (date(2026, 11, 1), date(2026, 11, 19)),
        "not made": (None, None),
    }
    for first, last in promises.values():
        place = join(book, now=NOW - timedelta(days=30))
        PreBooking.objects.filter(pk=place.pk).update(promised_from=first, promised_to=last)
    deliver(book, len(promises), now=NOW)
    skipper = PreBooking.objects.earliest("pk")
    offers.skip(key=skipper.key, now=NOW)
    deliver(book, 1, now=NOW + timedelta(days=9))

    figures = figures_of(book, NOW)

    assert (figures.kept, figures.estimates) == (3, 5)


@pytest.mark.parametrize(
    ("promised_to", "left_on", "missed"),
    [
        (date(2026, 11, 19), None, 1),
        (date(2026, 11, 20), None, 0),
        (None, None, 0),
        (date(2026, 11, 10), date(2026, 11, 11), 1),
        (date(2026, 11, 10), date(2026, 11, 10), 0),
    ],
)
def test_an_estimate_is_missed_once_its_days_are_over_for_who_still_waits(
    promised_to, left_on, missed
):
    place = join(sold_out(), now=NOW - timedelta(days=30))
    promise = {"promised_from": date(2026, 11, 1), "promised_to": promised_to}
    PreBooking.objects.filter(pk=place.pk).update(**promise)
    if left_on:
        places.leave(key=place.key, now=datetime.combine(left_on, time(12), UTC))

    figures = figures_of(place.book, NOW)

    assert (figures.kept, figures.estimates) == (0, missed)


def test_a_place_without_an_estimate_misses_none():
    place = join(sold_out(), now=NOW - timedelta(days=30))

    assert figures_of(place.book, NOW).estimates == 0


@pytest.mark.parametrize(
    ("reason", "came"),
    [("not_paid", 1), ("cancelled", 1), ("returned", 3), ("correction", 3)],
)
def test_a_copy_that_an_order_gives_back_did_not_come_again(reason, came):
    book = sold_out()
    line(book, 3)
    deliver(book, 1, now=NOW)
    with transaction.atomic():
        holds.receive({book.pk: 2}, reason=StockMovement.Reason(reason), who="a test", at=NOW)

    assert figures_of(book, NOW).came == came


def test_a_clock_that_was_ahead_makes_no_wait_of_less_than_nothing():
    place = join(sold_out(), now=NOW + timedelta(days=30))
    deliver(place.book, 1, now=NOW)
    give(place, NOW)

    assert figures_of(place.book, NOW).median_days == 0


def test_the_day_of_an_offer_is_that_of_the_shop(settings):
    """23.30 in London in summer is 22.30 by the clock of the database."""
    book = sold_out()
    place = join(book, now=NOW - timedelta(days=200))
    day = date(2026, 7, 2)
    PreBooking.objects.filter(pk=place.pk).update(promised_from=day, promised_to=day)
    deliver(book, 1, now=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))

    assert figures_of(book, NOW).kept == 1


def test_months_begin_with_the_first_copy_that_was_given(client):
    book = sold_out()
    for months, copies in ((13, 1), (3, 4), (1, 2)):
        at = NOW - timedelta(days=30 * months)
        for place in [join(book, now=at) for _copy in range(copies)]:
            deliver(book, 1, now=at)
            give(place, at)

    figures = figures_of(book, NOW)

    assert [(f"{month.first:%b}", month.copies, month.width) for month in figures.months] == [
        ("Aug", 4, 100.0),
        ("Sep", 0, 0.0),
        ("Oct", 2, 50.0),
        ("Nov", 0, 0.0),
    ]


def test_months_are_drawn_beside_their_numbers(client):
    book = sold_out()
    place = join(book)
    deliver(book, 1)
    give(place, timezone.now())

    text = page_of(client, book).text

    assert '<rect width="100.0" height="8"/>' in text
    assert f'<th scope="row">{timezone.localdate():%B %Y}</th>' in text


def test_days_go_on_over_pages(client, monkeypatch):
    monkeypatch.setattr(list_views, "DAYS_PER_PAGE", 2)
    book = sold_out()
    for days in range(5):
        join(book, now=NOW + timedelta(days=days))

    pages = [page_of(client, book, page=number) for number in (1, 2, 3)]

    days = [[step.day.day for step in page.context["steps"]] for page in pages]
    assert days == [[24, 23], [22, 21], [20]]
    assert "Earlier days" in pages[0].text
    assert client.get(f"/queue/{book.ean}/", {"page": 4}).status_code == 404
    assert client.get(f"/queue/{book.ean}/", {"page": "x"}).status_code == 404


@pytest.mark.parametrize("people", [1, 40])
def test_the_page_costs_the_same_however_much_happened(client, people, django_assert_num_queries):
    book = sold_out()
    for number in range(people):
        place = join(book, now=NOW + timedelta(days=number))
        deliver(book, 1, now=NOW + timedelta(days=number))
        give(place, NOW + timedelta(days=number))
    line(book, people)
    coming(book, 5, 9)
    client.get("/queue/")

    # The book; deliveries, shares, held; figures, arrivals and months; days, their number; two of steps.
    with django_assert_num_queries(11):
        page_of(client, book)


def steps_file(client, book) -> str:
    response = client.get(f"/queue/{book.ean}/steps.csv")
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_the_file_has_every_step(client):
    book = sold_out()
    lived_through(book)

    rows = list(csv.DictReader(io.StringIO(steps_file(client, book))))

    assert list(rows[0]) == ["day", "step", "number", "to_people_waiting", "on_sale", "reason"]
    assert rows[0] == {
        "day": "2026-11-19",
        "step": "taken_back",
        "number": "1",
        "to_people_waiting": "",
        "on_sale": "",
        "reason": "damaged",
    }
    [first] = [row for row in rows if row["step"] == "came" and row["number"] == "2"]
    assert (first["to_people_waiting"], first["on_sale"]) == ("2", "0")
    steps = sum(int(row["number"]) for row in rows if row["step"] != "came")
    assert steps == PreBookingEvent.objects.count()


def test_the_file_is_named_for_its_book(client):
    book = sold_out()

    response = client.get(f"/queue/{book.ean}/steps.csv")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        f'attachment; filename="waiting-list-{book.ean}.csv"'
    )


def test_a_formula_in_the_file_is_harmless(client):
    book = sold_out()
    place = join(book)
    overrides.end_place(key=place.key, reason="=1+1", who="anna", now=timezone.now())

    assert ",'=1+1" in steps_file(client, book)


def test_the_longest_lists_come_first(client):
    short, long = sold_out(title="Short"), sold_out(title="Long")
    line(short, 1)
    line(long, 3)
    left = join(sold_out(title="Nobody left"))
    places.leave(key=left.key, now=timezone.now())

    response = client.get("/queue/")

    assert [slip.book.title for slip in response.context["slips"]] == ["Long", "Short"]
    assert "No. 4" in response.text
    assert f'href="/queue/{long.ean}/"' in response.text


def test_where_nobody_waits_it_says_so(client):
    assert "Nobody is waiting for a book at the moment" in client.get("/queue/").text


def test_a_withdrawn_book_is_on_no_list_of_lists(client):
    line(sold_out(title="Gone"), 1)
    Book.objects.update(withdrawn_at=timezone.now())

    assert "Gone" not in client.get("/queue/").text


def test_lists_go_on_over_pages(client, monkeypatch):
    monkeypatch.setattr(list_views, "LISTS_PER_PAGE", 2)
    for _number in range(3):
        line(sold_out(), 1)

    assert "Shorter lists" in client.get("/queue/").text
    assert len(client.get("/queue/?page=2").context["slips"]) == 1
    assert client.get("/queue/?page=3").status_code == 404


@pytest.mark.parametrize("many", [1, 20])
def test_many_lists_cost_no_more_than_one(client, many, django_assert_num_queries):
    for _number in range(many):
        book = sold_out()
        line(book, 2)
        coming(book, 3, 4)
    client.get("/books/")

    # How many lists, which, their books, deliveries, shares, held.
    with django_assert_num_queries(6):
        client.get("/queue/")


def test_every_page_leads_to_the_lists(client):
    assert 'href="/queue/">Waiting lists, in the open</a>' in client.get("/privacy/").text
