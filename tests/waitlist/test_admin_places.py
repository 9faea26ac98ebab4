"""What staff see of waiting lists, and what they may do against their order."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import OutboxMessage
from tests.factories import UserFactory
from waitlist import offers, places
from waitlist.models import Arrival, PreBooking, PreBookingEvent

from .lists import deliver, join, line, sold_out, states, stock_of

pytestmark = pytest.mark.django_db

LIST = "/admin/waitlist/prebooking/"
ACTS = ("take-back", "end")
# Who may look, and who may override.
LOOKERS = ("Bookseller", "Fulfilment", "Manager", "Auditor")
OVERRIDERS = ("Manager",)
each_act = pytest.mark.parametrize("act", ACTS)


def member_of(group: str) -> Client:
    user = UserFactory(is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    client = Client()
    client.force_login(user)
    return client


def address(place: PreBooking, act: str = "change") -> str:
    return f"{LIST}{place.pk}/{act}/"


def words(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def rows(page) -> list[tuple[str, str, str]]:
    """Book, number in line and member of each row of the list."""
    found = [
        {
            name: re.search(rf"field-{name}[^>]*>(.*?)</t", row)[1]
            for name in ("book", "number_in_line", "user")
        }
        for row in re.findall(r"<tr>.*?</tr>", page.text)
        if "field-book" in row
    ]
    return [tuple(re.sub(r"<[^>]+>", "", text) for text in row.values()) for row in found]


@pytest.fixture
def held():
    """The first of three in line, for whom a copy is held."""
    book = sold_out(title="Emma")
    waiting = line(book, 3)
    deliver(book, 1)
    return PreBooking.objects.get(pk=waiting[0].pk)


def test_the_list_tells_who_waits_for_what_in_which_place(staff_client, held):
    others = list(PreBooking.objects.exclude(pk=held.pk).order_by("pk"))
    places.leave(key=others[0].key, now=timezone.now())

    page = staff_client.get(LIST)

    assert rows(page) == [
        ("Emma", "2", others[1].user.email),
        ("Emma", "-", others[0].user.email),
        ("Emma", "1", held.user.email),
    ]


def test_the_list_of_one_book_begins_with_the_first_in_line(staff_client, held):
    join(sold_out(title="Persuasion"))

    page = staff_client.get(LIST, {"book__id__exact": held.book_id})

    assert [row[:2] for row in rows(page)] == [("Emma", "1"), ("Emma", "2"), ("Emma", "3")]


@pytest.mark.parametrize(("state", "number"), [("offered", 1), ("waiting", 2), ("lapsed", 0)])
def test_places_are_filtered_by_state(staff_client, held, state, number):
    assert len(rows(staff_client.get(LIST, {"state__exact": state}))) == number


def test_places_are_found_by_isbn_and_by_address_exactly(staff_client, held):
    join(sold_out(title="Persuasion"))

    def found(words: str) -> int:
        return len(rows(staff_client.get(LIST, {"q": words})))

    ean = held.book.ean
    assert found(ean) == found(f"{ean[:3]}-{ean[3:]}") == 3
    assert found(held.user.email) == found(held.user.email.upper()) == 1
    assert found(ean[:-1]) == found(held.user.email[1:]) == found("Emma") == 0
    assert found("  ") == 4


def test_a_longer_list_asks_the_database_no_more_often(staff_client):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert staff_client.get(LIST).status_code == 200
        return len(captured)

    line(sold_out(), 2)
    staff_client.get(LIST)
    few = queries()
    for _book in range(6):
        book = sold_out()
        line(book, 5)
        deliver(book, 2)

    assert len(rows(staff_client.get(LIST))) == 32
    assert queries() == few <= 6


def test_counting_the_rows_counts_no_line(staff_client, held):
    with CaptureQueriesContext(connection) as captured:
        staff_client.get(LIST)

    counts = [
        query["sql"]
        for query in captured
        if query["sql"].startswith("SELECT COUNT") and "waitlist_prebooking" in query["sql"]
    ]
    # The rows that are counted, and no other table for each of them.
    assert [sql.count("SELECT") for sql in counts] == [2]


def test_the_page_of_a_place_tells_each_step_with_who_and_when(staff_client, staff, held):
    staff_client.post(address(held, "take-back"), {"reason": "A torn cover."})

    page = words(staff_client.get(address(held)))

    steps = (
        "Joined the list",
        "A copy was offered and held",
        "The copy was taken back by the shop",
    )
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert f"{staff.email} A torn cover." in page


def test_nothing_of_a_place_is_edited_and_nobody_is_moved(staff_client, held):
    page = staff_client.get(address(held))
    assert 'name="_save"' not in page.text
    assert 'name="state"' not in page.text

    second = PreBooking.objects.waiting().first()
    for path in (f"{LIST}add/", address(held), address(held, "delete")):
        assert staff_client.post(path, {"state": "cancelled", "post": "yes"}).status_code == 403
    staff_client.post(
        LIST, {"action": "delete_selected", "_selected_action": [held.pk], "post": "yes"}
    )
    assert states([held, second]) == ["offered", "waiting"]
    assert places.number_of(second) == 2


def test_no_page_tells_the_key_of_a_place(staff_client, held):
    kind = ContentType.objects.get_for_model(PreBooking).pk

    for path in (LIST, address(held), *(address(held, act) for act in ACTS)):
        assert str(held.key) not in staff_client.get(path).text
    assert staff_client.get(f"/admin/r/{kind}/{held.pk}/").status_code == 404


def test_a_copy_is_taken_back_with_a_reason(staff_client, staff, held):
    page = staff_client.post(
        address(held, "take-back"), {"reason": " A torn  cover. "}, follow=True
    )

    assert "The held copy was taken back." in words(page)
    assert states([held]) == ["waiting"]
    assert places.number_of(held) == 1
    assert stock_of(held.book) == 0
    event = PreBookingEvent.objects.get(kind="taken_back")
    assert (event.who, event.reason) == (staff.email, "A torn cover.")
    assert "A torn cover." in OutboxMessage.objects.filter(to=held.user.email).latest("pk").body


def test_a_place_is_ended_with_a_reason_and_its_copy_goes_on(staff_client, staff, held):
    second = PreBooking.objects.waiting().first()

    page = staff_client.post(address(held, "end"), {"reason": "Asked us by phone."}, follow=True)

    assert "The place was ended." in words(page)
    assert states([held, second]) == ["cancelled", "offered"]
    event = PreBookingEvent.objects.get(kind="ended")
    assert (event.who, event.reason) == (staff.email, "Asked us by phone.")


@each_act
def test_the_page_says_that_everybody_can_read_the_reason(staff_client, held, act):
    page = words(staff_client.get(address(held, act)))

    assert "Everybody can read it on the public page of this waiting list" in page
    assert f"“Emma”, number 1 in line: {held.user.email} (A copy is held)." in page
    assert states([held]) == ["offered"]


@each_act
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (None, "This field is required."),
        ("   ", "This field is required."),
        ("x" * 301, "at most 300 characters"),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_without_a_good_reason_nothing_is_done(staff_client, held, act, reason, told):
    page = staff_client.post(address(held, act), {} if reason is None else {"reason": reason})

    assert page.status_code == 422
    assert told in words(page)
    assert states([held]) == ["offered"]
    assert not LogEntry.objects.exists()


def order_it(place: PreBooking) -> None:
    with transaction.atomic():
        offers.claim([place.pk], order_number="ORDER1", now=timezone.now())


def let_it_lapse(place: PreBooking) -> None:
    offers.expire(now=timezone.now() + timedelta(days=3))


def decline(place: PreBooking) -> None:
    offers.decline(key=place.key, now=timezone.now())


@pytest.mark.parametrize(
    ("act", "meanwhile", "told"),
    [
        ("take-back", order_it, "The copy is in order ORDER1, which waits for its payment."),
        ("end", order_it, "The copy is in order ORDER1, which waits for its payment."),
        ("take-back", let_it_lapse, "No copy is held for this place now."),
        ("end", let_it_lapse, "This place on the waiting list has ended already."),
        ("take-back", decline, "No copy is held for this place now."),
        ("end", decline, "This place on the waiting list has ended already."),
    ],
)
def test_what_happened_meanwhile_is_told_and_the_reason_is_kept(
    staff_client, held, act, meanwhile, told
):
    meanwhile(held)
    before = states([held]), PreBookingEvent.objects.count()

    page = staff_client.post(address(held, act), {"reason": "A torn cover."})

    assert page.status_code == 422
    assert told in words(page)
    assert 'value="A torn cover."' in page.text
    assert (states([held]), PreBookingEvent.objects.count()) == before


def test_a_copy_that_was_never_held_cannot_be_taken_back(staff_client):
    place = join(sold_out())

    page = staff_client.post(address(place, "take-back"), {"reason": "x"})

    assert "No copy is held for this place now." in words(page)


def test_buttons_are_there_for_what_can_be_done(staff_client, held):
    def offered(place) -> set[str]:
        page = staff_client.get(address(place)).text
        return {act for act in ACTS if address(place, act) in page}

    assert offered(held) == {"take-back", "end"}
    assert offered(PreBooking.objects.waiting().first()) == {"end"}
    order_it(held)
    assert offered(held) == set()
    PreBooking.objects.filter(pk=held.pk).update(order_number="")
    decline(held)
    assert offered(held) == set()


@each_act
def test_an_override_is_in_the_log_of_the_admin(staff_client, staff, held, act):
    staff_client.post(address(held, act), {"reason": "A torn cover."})

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(held.pk))
    assert entry.object_repr.startswith("Emma")
    assert entry.get_change_message() in words(staff_client.get(address(held, "history")))
    assert held.user.email not in f"{entry.object_repr} {entry.change_message}"


@pytest.mark.parametrize("group", LOOKERS)
def test_every_group_looks_and_only_managers_override(group, held):
    client = member_of(group)
    may = group in OVERRIDERS
    arrival = Arrival.objects.get()

    for path in (LIST, address(held), "/admin/waitlist/arrival/"):
        assert client.get(path).status_code == 200
    page = client.get(f"/admin/waitlist/arrival/{arrival.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.text
    assert "Joined the list" in client.get(address(held)).text
    assert (address(held, "end") in client.get(address(held)).text) == may
    for act in ACTS:
        assert client.get(address(held, act)).status_code == (200 if may else 403)
    for act in ACTS:
        sent = client.post(address(held, act), {"reason": "A torn cover."})
        assert sent.status_code == (302 if may else 403)
    assert states([held]) == ["cancelled" if may else "offered"]


@each_act
def test_shoppers_and_strangers_stay_outside(shopper_client, held, act):
    for client in (shopper_client, Client()):
        assert client.get(LIST).status_code == 302
        assert client.post(address(held, act), {"reason": "x"}).status_code == 302
    assert states([held]) == ["offered"]


@each_act
def test_nothing_is_done_by_looking_or_by_another_method(staff_client, held, act):
    staff_client.get(address(held, act), {"reason": "A torn cover."})

    assert staff_client.put(address(held, act)).status_code == 405
    assert states([held]) == ["offered"]


@each_act
@pytest.mark.parametrize("pk", [0, 9 * 10**30])
def test_a_place_that_is_not_there_is_404(staff_client, act, pk):
    assert staff_client.get(f"{LIST}{pk}/{act}/").status_code == 404


@pytest.mark.parametrize("query", [{"q": "\x00"}, {"state__exact": "x"}, {"book__id__exact": "x"}])
def test_nonsense_in_the_address_of_the_list_breaks_nothing(staff_client, held, query):
    assert staff_client.get(LIST, query).status_code in (200, 302, 400)


def test_arrivals_tell_how_many_went_to_people_waiting(staff_client, held):
    deliver(held.book, 5)

    page = words(staff_client.get("/admin/waitlist/arrival/", {"q": held.book.ean}))

    assert "Emma 5 2 3 Delivery" in page
    pk = Arrival.objects.latest("pk").pk
    for act in ("change", "delete"):
        assert staff_client.post(f"/admin/waitlist/arrival/{pk}/{act}/").status_code == 403
    assert staff_client.get("/admin/waitlist/arrival/add/").status_code == 403


def test_the_page_of_a_book_tells_how_many_wait_and_leads_to_them(staff_client, held):
    page = staff_client.get(f"/admin/catalog/book/{held.book_id}/change/")

    assert "Waiting list: 2 waiting , 1 held" in words(page)
    links = re.findall(rf'href="({LIST}\?[^"]+)"', page.text)
    found = [rows(staff_client.get(link.replace("&amp;", "&"))) for link in links]
    assert [[row[1] for row in some] for some in found] == [["2", "3"], ["1"]]


def test_a_new_book_has_no_line_and_who_may_see_none_is_told_of_none(staff_client, held):
    assert "Waiting list:" not in staff_client.get("/admin/catalog/book/add/").text
    client = member_of("Bookseller")
    seeing = Permission.objects.get(codename="view_prebooking")
    Group.objects.get(name="Bookseller").permissions.remove(seeing)

    page = client.get(f"/admin/catalog/book/{held.book_id}/change/")

    assert page.status_code == 200
    assert "Waiting list:" not in page.text
