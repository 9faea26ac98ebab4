"""Deliveries to come, as staff write them down."""

import threading
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import stock
from tests.factories import UserFactory
from waitlist import expected
from waitlist.models import ExpectedDelivery

from .lists import deliver, sold_out
from .test_admin_places import member_of, words

pytestmark = pytest.mark.django_db

LIST = "/admin/waitlist/expecteddelivery/"
# Who may look, and who may write.
LOOKERS = ("Bookseller", "Fulfilment", "Manager", "Auditor")
BUYERS = ("Bookseller", "Manager")
DAY = date(2099, 1, 14)


def entry(book, **changes):
    return {"book": book.pk, "copies": 5, "due_on": "2099-01-14", **changes}


def expect(book, copies=5, due_on=DAY, **fields) -> ExpectedDelivery:
    return ExpectedDelivery.objects.create(book=book, copies=copies, due_on=due_on, **fields)


def days(page) -> list[date]:
    return [row.due_on for row in page.context["cl"].result_list]


def address(row, act="change") -> str:
    return f"{LIST}{row.pk}/{act}/"


def test_a_delivery_is_written_down_and_named_in_the_log(staff_client, staff):
    book = sold_out(title="Emma")

    staff_client.post(f"{LIST}add/", entry(book, is_confirmed="on"))

    row = ExpectedDelivery.objects.get()
    assert (row.book, row.copies, row.due_on, row.is_confirmed) == (book, 5, DAY, True)
    log = LogEntry.objects.get()
    assert (log.user, log.object_repr) == (staff, "5 × Emma, 2099-01-14")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"copies": "0"}, "A delivery brings one copy at least."),
        ({"copies": "-3"}, "A delivery brings one copy at least."),
        ({"copies": "1000001"}, "less than or equal to 1000000"),
        ({"copies": "ten"}, "Enter a whole number."),
        ({"copies": ""}, "This field is required."),
        ({"due_on": "soon"}, "Enter a valid date."),
        ({"due_on": ""}, "This field is required."),
        ({"book": "0"}, "That choice is not one of the available choices."),
        ({"book": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_stands_at_its_field(staff_client, changes, told):
    page = staff_client.post(f"{LIST}add/", {**entry(sold_out()), **changes})

    (field,) = changes
    assert told in str(page.context["adminform"].form.errors[field])
    assert told in words(page)
    assert not ExpectedDelivery.objects.exists()


def test_the_database_expects_no_delivery_of_nothing():
    with pytest.raises(IntegrityError, match="some_copies"), transaction.atomic():
        expect(sold_out(), copies=0)


def test_the_list_begins_with_what_is_due_first(staff_client):
    for day in (3, 1, 2):
        expect(sold_out(), due_on=date(2099, 1, day))

    assert days(staff_client.get(LIST)) == [date(2099, 1, day) for day in (1, 2, 3)]


def test_the_list_is_filtered_by_what_is_confirmed_and_what_is_overdue(staff_client):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    expect(sold_out(), due_on=yesterday, is_confirmed=True)
    expect(sold_out(), due_on=today)

    def found(**query):
        return days(staff_client.get(LIST, query))

    assert found(due="overdue") == [yesterday]
    assert found(due="to_come") == [today]
    assert found(is_confirmed__exact="1") == [yesterday]
    assert found(due="nonsense") == [yesterday, today]


def test_deliveries_are_found_by_isbn(staff_client):
    row = expect(sold_out())
    expect(sold_out())

    page = staff_client.get(LIST, {"q": row.book.ean})

    assert [found.pk for found in page.context["cl"].result_list] == [row.pk]


def test_a_longer_list_asks_the_database_no_more_often(staff_client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff_client.get(LIST).status_code == 200
        return len(captured)

    expect(sold_out())
    staff_client.get(LIST)
    few = queries()
    for _row in range(30):
        expect(sold_out())

    assert queries() == few


def test_a_delivery_is_changed_but_not_to_another_book(staff_client):
    row, other = expect(sold_out()), sold_out()
    form = {"copies": 7, "initial-copies": 5, "due_on": "2099-02-01", "book": other.pk}

    staff_client.post(address(row), form)

    changed = ExpectedDelivery.objects.get()
    assert (changed.copies, changed.due_on, changed.book) == (7, date(2099, 2, 1), row.book)


def test_copies_that_came_while_staff_edit_do_not_come_back(staff_client):
    row = expect(sold_out())
    assert 'name="initial-copies" value="5"' in staff_client.get(address(row)).text
    deliver(row.book, 2)

    form = {"copies": 5, "initial-copies": 5, "due_on": "2099-02-01", "is_confirmed": "on"}
    staff_client.post(address(row), form)

    changed = ExpectedDelivery.objects.get()
    assert (changed.copies, changed.due_on, changed.is_confirmed) == (3, date(2099, 2, 1), True)


def test_what_readers_are_told_of_is_taken_off_first():
    today, book = timezone.localdate(), sold_out()
    days = {
        "not confirmed, overdue": (-60, False),
        "overdue": (-2, True),
        "not confirmed": (1, False),
        "late": (9, True),
        "soon": (3, True),
        "today": (0, True),
    }
    rows = {
        expect(book, copies=1, due_on=today + timedelta(days=day), is_confirmed=confirmed).pk: name
        for name, (day, confirmed) in days.items()
    }

    gone = []
    while rows:
        deliver(book, 1)
        [pk] = rows.keys() - set(ExpectedDelivery.objects.values_list("pk", flat=True))
        gone.append(rows.pop(pk))

    assert gone == ["today", "soon", "late", "overdue", "not confirmed", "not confirmed, overdue"]


def test_a_delivery_that_came_in_the_meantime_is_told(staff_client, monkeypatch):
    row = expect(sold_out())
    change = expected.change

    def deliver_first(*args):
        deliver(row.book, 5)
        change(*args)

    monkeypatch.setattr(expected, "change", deliver_first)
    form = {"copies": 7, "initial-copies": 5, "due_on": "2099-02-01"}

    page = staff_client.post(address(row), form, follow=True)

    assert "Nothing was changed: its copies have come meanwhile." in words(page)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("how", ["page", "action"])
def test_deliveries_that_will_not_come_are_deleted(staff_client, how):
    row = expect(sold_out())

    if how == "page":
        staff_client.post(address(row, "delete"), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        staff_client.post(LIST, chosen)

    assert not ExpectedDelivery.objects.exists()
    assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_deleting_waits_for_a_delivery_under_way():
    """Or what is taken off would be of a row that is no longer there, and the delivery break."""
    row = expect(sold_out())

    def delete() -> None:
        expected.remove(ExpectedDelivery.objects.filter(pk=row.pk))
        connection.close()

    with transaction.atomic():
        stock.lock([row.book_id])
        deleting = threading.Thread(target=delete)
        deleting.start()
        deleting.join(timeout=0.5)
        assert deleting.is_alive()
        deliver(row.book, 2)
    deleting.join()

    assert not ExpectedDelivery.objects.exists()


@pytest.mark.parametrize("group", LOOKERS)
def test_who_buys_writes_and_the_others_look(group):
    row, client, may = expect(sold_out()), member_of(group), group in BUYERS

    assert client.get(LIST).status_code == 200
    page = client.get(address(row))
    assert page.status_code == 200
    assert ('name="_save"' in page.text) == may
    assert client.get(f"{LIST}add/").status_code == (200 if may else 403)
    form = {"copies": 7, "initial-copies": 5, "due_on": "2099-01-14"}
    for path, sent in (
        (f"{LIST}add/", entry(row.book)),
        (address(row), form),
        (address(row, "delete"), {"post": "yes"}),
    ):
        assert client.post(path, sent).status_code == (302 if may else 403), path
    assert ExpectedDelivery.objects.count() == 1
    assert ExpectedDelivery.objects.filter(pk=row.pk, copies=5).exists() != may


def test_staff_without_a_group_and_shoppers_stay_outside(shopper_client):
    row, nobody = expect(sold_out()), Client()
    nobody.force_login(UserFactory(is_staff=True))

    assert nobody.get(LIST).status_code == 403
    assert nobody.post(address(row, "delete"), {"post": "yes"}).status_code == 403
    assert shopper_client.get(LIST).status_code == 302
    assert ExpectedDelivery.objects.exists()
