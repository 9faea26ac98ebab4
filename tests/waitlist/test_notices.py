"""News of wishlists: chosen on a page, one mail a day, ended without signing in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage, User
from bookstore.logs import without_keys
from catalog.models import Book
from tests.factories import BookFactory, receive
from waitlist import alert_mails, alerts, notice_mails, notices, tasks, wishlists
from waitlist.models import NoticeChoice, WishlistItem

from .lists import confirmed_reader, sold_out

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 7, 6, 7, 0, tzinfo=LONDON)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
BEFORE = MONDAY - timedelta(days=1)


@pytest.fixture
def reader() -> User:
    """Wants to be told of everything."""
    return wanting(confirmed_reader())


def wanting(user: User, *, falls: bool = True, restock: bool = True) -> User:
    notices.choose(user=user, wants_price_falls=falls, wants_restock=restock, now=BEFORE)
    return user


def wish(user: User, book: Book, wishlist=None) -> WishlistItem:
    return wishlists.save(user=user, book=book, wishlist=wishlist, now=BEFORE)


def cost(book: Book, pounds: str | None) -> None:
    Book.objects.filter(pk=book.pk).update(price=pounds and Decimal(pounds))


def bodies() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("body", flat=True))


def test_nobody_is_mailed_who_has_not_asked_for_it():
    user, book = confirmed_reader(), BookFactory()
    wish(user, book)
    cost(book, "8.00")

    assert notice_mails.mail(now=MONDAY) == 0


def test_a_fall_is_told_once(reader):
    book = BookFactory(title="Emma")
    wish(reader, book)
    cost(book, "8.00")

    assert [notice_mails.mail(now=day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [1, 0, 0]

    sent = OutboxMessage.objects.get()
    assert (sent.to, sent.user) == (reader.email, reader)
    assert sent.subject == "News of a book on your wishlist"
    assert "“Emma”, An Author\n£8.00 now, £10.00 before.\nIn stock\n" in sent.body
    assert book.get_absolute_url() in sent.body
    assert sent.unsubscribe_url in sent.body
    assert "can be bought" not in sent.body


def test_a_price_that_falls_twice_is_told_twice(reader):
    book = BookFactory()
    wish(reader, book)
    for day, pounds in ((MONDAY, "8.00"), (TUESDAY, "7.00")):
        cost(book, pounds)
        notice_mails.mail(now=day)

    first, second = bodies()
    assert "£8.00 now, £10.00 before." in first
    assert "£7.00 now, £8.00 before." in second


def test_after_a_rise_a_fall_counts_anew(reader):
    book = BookFactory()
    wish(reader, book)
    for day, pounds in ((MONDAY, "12.00"), (TUESDAY, "11.00")):
        cost(book, pounds)
        notice_mails.mail(now=day)

    (only,) = bodies()
    assert "£11.00 now, £12.00 before." in only


def test_a_price_that_is_taken_away_is_remembered(reader):
    book = BookFactory()
    wish(reader, book)
    for day, pounds in ((MONDAY, None), (TUESDAY, "9.00")):
        cost(book, pounds)
        notice_mails.mail(now=day)

    (only,) = bodies()
    assert "£9.00 now, £10.00 before." in only


def test_a_first_price_is_no_fall(reader):
    book = BookFactory(price=None, stock=0)
    wish(reader, book)
    cost(book, "9.00")

    assert notice_mails.mail(now=MONDAY) == 0
    assert WishlistItem.objects.get().price_told == Decimal("9.00")


def test_a_return_is_told_once_and_again_when_it_was_gone_between(reader):
    book = sold_out(title="Emma")
    wish(reader, book)
    receive(book, 1)
    assert [notice_mails.mail(now=day) for day in (MONDAY, TUESDAY)] == [1, 0]
    assert "It can be bought, for £10.00: Last copy in stock" in bodies()[0]

    receive(book, -1)
    assert notice_mails.mail(now=WEDNESDAY) == 0
    receive(book, 1)
    assert notice_mails.mail(now=WEDNESDAY + timedelta(days=1)) == 1


def test_a_withdrawn_book_is_not_told_of(reader):
    book = BookFactory()
    wish(reader, book)
    Book.objects.filter(pk=book.pk).update(price=5, withdrawn_at=MONDAY)

    assert notice_mails.mail(now=MONDAY) == 0


@pytest.mark.parametrize(("falls", "restock"), [(True, False), (False, True)])
def test_only_what_is_wanted_is_told(falls, restock):
    user = wanting(confirmed_reader(), falls=falls, restock=restock)
    cheaper, back = BookFactory(title="Cheaper"), sold_out(title="Back")
    wish(user, cheaper)
    wish(user, back)
    cost(cheaper, "8.00")
    receive(back, 1)

    assert notice_mails.mail(now=MONDAY) == 1
    assert (("“Cheaper”" in bodies()[0]), ("“Back”" in bodies()[0])) == (falls, restock)


def test_all_news_of_a_day_are_in_one_mail_and_a_book_on_two_lists_once(reader):
    emma, ruth = BookFactory(title="Emma"), sold_out(title="Ruth")
    second = wishlists.make_list(user=reader, name="Second", now=BEFORE)
    for book in (emma, ruth):
        wish(reader, book)
        wish(reader, book, second)
    cost(emma, "8.00")
    receive(ruth, 1)

    assert notice_mails.mail(now=MONDAY) == 1

    (body,) = bodies()
    assert OutboxMessage.objects.get().subject == "News of 2 books on your wishlists"
    assert (body.count("“Emma”"), body.count("“Ruth”")) == (1, 1)
    assert notice_mails.mail(now=TUESDAY) == 0


def test_a_long_mail_names_how_many_more_there_are(reader, monkeypatch):
    monkeypatch.setattr(notice_mails, "MOST_TOLD", 2)
    for _book in range(5):
        book = BookFactory()
        wish(reader, book)
        cost(book, "8.00")

    notice_mails.mail(now=MONDAY)

    assert bodies()[0].count("before.") == 2
    assert "And 3 more books." in bodies()[0]


def test_no_more_than_one_mail_a_day(reader):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")
    notice_mails.mail(now=MONDAY)
    cost(book, "7.00")

    assert notice_mails.mail(now=MONDAY + timedelta(hours=16)) == 0
    assert notice_mails.mail(now=TUESDAY) == 1


def test_turning_it_off_and_on_brings_no_second_mail_of_the_day(reader):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")
    notice_mails.mail(now=MONDAY)
    wanting(reader, falls=False, restock=False)
    wanting(reader)
    cost(book, "7.00")

    assert notice_mails.mail(now=MONDAY) == 0


@pytest.mark.parametrize(
    ("now", "mails"),
    [
        (datetime(2026, 7, 6, 5, 59, tzinfo=UTC), 0),
        (datetime(2026, 7, 6, 6, 0, tzinfo=UTC), 1),
        (datetime(2026, 1, 5, 6, 59, tzinfo=UTC), 0),
        (datetime(2026, 1, 5, 7, 0, tzinfo=UTC), 1),
        # The worker was down all day.
        (datetime(2026, 7, 6, 22, 59, tzinfo=UTC), 1),
        # In the shop it is past midnight.
        (datetime(2026, 7, 6, 23, 1, tzinfo=UTC), 0),
    ],
)
def test_it_is_written_from_seven_o_clock_in_the_shop(reader, now, mails):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")

    assert notice_mails.mail(now=now) == mails


def test_a_shop_elsewhere_has_its_own_morning(reader):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")
    with timezone.override("America/New_York"):
        assert notice_mails.mail(now=MONDAY) == 0
        assert notice_mails.mail(now=MONDAY + timedelta(hours=5)) == 1


def test_news_begin_when_they_are_turned_on():
    user, cheaper, back = confirmed_reader(), BookFactory(), sold_out()
    wish(user, cheaper)
    wish(user, back)
    cost(cheaper, "8.00")
    receive(back, 1)

    wanting(user)

    assert notice_mails.mail(now=MONDAY) == 0


def test_turning_one_kind_on_loses_nothing_of_the_other():
    user, book = wanting(confirmed_reader(), restock=False), BookFactory()
    wish(user, book)
    cost(book, "8.00")

    wanting(user)

    assert notice_mails.mail(now=MONDAY) == 1


@pytest.mark.parametrize("gone", ["deactivated", "unconfirmed", "changed by staff"])
def test_nobody_is_mailed_where_they_may_not_read_it(reader, gone):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")
    if gone == "deactivated":
        User.objects.filter(pk=reader.pk).update(is_active=False)
    elif gone == "unconfirmed":
        EmailAddress.objects.update(verified=False)
    else:
        User.objects.filter(pk=reader.pk).update(email="typo@example.org")

    assert notice_mails.mail(now=MONDAY) == 0
    assert WishlistItem.objects.get().price_told == Decimal("10.00")


def test_what_an_alert_has_told_is_no_news(reader):
    book = sold_out()
    wish(reader, book)
    alerts.ask(user=reader, book=book, now=BEFORE)
    receive(book, 1)
    alert_mails.mail(book_ids=[book.pk], now=BEFORE)

    assert notice_mails.mail(now=MONDAY) == 0


def test_a_crash_leaves_neither_mail_nor_memory(reader, monkeypatch):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")

    def die(items, today):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(notice_mails, "remember", die)
        with pytest.raises(KeyboardInterrupt):
            notice_mails.mail(now=MONDAY)
    assert bodies() == []

    assert notice_mails.mail(now=MONDAY) == 1
    assert notice_mails.mail(now=MONDAY) == 0


def test_a_member_whose_mail_is_refused_keeps_nobody_else_from_theirs(monkeypatch, caplog):
    book = BookFactory()
    first, second = wanting(confirmed_reader()), wanting(confirmed_reader())
    for user in (first, second):
        wish(user, book)
    cost(book, "8.00")
    write = notice_mails._write

    def refuse_the_first(choice, news, now):
        if choice.user == first:
            raise DatabaseError("no")
        write(choice, news, now)

    with monkeypatch.context() as broken:
        broken.setattr(notice_mails, "_write", refuse_the_first)
        assert notice_mails.mail(now=MONDAY) == 1
    assert f"the wishlists of user {first.pk} were left as they are" in caplog.text

    assert notice_mails.mail(now=MONDAY) == 1


def test_all_are_reached_in_batches_with_and_without_news(monkeypatch):
    monkeypatch.setattr(notice_mails, "AT_A_TIME", 3)
    book, other = BookFactory(), BookFactory()
    readers = [wanting(confirmed_reader()) for _reader in range(10)]
    for position, user in enumerate(readers):
        wish(user, book if position % 2 else other)
    cost(book, "8.00")

    assert notice_mails.mail(now=MONDAY) == 5
    assert not NoticeChoice.objects.to_look_at(MONDAY.date()).exists()


@pytest.mark.parametrize("quiet", [1, 30])
def test_members_without_news_cost_no_query_of_their_own(quiet, django_assert_num_queries):
    books = BookFactory(), BookFactory(price=None, stock=0)
    for _reader in range(quiet):
        user = wanting(confirmed_reader())
        for book in books:
            wish(user, book)

    # One batch and the end of it, each in a savepoint here: who, what has changed, and the day.
    with django_assert_num_queries(8):
        notice_mails.mail(now=MONDAY)
    with django_assert_num_queries(3):
        notice_mails.mail(now=MONDAY)


@pytest.mark.parametrize("wishes", [1, 30])
def test_a_mail_costs_the_same_however_much_it_tells(wishes, reader, django_assert_num_queries):
    for _wish in range(wishes):
        book = BookFactory()
        wish(reader, book)
        cost(book, "8.00")

    with django_assert_num_queries(15):
        assert notice_mails.mail(now=MONDAY) == 1


def test_the_page_keeps_what_is_chosen(shopper, shopper_client):
    page = shopper_client.get("/wishlist/notices/")
    assert " checked" not in page.text

    answer = shopper_client.post("/wishlist/notices/", {"wants_restock": "on"}, follow=True)

    assert "Saved." in answer.text
    assert answer.text.count(" checked") == 1
    choice = NoticeChoice.objects.get(user=shopper)
    assert (choice.wants_price_falls, choice.wants_restock) == (False, True)


def test_the_page_lists_open_alerts_and_removes_them(shopper, shopper_client):
    book = sold_out(title="Emma")
    alerts.ask(user=shopper, book=book, now=BEFORE)
    assert "Emma" in shopper_client.get("/wishlist/notices/").text

    there = {"next": "/wishlist/notices/"}
    answer = shopper_client.post(f"/queue/{book.ean}/alert/remove/", there)

    assert answer.url == "/wishlist/notices/"
    assert "We will not mail you about “Emma”." in shopper_client.get(answer.url).text


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_costs_the_same_however_many_alerts(
    count, shopper, shopper_client, django_assert_num_queries
):
    for _alert in range(count):
        alerts.ask(user=shopper, book=sold_out(), now=BEFORE)

    with django_assert_num_queries(6):
        shopper_client.get("/wishlist/notices/")


def test_strangers_sign_in_first(client):
    assert client.get("/wishlist/notices/").url == "/accounts/login/?next=/wishlist/notices/"


@pytest.fixture
def sent(reader) -> OutboxMessage:
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")
    notice_mails.mail(now=MONDAY)
    return OutboxMessage.objects.get()


def test_looking_at_the_link_of_the_mail_changes_nothing(client, sent, reader):
    page = client.get(sent.unsubscribe_url)

    assert "Send me no more of these" in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert reader.email not in page.text
    assert NoticeChoice.objects.get().wants_any


def test_one_button_ends_the_mails_without_signing_in(client, sent):
    assert "You will get no more" in client.post(sent.unsubscribe_url).text

    assert not NoticeChoice.objects.get().wants_any
    assert "They have ended already" in client.get(sent.unsubscribe_url).text


def test_a_mail_program_ends_them_without_token_and_cookie(sent):
    program = Client(enforce_csrf_checks=True)

    answer = program.post(sent.unsubscribe_url, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not NoticeChoice.objects.get().wants_any


def test_a_key_that_nobody_has_is_not_found(client):
    nobodys = "/wishlist/notices/stop/5e0f2b1c-3a52-4c43-9d0a-0123456789ab/"

    assert client.post(nobodys).status_code == 404


def test_the_key_is_in_no_line_of_a_log_and_not_what_staff_read(sent):
    key = str(NoticeChoice.objects.get().key)

    assert key not in without_keys(f"POST {sent.unsubscribe_url} 200")
    assert key not in sent.body_without_links


def test_choosing_needs_the_token(shopper):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(shopper)

    assert browser.post("/wishlist/notices/", {"wants_restock": "on"}).status_code == 403


def test_the_worker_writes_them(reader):
    book = BookFactory()
    wish(reader, book)
    cost(book, "8.00")

    tasks.mail_notices.call()

    is_time = timezone.localtime().hour >= notice_mails.HOUR
    assert OutboxMessage.objects.count() == is_time
