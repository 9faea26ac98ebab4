"""The cookies as production sets them, and forms that no other site can send."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import BookFactory
from tests.production_check import PRODUCTION
from tests.test_house_style import our_views

from .doors import PASSWORD, member

PROJECT = Path(__file__).resolve().parent.parent.parent
# Google's own button comes with a token of Google's, which allauth checks.
CHECKED_OTHERWISE = "google_login_by_token"
OF_COOKIES = ("SECURE", "HTTPONLY", "SAMESITE")


@pytest.fixture
def production(settings) -> None:
    """Everything that production's settings say of cookies, asked of a process of its own."""
    names = [
        f"{cookie}_COOKIE_{what}"
        for cookie in ("SESSION", "CSRF", "LANGUAGE")
        for what in OF_COOKIES
    ]
    script = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names} }}))"
    )
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://x:y@localhost:1/z"}
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**environment, **PRODUCTION},
        capture_output=True,
        text=True,
        check=True,
    )
    for name, value in json.loads(said.stdout).items():
        setattr(settings, name, value)


@pytest.mark.django_db
def test_every_cookie_is_for_https_for_no_script_and_for_no_other_site(production):
    client = Client()
    sam = member()
    book = BookFactory()
    seen = {}
    for address, form in (
        ("/accounts/login/", None),
        ("/accounts/login/", {"login": sam.email, "password": PASSWORD, "remember": "on"}),
        (f"/basket/add/{book.ean}/", {}),
        (book.get_absolute_url(), None),
        ("/language/", {"language": "de"}),
    ):
        response = (
            client.get(address, secure=True)
            if form is None
            else client.post(address, form, secure=True)
        )
        seen |= {name: cookie for name, cookie in response.cookies.items() if cookie.value}

    assert {"sessionid", "csrftoken", "messages", "language"} < seen.keys()
    assert len(seen) == 5
    for cookie in seen.values():
        flags = (cookie["secure"], cookie["httponly"], cookie["samesite"])
        assert flags == (True, True, "Lax"), cookie


def test_only_payment_providers_and_mail_programs_send_forms_of_their_own():
    """A mail program that ends mails has no page of ours and no cookie (RFC 8058)."""
    exempt = {address for address, view in our_views() if getattr(view, "csrf_exempt", False)}

    assert exempt == {
        "payments/<provider>/webhook/",
        "queue/alerts/stop/<uuid:key>/",
        "wishlist/notices/stop/<uuid:key>/",
    }


def addresses() -> dict[str, str]:
    """An address of every view of the shop and of allauth, by its name."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], path: str, space: str) -> None:
        for pattern in patterns:
            whole = path + re.sub(r"^\^|\$$", "", str(pattern.pattern))
            if isinstance(pattern, URLResolver):
                if pattern.namespace != "admin":
                    walk(pattern.url_patterns, whole, pattern.namespace or space)
            elif pattern.name:
                name = f"{space}:{pattern.name}" if space else pattern.name
                filled = re.sub(r"<int:\w+>", "1", whole)
                filled = re.sub(r"<uuid:\w+>", str(UUID(int=1)), filled)
                filled = re.sub(r"<(?:\w+:)?\w+>", "abc", filled)
                if "(" not in filled:
                    found[name] = f"/{filled}"

    walk(get_resolver().url_patterns, "", "")
    return found


def test_the_walk_finds_the_addresses():
    found = addresses()

    assert found["account_login"] == reverse("account_login")
    assert found["accounts:session_end"] == reverse("accounts:session_end", args=[1])
    assert len(found) > 60


@pytest.mark.django_db
def test_no_form_is_taken_without_its_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(member())

    taken = {
        name: response.status_code
        for name, address in addresses().items()
        if name != CHECKED_OTHERWISE and (response := client.post(address, {})).status_code != 403
    }

    assert taken == {
        "shop:payment_webhook": 404,
        "waitlist:alert_stop": 404,
        "waitlist:notices_stop": 404,
    }
