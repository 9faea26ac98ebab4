"""Staff look at what the shop sends: every kind of mail, and each mail that was written."""

from html import unescape

import pytest
from django.utils import timezone

from accounts import outbox
from accounts.models import OutboxMessage
from accounts.samples import samples
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ONE = "/admin/mails/order-confirmation/"


def write(**changes) -> OutboxMessage:
    words = {"to": "sam@example.org", "language": "en-gb", "now": timezone.now(), **changes}
    outbox.write_from("waitlist/emails/offer", samples()["offer"].context(), **words)
    return OutboxMessage.objects.latest("pk")


def set_out(mail: OutboxMessage) -> str:
    return f"/admin/accounts/outboxmessage/{mail.pk}/html/"


def test_staff_choose_among_all_kinds_of_mails(staff_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        page = staff_client.get("/admin/mails/")

    assert [name for name in samples() if f'"/admin/mails/{name}/"' not in page.text] == []


def test_a_sample_is_shown_as_text_and_on_both_screens(staff_client):
    page = staff_client.get(ONE)

    assert "Dear Nadia Rahman, thank you." in page.text
    for look in ("light", "dark"):
        address = f"{ONE}html/?language=en-gb&amp;look={look}"
        assert f'src="{address}"' in page.text
    assert page.text.count("<iframe sandbox ") == 2


def test_a_sample_is_shown_in_each_language(staff_client, settings):
    settings.LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]

    page = staff_client.get(ONE, {"language": "de"})
    html = staff_client.get(f"{ONE}html/", {"language": "de"})

    assert 'href="?language=de" hreflang="de" aria-current="page"' in page.text
    assert "19,98\N{NO-BREAK SPACE}£" in page.text
    assert "19,98\N{NO-BREAK SPACE}£" in unescape(html.text)
    assert "£19.98" in staff_client.get(ONE, {"language": "xx"}).text


def test_a_mail_that_there_is_not_has_no_sample(staff_client):
    assert staff_client.get("/admin/mails/nothing/").status_code == 404
    assert staff_client.get("/admin/mails/nothing/html/").status_code == 404


def test_looking_at_samples_writes_nothing(staff_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8 * len(samples())) as made:
        for name in samples():
            assert staff_client.get(f"/admin/mails/{name}/").status_code == 200

    assert {query["sql"].split()[0] for query in made} == {"SELECT"}


def test_only_the_frame_may_be_framed_and_have_styles_of_its_own(staff_client):
    page, frame = staff_client.get(ONE), staff_client.get(f"{ONE}html/")

    assert page.headers["X-Frame-Options"] == "DENY"
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert frame.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]


def test_each_frame_has_the_screen_that_it_says(staff_client):
    light, dark = (staff_client.get(f"{ONE}html/", {"look": look}) for look in ("light", "dark"))

    assert "@media not all" in light.text
    assert "@media all" in dark.text
    assert 'name="color-scheme" content="dark"' in dark.text
    assert "prefers-color-scheme" not in light.text + dark.text


def test_a_mail_of_the_outbox_is_shown_as_its_reader_sees_it_but_for_its_key(staff_client):
    mail = write()

    page = staff_client.get(f"/admin/accounts/outboxmessage/{mail.pk}/change/")
    html = staff_client.get(set_out(mail))

    assert f'src="{set_out(mail)}?look=dark"' in page.text
    assert "It is your turn." in html.text
    assert "/prebooks/place/00000000" in mail.html
    assert "/prebooks/place/…/" in html.text
    assert "00000000-" not in html.text
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_one_time_link_is_not_shown_in_the_html_either(staff_client, settings):
    mail = write(has_one_time_link=True)

    page = staff_client.get(f"/admin/accounts/outboxmessage/{mail.pk}/change/")
    assert "Not shown either." in page.text
    assert staff_client.get(set_out(mail)).status_code == 404

    settings.MAIL_KEEP_ONE_TIME_LINKS = True
    assert "00000000-" in staff_client.get(set_out(mail)).text


def test_a_mail_of_text_alone_says_so(staff_client):
    outbox.write(to="sam@example.org", subject="x", body="y", now=timezone.now())
    mail = OutboxMessage.objects.get()

    page = staff_client.get(f"/admin/accounts/outboxmessage/{mail.pk}/change/")

    assert "It is text alone." in page.text
    assert staff_client.get(set_out(mail)).status_code == 404


def test_others_see_no_mails(client):
    client.force_login(UserFactory(is_staff=True))

    for address in ("/admin/mails/", ONE, f"{ONE}html/", set_out(write())):
        assert client.get(address).status_code == 403
