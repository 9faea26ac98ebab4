"""What staff see of mails, and how they send one again."""

import re
import uuid

import pytest
from django.core import mail as post
from django.db import transaction
from django.tasks import default_task_backend
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts import erasing, outbox, resending, sending
from accounts.letters import PLACE_OF_NOTE
from accounts.models import OutboxMessage
from accounts.person import Person
from tests.staff_scene import member_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/outboxmessage/"


def write(**changes) -> OutboxMessage:
    words = {"to": "Sam@example.org", "subject": "Hello", "body": "Dear Sam"}
    outbox.write(**{**words, "now": timezone.now(), **changes})
    return OutboxMessage.objects.latest("pk")


def sent(**changes) -> OutboxMessage:
    mail = write(**changes)
    assert sending.deliver(message_id=mail.message_id, now=timezone.now())
    mail.refresh_from_db()
    return mail


def failed(**changes) -> OutboxMessage:
    mail = write(**changes)
    mail.next_try_at, mail.attempts, mail.last_error = None, 12, "no such mailbox"
    mail.save()
    return mail


def send_again(client: Client, mail: OutboxMessage, **changes):
    form = {"key": str(uuid.uuid4()), **changes}
    return client.post(f"{LIST}{mail.pk}/again/", form, follow=True)


def listed(client: Client, **asked) -> list[OutboxMessage]:
    return list(client.get(LIST, asked).context["cl"].result_list)


def again_in_code(mail: OutboxMessage, key: uuid.UUID | None = None) -> None:
    resending.send_again(message_id=mail.pk, key=key or uuid.uuid4(), now=timezone.now())


def test_mails_are_listed_by_what_became_of_them(staff_client):
    gone, lost, waiting = sent(), failed(), write()

    assert listed(staff_client) == [waiting, lost, gone]
    assert listed(staff_client, state="failed") == [lost]
    assert listed(staff_client, state="waiting") == [waiting]
    assert listed(staff_client, state="sent") == [gone]
    assert len(listed(staff_client, state="nonsense")) == 3


def test_a_list_of_mails_counts_mails(staff_client):
    write()
    write()

    page = staff_client.get(LIST)

    assert "<h1>Outbox</h1>" in page.text
    assert "2 mails" in page.text
    assert page.context["module_name"] == "mails"


def test_a_list_tells_what_became_of_a_mail(staff_client):
    mail = sent()
    OutboxMessage.objects.update(is_repeat=True, attempts=1)
    failed()

    page = staff_client.get(LIST).text

    at = date_format(timezone.localtime(mail.sent_at), "DATETIME_FORMAT")
    assert f"Sent<br>{at}<br>1 attempt<br>once more<br>" in page
    assert "Failed<br>12 attempts<br></td>" in page
    assert "no such mailbox" in page


def test_a_mail_is_found_by_its_whole_address_or_its_order(staff_client):
    hers = write(to="Ann@example.org", thread="K7ABCDEF")
    write(to="ann@example.org.uk")

    for words in ("ann@example.org", " ANN@example.org ", "K7ABCDEF", "k7ab-cdef"):
        assert listed(staff_client, q=words) == [hers]
    for words in ("ann", "example.org", "K7", "%", "-"):
        assert listed(staff_client, q=words) == []


def test_a_search_takes_an_index_and_no_pattern(staff_client, django_assert_max_num_queries):
    write()

    with django_assert_max_num_queries(20) as queries:
        listed(staff_client, q="sam@example.org", state="failed")

    searches = [query["sql"] for query in queries if "sam@example.org" in query["sql"]]
    assert searches
    assert not [sql for sql in searches if "LIKE" in sql or "UPPER" in sql]


def test_more_mails_take_no_more_queries(staff_client, django_assert_max_num_queries):
    write()
    with django_assert_max_num_queries(20) as few:
        listed(staff_client)
    for _ in range(20):
        write()

    with django_assert_max_num_queries(len(few)):
        assert len(listed(staff_client)) == 21


def test_the_text_is_shown_as_its_reader_gets_it(staff_client):
    mail = write(body="Dear Sam,\n\n<b>two lines</b>\n/orders/open/secret-key/")

    page = staff_client.get(f"{LIST}{mail.pk}/change/").text

    assert (
        '<div class="panel">Dear Sam,<br><br>&lt;b&gt;two lines&lt;/b&gt;<br>/orders/open/…/'
        in page
    )
    assert "secret-key" not in page


def test_a_failed_mail_is_tried_anew_in_its_row(staff_client):
    mail = failed()

    page = send_again(staff_client, mail)

    mail.refresh_from_db()
    assert "“Hello” is on its way again." in page.text
    assert (mail.attempts, mail.is_waiting) == (0, True)
    assert sending.deliver(message_id=mail.message_id, now=timezone.now())
    assert [message.to for message in post.outbox] == [["Sam@example.org"]]


def test_the_worker_is_told_of_it_at_once(staff_client, django_capture_on_commit_callbacks):
    mail = failed()
    with django_capture_on_commit_callbacks(execute=True):
        send_again(staff_client, mail)

    assert [told.kwargs for told in default_task_backend.results] == [
        {"message_id": mail.message_id}
    ]


