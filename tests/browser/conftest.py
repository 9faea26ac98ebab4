"""Chromium for the tests in this folder, and pages that fail a test when their console complains."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from catalog.models import Book
from shop.models import DeliveryMethod
from tests.conftest import IN_CI, NO_SCRIPTS
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.fake_sign_in import FakeSite, stand_in

from . import scripts
from .pages import PAGES, SENT, SENT_IN_PLACE, STIRRED
from .scenes import Scene
from .state_scenes import AT_ADDRESSES_OF_ERRORS

# Playwright keeps an event loop in this thread. Django sees it and would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# First the one without windows, which needs half the time.
CHROMIUM = ("chromium-headless-shell", "chromium")
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Chromium says "error" of every such answer; the tests below ask for them.
ANSWERS_WE_ASK_FOR = tuple(
    f"status of {status}" for status in (400, 401, 403, 404, 405, 422, 429, 503)
)
# So does htmx of a request whose place a later one takes.
REPLACED_REQUESTS = ("htmx:afterRequest", "htmx:sendAbort")
LOST_REQUESTS = ("net::ERR_FAILED", "htmx:sendError", "htmx:timeout")
TELL_OF_CSP = """document.addEventListener("securitypolicyviolation", (violation) =>
    console.error(`CSP: ${violation.violatedDirective} ${violation.blockedURI}`))"""
PATIENCE = 10_000 if IN_CI else 5_000

OpenPage = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        reason = f"there is no Chromium on this machine (Debian: apt-get install {CHROMIUM[0]})"
        pytest.fail(reason) if IN_CI else pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": chromium, "args": QUIET_CHROMIUM}


@pytest.fixture
def expected() -> list[str]:
    """What a console may say; a test, or all those of a file, may ask for more."""
    return [*ANSWERS_WE_ASK_FOR, *REPLACED_REQUESTS]


@pytest.fixture
def open_page(browser: Browser, expected: list[str]) -> Iterator[OpenPage]:
    """Makes pages of fresh contexts. Whatever their consoles complain of fails the test at its end."""
    contexts = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        is_expected = any(words in message.text for words in expected)
        if message.type in {"error", "warning"} and not is_expected:
            complaints.append(f"{message.type}: {message.text}")

    def open_page(**options: Any) -> Page:
        look = {"locale": "en-GB", "reduced_motion": "reduce"}
        context = browser.new_context(**look | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_OF_CSP)
        page = context.new_page()
        if NO_SCRIPTS:
            scripts.turn_off(page)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(
    params=[
        pytest.param(True, id="with JavaScript", marks=pytest.mark.deep),
        pytest.param(False, id="without JavaScript"),
    ]
)
def page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """Everything works either way, so a test that takes this page runs twice in CI."""
    if request.param and NO_SCRIPTS:
        pytest.skip("JavaScript is off")
    return open_page(java_script_enabled=request.param)


@pytest.fixture
def delivery(transactional_db: None) -> DeliveryMethod:
    """The only method on offer."""
    DeliveryMethod.objects.all().delete()
    return DeliveryMethodFactory(price="2.95")


@pytest.fixture
def emma(delivery: DeliveryMethod) -> Book:
    return BookFactory(title="Emma", slug="emma", byline="Jane Austen", stock=5)


@pytest.fixture
def shop(live_server, emma: Book) -> str:
    """The address of a shop that sells one book."""
    return live_server.url


@pytest.fixture
def open_site(settings, monkeypatch) -> Iterator[Callable[[type[FakeSite]], FakeSite]]:
    with ExitStack() as stack:

        def open_site(kind: type[FakeSite]) -> FakeSite:
            site = stack.enter_context(kind())
            stand_in(site, settings, monkeypatch)
            return site

        settings.SOCIALACCOUNT_PROVIDERS = {}
        yield open_site


@pytest.fixture
def scene(live_server, delivery, open_site) -> Scene:
    """Its visitor comes to the address that the browser comes to."""
    cache.clear()
    client = Client(headers={"host": urlsplit(live_server.url).netloc})
    return Scene(delivery, open_site, client)


@pytest.fixture
def show(live_server, scene, open_page, expected, settings) -> Callable[..., tuple[Page, Response]]:
    """Opens a page by its name in PAGES, as the visitor of a new scene."""

    def show(name: str, *, until: str = "load", **look: object) -> tuple[Page, Response]:
        if name in AT_ADDRESSES_OF_ERRORS:
            settings.ROOT_URLCONF = "tests.browser.errors"
        address = PAGES[name](scene)
        page = open_page(**look)
        page.context.add_cookies(
            [
                {"name": cookie.key, "value": cookie.value, "url": live_server.url}
                for cookie in scene.client.cookies.values()
            ]
        )
        response = page.goto(urljoin(live_server.url, address), wait_until=until)
        if name in SENT:
            main = page.get_by_role("main")
            with translation.override(str(look.get("locale", "en-gb"))):
                button = gettext(SENT[name])
            with page.expect_navigation() as sent:
                main.get_by_role("button", name=button, exact=True).click()
            response = sent.value
        if name in SENT_IN_PLACE:
            main = page.get_by_role("main")
            with page.expect_response(lambda answer: answer.request.method == "POST") as put:
                main.get_by_role("button", name=SENT_IN_PLACE[name], exact=True).click()
            expect(main.locator("#scanned .errornote")).to_be_visible()
            response = put.value
        if name in STIRRED:
            expected.extend(LOST_REQUESTS)
            STIRRED[name](page)
        return page, response

    return show
