"""What staff do in the admin, in the words of its pages."""

import re
from collections.abc import Iterable, Mapping

from playwright.sync_api import Locator, Page, expect

from .steps import card, heading


def open_from_menu(page: Page, name: str) -> None:
    menu = page.get_by_role("navigation", name="Menu")
    with page.expect_navigation():
        menu.get_by_role("link", name=name, exact=True).click()


def told(page: Page, words: str) -> None:
    """The admin says what was done."""
    expect(page.locator(".messagelist")).to_contain_text(words)


def rows(part: Locator) -> list[list[str]]:
    """The cells of a table, with single spaces between words."""
    expect(part.locator("tbody tr").first).to_be_attached()
    return [
        [" ".join(cell.split()) for cell in row.locator("th, td").all_text_contents()]
        for row in part.locator("tbody tr").all()
    ]


def figures(part: Locator) -> dict[str, list[str]]:
    """Large numbers by their names, each with what it was before where the page compares."""
    pairs = part.locator("dl.figures > div")
    return {
        pair.locator("dt").inner_text(): pair.get_by_role("link").all_inner_texts()
        for pair in pairs.all()
    }


def begin_delivery(page: Page, note: str) -> None:
    open_from_menu(page, "Receive stock")
    page.get_by_label("Delivery note").fill(note)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(heading(page)).to_contain_text(note)


def scan(page: Page, label: str, number: str, answer: str) -> None:
    """As a scanner types it: into the field that has the focus, with Enter after it."""
    field = page.get_by_label(label)
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text(answer)


def unpack(page: Page, number: str, answer: str) -> None:
    scan(page, "Scan or type an EAN or ISBN", number, answer)


def add_unknown_book(page: Page, number: str, facts: Mapping[str, str]) -> None:
    page.get_by_text(f"Add {number} to the catalogue").click()
    for label, text in facts.items():
        card(page, "Unknown books").get_by_label(label).fill(text)
    page.get_by_role("button", name="Add the book").click()
    expect(card(page, "Unknown books")).to_be_hidden()


def choose_orders(page: Page, tab: str, numbers: Iterable[str], act: str) -> None:
    """Tick orders on a tab of the board, and do something with all of them."""
    open_from_menu(page, "Orders")
    page.get_by_role("navigation", name="Orders by state").get_by_role(
        "link", name=re.compile(f"^{tab}")
    ).click()
    for number in numbers:
        page.get_by_role("row").filter(has_text=number).get_by_role("checkbox").check()
    page.get_by_role("combobox", name="Action").select_option(act)
    page.get_by_role("button", name="Run", exact=True).click()


def open_order(page: Page, number: str) -> None:
    """By its number, from the board."""
    open_from_menu(page, "Orders")
    search = page.get_by_role("search")
    search.get_by_role("searchbox").fill(number)
    search.get_by_role("button", name="Search").click()
    page.get_by_role("row").get_by_role("link", name=number, exact=True).click()
    expect(page.get_by_role("heading", name="Where it stands")).to_be_visible()


def post_parcel(page: Page, number: str, tracking: str) -> None:
    open_order(page, number)
    page.get_by_role("link", name="Post", exact=True).click()
    page.get_by_label("Tracking number or link").fill(tracking)
    page.get_by_role("button", name="It is posted").click()
    told(page, f"Order {number} is posted.")


def refund_one_copy(page: Page, number: str, title: str) -> None:
    """A copy that came back, and goes on sale again."""
    open_order(page, number)
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label(title).fill("1")
    page.get_by_label("Reason").select_option("Returned or damaged")
    page.get_by_label("The copies go on sale again").check()
    page.get_by_role("button", name="Refund", exact=True).click()
    told(page, f"A refund of order {number} is on its way.")


def begin_count(page: Page, shelf: str) -> None:
    open_from_menu(page, "Stock takes")
    page.get_by_role("link", name="Begin a stock take").click()
    page.get_by_label("A shelf").check()
    page.get_by_role("textbox", name="Shelf").fill(shelf)
    page.get_by_role("button", name="Begin to count").click()
    expect(heading(page)).to_contain_text(f"shelf {shelf}")


def count(page: Page, number: str, answer: str) -> None:
    scan(page, "Scan a copy: EAN or ISBN", number, answer)


def remove_review(page: Page, title: str, reason: str, words: str) -> None:
    """One that was reported: those stand first."""
    open_from_menu(page, "Reviews")
    page.get_by_role("row").get_by_role("link", name=title, exact=True).click()
    page.get_by_role("link", name="Remove", exact=True).click()
    page.get_by_label("Reason").select_option(reason)
    page.get_by_label("Words to the writer").fill(words)
    page.get_by_role("button", name="Remove", exact=True).click()
    told(page, "1 review removed.")


def change_price(page: Page, number: str, per_cent: str) -> None:
    open_from_menu(page, "Price changes")
    page.get_by_role("link", name="Change prices", exact=True).click()
    page.get_by_label("ISBNs").fill(number)
    page.get_by_label("By how much").fill(per_cent)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("main")).to_contain_text("1 book gets another price")
    page.get_by_role("button", name="Change these prices").click()
    expect(page.get_by_role("button", name="Undo it")).to_be_visible()


def undo_price(page: Page) -> None:
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_role("main")).to_contain_text("Taken back: 1")