def test_a_sent_mail_goes_once_more_and_says_so(staff_client):
    html = f"<body>{PLACE_OF_NOTE}<p>Dear Sam</p></body>"
    mail = sent(thread="K7", dedupe_key="order-confirmation-K7", html=html)

    page = send_again(staff_client, mail)

    first, repeat = OutboxMessage.objects.order_by("pk")
    assert "is on its way again" in page.text
    assert first.sent_at == mail.sent_at
    assert (repeat.to, repeat.subject, repeat.thread) == (mail.to, mail.subject, mail.thread)
    assert repeat.is_repeat
    assert repeat.body.startswith("We send you this mail once more. The first time was on ")
    assert repeat.body.endswith(".\n\nDear Sam")
    assert re.fullmatch(
        r'<body><p class="note" style="[^"]+">We send you this mail once more\. [^<]+</p>\s*'
        r"<p>Dear Sam</p></body>",
        repeat.html,
    )
    assert repeat.dedupe_key.startswith("order-confirmation-K7-again-")


def test_a_repeat_that_is_repeated_says_so_once():
    again_in_code(sent())
    repeat = OutboxMessage.objects.latest("pk")
    sending.deliver(message_id=repeat.message_id, now=timezone.now())

    again_in_code(repeat)

    assert OutboxMessage.objects.latest("pk").body.count("once more") == 1
    assert len(OutboxMessage.objects.latest("pk").dedupe_key) < 100


def test_the_button_pressed_twice_sends_one_mail(staff_client):
    mail, key = sent(), str(uuid.uuid4())

    for _ in range(2):
        assert send_again(staff_client, mail, key=key).status_code == 200

    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (lambda: write(), "on its way already"),
        (lambda: sent(has_one_time_link=True), "works once and for a while"),
        (lambda: failed(has_one_time_link=True), "works once and for a while"),
        (lambda: sent(unsubscribe_url="https://shop.example/stop/1/"), "no more mails of this"),
    ],
)
def test_what_is_not_sent_again_is_said_on_the_page(staff_client, mail, words):
    mail = mail()

    assert f"{LIST}{mail.pk}/again/" not in staff_client.get(f"{LIST}{mail.pk}/change/").text
    page = send_again(staff_client, mail)

    assert page.status_code == 422
    assert words in page.text
    assert OutboxMessage.objects.count() == 1


def test_a_demo_sends_no_one_time_link_again_either(settings, staff_client):
    settings.MAIL_KEEP_ONE_TIME_LINKS = True

    assert send_again(staff_client, sent(has_one_time_link=True)).status_code == 422


def test_many_failed_mails_are_tried_anew_from_the_list(staff_client):
    lost, gone = [failed(), failed()], sent()
    chosen = [mail.pk for mail in (*lost, gone)]

    page = staff_client.post(
        LIST, {"action": "try_failed_again", "_selected_action": chosen}, follow=True
    )

    assert set(OutboxMessage.objects.waiting()) == set(lost)
    assert "This mail was sent. On its own page" in page.text
    assert OutboxMessage.objects.count() == 3


def test_a_mail_that_is_not_there_is_404(staff_client):
    for key in (1, "9" * 30):
        assert staff_client.post(f"{LIST}{key}/again/").status_code == 404


def test_a_form_without_its_key_sends_nothing(staff_client):
    mail = sent()

    assert send_again(staff_client, mail, key="x").status_code == 422
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("group", "status"),
    [("Manager", 302), ("Fulfilment", 403), ("Auditor", 403), ("Bookseller", 403)],
)
def test_managers_send_mails_again_and_nobody_else(group, status):
    mail, client = failed(), member_of(group)

    assert client.post(f"{LIST}{mail.pk}/again/", {"key": uuid.uuid4()}).status_code == status
    client.post(LIST, {"action": "try_failed_again", "_selected_action": [mail.pk]})

    mail.refresh_from_db()
    assert mail.is_waiting == (group == "Manager")


def test_mails_of_somebody_who_was_erased_are_gone():
    mail = sent(to="sam@example.org")
    erasing.erase(person=Person(None, ("sam@example.org",)), now=timezone.now())

    with pytest.raises(resending.IsGone):
        again_in_code(mail)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_sent_again_twice_at_once_is_one_mail():
    mail, lost, key = sent(), failed(), uuid.uuid4()

    assert at_once([lambda: again_in_code(mail, key)] * 2) == [None, None]
    outcomes = at_once([lambda: again_in_code(lost)] * 2)

    assert {type(outcome) for outcome in outcomes} == {type(None), resending.IsUnderWay}
    assert OutboxMessage.objects.filter(is_repeat=True).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("account", [True, False])
def test_a_mail_sent_again_while_its_reader_is_erased_leaves_nothing(meeting, account, shopper):
    """The mail is kept from being deleted until its repeat is there, which goes with it."""
    user = shopper if account else None
    person = Person.of(shopper) if account else Person(None, ("sam@example.org",))
    mail = sent(to="sam@example.org", user=user)

    def send() -> None:
        with transaction.atomic():
            OutboxMessage.objects.select_for_update(no_key=True).get(pk=mail.pk)
            meeting.stop(lambda: again_in_code(mail))

    def erase() -> int:
        return meeting.join(lambda: erasing.erase(person=person, now=timezone.now()))

    outcomes = at_once([send, erase])

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    left = OutboxMessage.objects.exclude(dedupe_key__startswith="farewell-")
    assert not left.exists()
