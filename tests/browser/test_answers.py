"""Answers that are slow, lost or refused, and buttons that are pressed twice."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from catalog.models import Book
from shop import cart
from shop.models import CartItem
from tests.factories import BookFactory

from .conftest import LOST_REQUESTS

pytestmark = [pytest.mark.browser, pytest.mark.comfort]

NOBODY_KNOWS = "The shop did not answer, so we cannot say whether that was done."
UNCHANGED = "The shop did not answer, and nothing was changed."
REFUSED = "The shop could not do that."


@pytest.fixture
def expected(expected: list[str]) -> list[str]:
    """The tests below lose requests, and let the shop break."""
    return [*expected, *LOST_REQUESTS, "status of 50", "Response Status Error Code"]


@pytest.fixture
def book_page(open_page, shop, emma) -> Page:
    page = open_page()
    page.goto(shop + emma.get_absolute_url())
    return page


def hold(page: Page, address: str) -> list[Route]:
    """The requests that are made from now on, in their order, none of them answered."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


def status(page: Page) -> Locator:
    return page.get_by_role("status")


def copies() -> list[int]:
    return list(CartItem.objects.values_list("quantity", flat=True))


def test_a_slow_answer_is_waited_for_in_words_and_pressing_again_asks_once(book_page):
    held = hold(book_page, "**/basket/add/**")
    take, box = book_page.locator("#take"), book_page.locator("#buy-box")
    take.focus()
    for _ in range(3):
        book_page.keyboard.press("Enter")

    expect(take).to_have_attribute("aria-disabled", "true")
    expect(box).to_have_attribute("aria-busy", "true")
    expect(status(book_page)).to_contain_text("The shop is slow to answer. It is still at it.")
    assert len(held) == 1
    held[0].continue_()

    expect(status(book_page)).to_contain_text("“Emma” is in your basket.")
    expect(box).not_to_have_attribute("aria-busy", "true")
    expect(take).not_to_have_attribute("aria-disabled", "true")
    expect(take).to_be_focused()
    assert copies() == [1]


def never_answered(page: Page) -> None:
    page.evaluate("htmx.config.timeout = 200")
    hold(page, "**/basket/add/**")


def lost(page: Page) -> None:
    page.route("**/basket/add/**", lambda route: route.abort())


def away(page: Page) -> None:
    page.route("**/basket/add/**", lambda route: route.fulfill(status=502, body="Bad gateway"))


def forgotten(page: Page) -> None:
    page.context.clear_cookies()


def gone(page: Page) -> None:
    Book.objects.update(withdrawn_at="2020-01-01T00:00Z")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (never_answered, NOBODY_KNOWS),
        (lost, NOBODY_KNOWS),
        (away, NOBODY_KNOWS),
        (forgotten, REFUSED),
        (gone, REFUSED),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_went_wrong_is_said_and_nothing_is_lost(book_page, trouble, words):
    book_page.get_by_label("Copies").fill("2")
    trouble(book_page)
    book_page.locator("#take").focus()

    book_page.keyboard.press("Enter")

    expect(status(book_page)).to_contain_text(words)
    expect(book_page.locator("#take")).to_be_focused()
    expect(book_page.get_by_label("Copies")).to_have_value("2")
    assert copies() == []
    if trouble in (lost, away):
        book_page.unroute_all()
        book_page.keyboard.press("Enter")
        expect(status(book_page)).to_contain_text("“Emma” is in your basket.")
        assert copies() == [2]


def test_the_shop_says_itself_that_it_is_broken(book_page, monkeypatch):
    def break_down(**_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(cart, "add", break_down)

    book_page.locator("#take").click()

    expect(status(book_page)).to_contain_text("Something broke on our side")
    expect(status(book_page)).to_contain_text("Your basket is safe.")


def test_a_filter_whose_answer_is_lost_is_as_it_was(open_page, shop, emma):
    Book.objects.update(format="hardback")
    BookFactory(title="Persuasion", format="pocket")
    page = open_page()
    page.goto(f"{shop}/books/")
    page.route("**/books/?*", lambda route: route.abort())
    pocket = page.get_by_label("Pocket")

    pocket.click()

    expect(status(page)).to_contain_text(UNCHANGED)
    expect(pocket).not_to_be_checked()
    expect(pocket).to_be_focused()
    assert page.url == f"{shop}/books/"
    page.unroute_all()
    pocket.check()
    expect(page.locator("#count")).to_have_text("1 book")
    expect(status(page)).not_to_contain_text(UNCHANGED)


def swallow(page: Page) -> list[str]:
    """The addresses that forms are sent to from now on; the page stays, whatever they lead to."""
    sent: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            route.fulfill(status=204)
        else:
            route.continue_()

    page.route("**/*", answer)
    return sent


def press(button: Locator) -> None:
    button.dispatch_event("click")
    button.page.wait_for_timeout(200)


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("last look before paying", "Order and pay"),
        ("book with a waiting list to join", "Join as number"),
        ("reviews, one of them yours", "Helpful"),
    ],
)
def test_a_form_that_leads_on_is_sent_once_and_with_back_again(show, where, name):
    page, _response = show(where)
    sent = swallow(page)
    button = page.get_by_role("main").get_by_role("button", name=name).first

    press(button)
    press(button)
    expect(button).to_have_attribute("aria-disabled", "true")
    assert len(sent) == 1

    # Browsers keep the page as it was left.
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    press(button)
    assert len(sent) == 2
