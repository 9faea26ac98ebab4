"""`next=` leads to our own pages only."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from .doors import (
    PASSWORD,
    is_in,
    link_in,
    mails_to,
    member,
    sign_in,
    sign_up,
)

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "//evil.example/",
    "///evil.example/",
    "https://evil.example/",
    "http:evil.example",
    "https:///evil.example/",
    "\\\\evil.example\\",
    "/\\evil.example/",
    "\\/evil.example/",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "%2F%2Fevil.example/../",
    "https://testserver@evil.example/",
    "//testserver:80@evil.example/",
    "\t//evil.example/",
    "https://evil.example\\@testserver/",
]
each_elsewhere = pytest.mark.parametrize("elsewhere", ELSEWHERE)


@each_elsewhere
def test_signing_in(client, elsewhere):
    member()

    page = client.post(
        f"/accounts/login/?{urlencode({'next': elsewhere})}",
        {"login": "sam@example.org", "password": PASSWORD},
        follow=True,
    )
    assert is_in(client)
    assert_stays(page, elsewhere)
    assert_stays(sign_in(Client(), next=elsewhere), elsewhere)
    assert_stays(client.get("/accounts/login/", {"next": elsewhere}, follow=True), elsewhere)


@each_elsewhere
def test_signing_up(client, elsewhere):
    sign_up(client, next=elsewhere)

    page = client.get(link_in(mails_to("new@example.org")[0]), {"next": elsewhere}, follow=True)

    assert is_in(client)
    assert_stays(page, elsewhere)


@each_elsewhere
def test_signing_out(client, elsewhere):
    member()
    sign_in(client)

    assert_stays(client.post("/accounts/logout/", {"next": elsewhere}, follow=True), elsewhere)
    assert_stays(client.get("/accounts/logout/", {"next": elsewhere}, follow=True), elsewhere)


@each_elsewhere
def test_giving_the_password_once_more(client, elsewhere):
    member()
    sign_in(client)

    form = {"password": PASSWORD, "next": elsewhere}
    assert_stays(client.post("/accounts/reauthenticate/", form, follow=True), elsewhere)


@each_elsewhere
def test_changing_and_resetting_the_password(client, elsewhere):
    user = member()
    sign_in(client)
    form = {"oldpassword": PASSWORD, "password1": "x1-y2-z3-w4", "password2": "x1-y2-z3-w4"}

    page = client.post("/accounts/password/change/", {**form, "next": elsewhere}, follow=True)
    assert_stays(page, elsewhere)
    form = {"email": user.email, "next": elsewhere}
    assert_stays(Client().post("/accounts/password/reset/", form, follow=True), elsewhere)


def test_a_page_of_ours_is_led_to(client):
    member()

    page = sign_in(client, next="/books/?q=emma&sort=title")

    assert page.redirect_chain[-1][0] == "/books/?q=emma&sort=title"


def assert_stays(page, elsewhere: str) -> None:
    # Encoded slashes are no host: a path under the page one is on, which is not there.
    steps = [step for step, _ in page.redirect_chain if not step.startswith("%2F%2F")]

    assert all(step.startswith("/") for step in steps), steps
    assert not any(step.startswith(("//", "/\\")) or "evil" in step for step in steps), steps
