"""Tell me when it is back: asked for on pages, mailed once, ended without signing in."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.tasks import default_task_backend
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage, User
from bookstore.logs import without_keys
from catalog.models import Book, StockMovement
from tests.factories import BookFactory
from waitlist import alert_mails, alert_tasks, alerts, holds, places, tasks
from waitlist.models import RestockAlert

from .lists import confirmed_reader, deliver, join, sold_out

pytestmark = pytest.mark.django_db


def asked(book: Book, user: User | None = None) -> RestockAlert:
    return alerts.ask(user=user or confirmed_reader(), book=book, now=timezone.now())


def mail(book: Book) -> int:
    return alert_mails.mail(book_ids=[book.pk], now=timezone.now())


def mails() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("to", flat=True))


def told_worker() -> list[dict]:
    """What the worker was told to mail, not counting holds and mails that leave."""
    results = default_task_backend.results
    return [result.kwargs for result in results if result.task.name == "mail_alerts"]


def test_a_reader_asks_and_takes_it_back(shopper, shopper_client):
    book = sold_out(title="Emma")

    answer = shopper_client.post(f"/queue/{book.ean}/alert/", follow=True)
    assert "We will mail you as soon as “Emma” can be bought." in answer.text
    assert alerts.alert_of(user=shopper, book_id=book.pk)

    answer = shopper_client.post(f"/queue/{book.ean}/alert/remove/", follow=True)
    assert "We will not mail you about “Emma”." in answer.text
    assert alerts.alert_of(user=shopper, book_id=book.pk) is None


def test_the_wish_of_a_stranger_survives_signing_in(client):
    book, reader = sold_out(title="Emma"), confirmed_reader()

    door = client.post(f"/queue/{book.ean}/alert/")
    page = client.post(
        door.url, {"login": reader.email, "password": "a-good-password"}, follow=True
    )

    assert "Tell you when it is back?" in page.text
    assert not RestockAlert.objects.exists()
    client.post(f"/queue/{book.ean}/alert/")
    assert RestockAlert.objects.get().user == reader


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "Tell {} when it is back"),
        ({"on_sale_on": date(2999, 1, 1)}, "Tell {} when it can be bought"),
        ({"price": None}, "Tell {} when it can be bought"),
    ],
)
def test_only_what_has_been_on_sale_can_be_back(shopper_client, facts, words):
    book = sold_out(**facts)

    assert words.format("me") in shopper_client.get(book.get_absolute_url()).text
    assert words.format("you") in shopper_client.get(f"/queue/{book.ean}/alert/").text


def test_a_place_in_line_is_spoken_of_where_there_is_one(shopper_client):
    with_a_list, without = sold_out(), sold_out(price=None)

    assert "and no place in line" in shopper_client.get(with_a_list.get_absolute_url()).text
    assert "and no place in line" not in shopper_client.get(without.get_absolute_url()).text


def test_looking_at_the_question_asks_for_nothing(shopper_client):
    shopper_client.get(f"/queue/{sold_out().ean}/alert/")

    assert not RestockAlert.objects.exists()


def test_asking_twice_is_asking_once(shopper):
    book = sold_out()

    assert asked(book, shopper) == asked(book, shopper)


def test_the_database_knows_no_second_open_alert(shopper):
    alert = asked(sold_out(), shopper)

    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        RestockAlert.objects.create(user=shopper, book=alert.book, asked_at=timezone.now())


def test_a_mailed_alert_has_ended(shopper):
    alert = asked(sold_out(), shopper)

    with pytest.raises(IntegrityError, match="ends_with_its_mail"), transaction.atomic():
        RestockAlert.objects.filter(pk=alert.pk).update(mailed_at=timezone.now())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stock": 1}, "can be bought now"),
        ({"stock": 0, "publishing_status": "cancelled"}, "does not come any more"),
        ({"stock": 9, "publishing_status": "recalled"}, "does not come any more"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(shopper_client, fields, words):
    book = BookFactory(**fields)

    answer = shopper_client.post(f"/queue/{book.ean}/alert/", follow=True)

    assert words in answer.text
    assert not RestockAlert.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"price": None}, {"publishing_status": "out_of_print"}, {"publishing_status": "postponed"}],
)
def test_a_book_that_nobody_can_queue_for_may_come_again(shopper, fields):
    assert asked(sold_out(**fields), shopper).is_open


def test_there_is_a_most_of_alerts(shopper, monkeypatch):
    monkeypatch.setattr(alerts, "MOST_OPEN", 1)
    asked(sold_out(), shopper)

    with pytest.raises(alerts.TooManyAlerts):
        asked(sold_out(), shopper)


def test_a_withdrawn_book_has_no_such_page(shopper_client):
    book = sold_out(withdrawn_at=timezone.now())

    assert shopper_client.post(f"/queue/{book.ean}/alert/").status_code == 404


def test_taking_back_what_is_gone_says_so(shopper_client):
    answer = shopper_client.post(f"/queue/{sold_out().ean}/alert/remove/", follow=True)

    assert "There was no alert for this book any more." in answer.text


def test_copies_that_the_queue_leaves_are_told():
    book = sold_out()
    join(book)
    alert = asked(book)

    deliver(book, 1)
    assert told_worker() == []

    deliver(book, 1)
    (told,) = told_worker()
    alert_tasks.mail_alerts.call(**told)
    assert mails()[-1] == alert.user.email


def test_a_held_copy_that_nobody_takes_is_told():
    book = sold_out()
    place = join(book)
    asked(book)
    deliver(book, 1)

    places.leave(key=place.key, now=timezone.now())

    assert told_worker() == [{"book_ids": [book.pk]}]


def test_a_held_copy_that_goes_to_the_next_in_line_is_not():
    book = sold_out()
    first, _second = join(book), join(book)
    asked(book)
    deliver(book, 1)

    places.leave(key=first.key, now=timezone.now())

    assert told_worker() == []


@pytest.mark.parametrize("count", [1, 40])
def test_an_arrival_asks_once_whether_anybody_wants_to_know(count, django_assert_num_queries):
    books = [sold_out() for _book in range(count)]
    with transaction.atomic():
        holds.receive(
            {book.pk: 1 for book in books},
            reason=StockMovement.Reason.OPENING,
            who="a test",
            at=timezone.now(),
        )
    came = {book.pk: 1 for book in books}
    reason, now = StockMovement.Reason.OPENING, timezone.now()

    with django_assert_num_queries(2):  # who waits, and who wants to be told
        holds.share_out(came, reason=reason, now=now)
    with django_assert_num_queries(0):
        holds.share_out({book.pk: -1 for book in books}, reason=reason, now=now)


def test_an_import_tells_of_all_its_books_by_one_task():
    books = [sold_out() for _book in range(3)]
    for book in books[:2]:
        asked(book)

    with transaction.atomic():
        holds.receive(
            {book.pk: 1 for book in books},
            reason=StockMovement.Reason.OPENING,
            who="a test",
            at=timezone.now(),
        )

    assert told_worker() == [{"book_ids": [book.pk for book in books[:2]]}]


def test_the_mail_says_how_many_there_are_and_what_keeps_a_copy():
    book = sold_out(title="Emma")
    alert = asked(book)
    deliver(book, 3)

    assert mail(book) == 1

    sent = OutboxMessage.objects.get()
    assert sent.to == alert.user.email
    assert sent.subject == "“Emma” can be bought"
    assert "3 copies of “Emma” are on sale." in sent.body
    assert "£10.00" in sent.body
    assert "First come, first served" in sent.body
    assert "What keeps a copy for you is a place on the waiting list" in sent.body
    assert "It can be ordered now" not in sent.body
    assert book.get_absolute_url() in sent.body
    assert sent.unsubscribe_url in sent.body


def test_each_reader_is_mailed_once():
    book = sold_out()
    readers = [asked(book).user.email for _reader in range(5)]
    deliver(book, 1)

    assert mail(book) == 5
    assert mail(book) == 0
    tasks.expire_holds.call()

    assert mails() == readers


def test_many_are_mailed_in_batches(monkeypatch):
    monkeypatch.setattr(alert_mails, "AT_A_TIME", 2)
    book = sold_out()
    for _reader in range(5):
        asked(book)
    deliver(book, 1)

    assert mail(book) == 5


def test_who_asked_again_is_mailed_again():
    book, reader = sold_out(), confirmed_reader()
    for _time in range(2):
        asked(book, reader)
        deliver(book, 1)
        mail(book)
        sell(book, 1)

    assert mails() == [reader.email, reader.email]


def sell(book: Book, copies: int) -> None:
    with transaction.atomic():
        holds.receive(
            {book.pk: -copies}, reason=StockMovement.Reason.SALE, who="a test", at=timezone.now()
        )
    book.refresh_from_db()


def test_copies_that_are_gone_again_are_told_to_nobody():
    book = sold_out()
    alert = asked(book)
    deliver(book, 1)
    sell(book, 1)

    assert mail(book) == 0

    alert.refresh_from_db()
    assert alert.is_open


def test_copies_that_go_while_mails_are_written_end_the_round(monkeypatch):
    monkeypatch.setattr(alert_mails, "AT_A_TIME", 1)
    book = sold_out()
    first, second = asked(book), asked(book)
    deliver(book, 1)
    write = alert_mails._write

    def write_and_sell(alert, now):
        write(alert, now)
        sell(book, 1)

    monkeypatch.setattr(alert_mails, "_write", write_and_sell)

    assert mail(book) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_open, second.is_open) == (False, True)


def test_a_crash_leaves_neither_mail_nor_mark_and_the_sweep_finds_it(monkeypatch):
    book = sold_out()
    alert = asked(book)
    deliver(book, 1)
    write = alert_mails._write

    def write_and_die(alert, now):
        write(alert, now)
        raise KeyboardInterrupt

    monkeypatch.setattr(alert_mails, "_write", write_and_die)
    with pytest.raises(KeyboardInterrupt):
        mail(book)
    alert.refresh_from_db()
    assert alert.is_open
    assert mails() == []

    monkeypatch.setattr(alert_mails, "_write", write)
    tasks.expire_holds.call()
    assert mails() == [alert.user.email]


def test_a_price_that_comes_late_is_told_of():
    book = sold_out(price=None)
    alert = asked(book)
    deliver(book, 1)
    tasks.expire_holds.call()
    assert mails() == []

    Book.objects.filter(pk=book.pk).update(price=10)
    tasks.expire_holds.call()
    assert mails() == [alert.user.email]


def test_copies_that_somebody_waits_for_are_theirs_when_a_price_comes_late():
    book = sold_out()
    join(book)
    alert = asked(book)
    Book.objects.filter(pk=book.pk).update(price=None)
    deliver(book, 1)

    Book.objects.filter(pk=book.pk).update(price=10)
    tasks.expire_holds.call()

    alert.refresh_from_db()
    assert alert.is_open


def test_copies_that_can_be_ordered_before_their_day_are_told_of():
    book = sold_out(on_sale_on=timezone.localdate() + timedelta(days=9))
    asked(book)
    deliver(book, 1)

    assert mail(book) == 1
    assert "It can be ordered now, and is posted on" in OutboxMessage.objects.get().body


@pytest.mark.parametrize("book", [{}, {"price": None}], ids=["in line", "out of line"])
def test_the_form_on_the_page_of_a_book_asks_or_takes_back(shopper, shopper_client, client, book):
    book = sold_out(**book)
    address = book.get_absolute_url()

    assert f'href="/queue/{book.ean}/alert/"' in client.get(address).text
    assert f'action="/queue/{book.ean}/alert/"' in shopper_client.get(address).text
    asked(book, shopper)
    assert f'action="/queue/{book.ean}/alert/remove/"' in shopper_client.get(address).text


@pytest.mark.parametrize("gone", ["deactivated", "unconfirmed", "changed by staff"])
def test_nobody_is_mailed_where_they_may_not_read_it(gone):
    book, reader = sold_out(), confirmed_reader()
    asked(book, reader)
    deliver(book, 1)
    if gone == "deactivated":
        User.objects.filter(pk=reader.pk).update(is_active=False)
    elif gone == "unconfirmed":
        EmailAddress.objects.update(verified=False)
    else:
        User.objects.filter(pk=reader.pk).update(email="typo@example.org")

    assert mail(book) == 0
    assert mails() == []


def test_old_alerts_are_forgotten_with_the_copies_of_their_mails():
    old, recent = asked(sold_out()), asked(sold_out())
    still_open = asked(sold_out())
    now = timezone.now()
    for alert, days in ((old, 91), (recent, 89)):
        RestockAlert.objects.filter(pk=alert.pk).update(ended_at=now - timedelta(days=days))

    tasks.delete_old_alerts.call()

    assert set(RestockAlert.objects.all()) == {recent, still_open}


@pytest.fixture
def mailed() -> RestockAlert:
    """An alert whose mail has left, of a reader who has another one open."""
    book = sold_out(title="Emma")
    alert = asked(book)
    asked(sold_out(), alert.user)
    deliver(book, 1)
    mail(book)
    return alert


def test_looking_at_the_link_of_the_mail_ends_nothing(client, mailed):
    page = client.get(mailed.stop_url)

    assert "“Emma”" in page.text
    assert "One alert is still open" in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert mailed.user.email not in page.text
    assert RestockAlert.objects.open().count() == 1


def test_one_button_ends_all_alerts_without_signing_in(client, mailed):
    others = asked(sold_out())

    page = client.post(mailed.stop_url)

    assert "One alert has ended." in page.text
    assert list(RestockAlert.objects.open()) == [others]
    assert "None of your alerts was open any more." in client.post(mailed.stop_url).text


def test_a_mail_program_ends_them_without_token_and_cookie(mailed):
    program = Client(enforce_csrf_checks=True)
    sent = OutboxMessage.objects.get()

    answer = program.post(sent.unsubscribe_url, {"List-Unsubscribe": "One-Click"})

    # A page, and no way to another one: programs do not follow.
    assert answer.status_code == 200
    assert not RestockAlert.objects.open().exists()


def test_a_key_that_nobody_has_is_not_found(client):
    assert (
        client.post("/queue/alerts/stop/5e0f2b1c-3a52-4c43-9d0a-0123456789ab/").status_code == 404
    )


def test_the_key_is_in_no_line_of_a_log(mailed):
    assert str(mailed.key) not in without_keys(f"GET {mailed.stop_url} 200")


def test_other_forms_of_alerts_need_the_token(shopper):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(shopper)
    ean = sold_out().ean

    assert browser.post(f"/queue/{ean}/alert/").status_code == 403
    assert browser.post(f"/queue/{ean}/alert/remove/").status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"price": None},
        {"withdrawn_at": timezone.now()},
        {"publishing_status": "postponed"},
        {"on_sale_on": date(2999, 1, 1)},
        {"on_sale_on": date(2999, 1, 1), "publishing_status": "postponed"},
        {"on_sale_on": date(2999, 1, 1), "publishing_status": "cancelled"},
        {"on_sale_on": date(2000, 1, 1), "publishing_status": "cancelled"},
        {"publishing_status": "out_of_print"},
        {"publishing_status": "recalled"},
        {"on_sale_on": date(2999, 1, 1), "publishing_status": "recalled"},
        {"publishing_status": "replaced"},
        {"publishing_status": "unavailable"},
        {"publishing_status": "unknown"},
    ],
)
@pytest.mark.parametrize("copies", [0, 1])
def test_the_database_finds_what_can_be_bought_as_pages_say_it(fields, copies):
    book = BookFactory(stock=copies, **fields)

    found = Book.objects.can_be_bought(timezone.localdate()).filter(pk=book.pk).exists()

    assert found is book.availability.can_buy
