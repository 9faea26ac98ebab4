"""The front page of the admin: what each group sees there, and that its figures have their lists."""

import csv
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from bookstore.panels import panels
from catalog.models import Book, MissedSearch
from shop import sales
from tests.accounts.test_staff_groups import member_of
from tests.bookstore.busy import fill_every_panel
from tests.depth import deep_after
from tests.factories import BookFactory, UserFactory
from tests.shop.sold import refund, sell
from tests.waitlist.lists import line, sold_out

pytestmark = pytest.mark.django_db
SALES = {"today", "sales", "best_sellers"}
EVERYTHING = {panel.name for panel in panels()}
SEEN = {
    "Bookseller": {"low_stock", "queues", "missed_searches", "reported_reviews"},
    "Fulfilment": {"orders_by_state", "refunds", "low_stock", "queues"},
    "Manager": EVERYTHING,
    "Auditor": EVERYTHING,
}


@pytest.fixture
def busy_shop() -> None:
    fill_every_panel()


def shown_in(page) -> set[str]:
    return set(re.findall(r'<h2 id="(\w+)"', page.text))


def links_in(page) -> list[str]:
    panels_only = page.text.partition('id="content-main"')[2].partition("<footer")[0]
    return [unescape(link) for link in re.findall(r'<a href="([^"]+)"', panels_only)]


def panel_of(page, name: str) -> str:
    """The text of one panel."""
    found = page.text.partition(f'<h2 id="{name}">')[2].partition("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def rows_of(client: Client, name: str, **choices: object) -> list[dict[str, str]]:
    page = client.get(f"/admin/panels/{name}.csv", choices)
    assert page["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(page.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("group", SEEN)
def test_each_group_sees_its_panels_and_their_files(busy_shop, group):
    client = member_of(group)

    assert shown_in(client.get("/admin/")) == SEEN[group]
    for panel in panels():
        if panel.has_table:
            file = client.get(f"/admin/panels/{panel.name}.csv")
            assert file.status_code == (200 if panel.name in SEEN[group] else 403), panel.name


@pytest.mark.slow
@pytest.mark.parametrize("group", deep_after(2, SEEN))
def test_every_figure_links_to_a_list_that_its_reader_may_see(busy_shop, group):
    client = member_of(group)
    links = links_in(client.get("/admin/"))
    assert len(links) > 6

    for link in links:
        assert client.get(link).status_code == 200, link


def test_money_is_for_those_who_see_sales(busy_shop):
    for group in ("Bookseller", "Fulfilment"):
        assert "£" not in member_of(group).get("/admin/").text


def test_someone_without_any_panel_is_told_so():
    user = UserFactory(is_staff=True)
    client = Client()
    client.force_login(user)

    page = client.get("/admin/")

    assert page.status_code == 200
    assert "There is nothing here that your group may see" in page.text


def test_nobody_else_gets_a_file(client, shopper_client):
    for visitor in (client, shopper_client):
        assert visitor.get("/admin/panels/sales.csv").status_code == 302


def test_an_empty_shop_has_sentences_and_no_empty_tables(staff_client):
    page = staff_client.get("/admin/")

    assert shown_in(page) == EVERYTHING
    for words in (
        "Nothing was sold in this time.",
        "Nobody waits for a book.",
        "Every search of the last 30 days found something.",
        "the first count is still to come",
    ):
        assert words in page.text
    assert '<figure class="chart">' not in page.text


def test_the_panels_say_what_is(busy_shop, staff_client):
    page = staff_client.get("/admin/")

    assert "Orders 1 ( 1 )" in panel_of(page, "today")
    assert "Sales £32.95 ( £12.95 ) +£20.00" in panel_of(page, "today")
    assert "Refunds £1.50 ( £0.00 ) +£1.50" in panel_of(page, "today")
    assert "Sales £45.90" in panel_of(page, "sales")
    assert "New 1 Paid 2" in panel_of(page, "orders_by_state")
    assert "1 Emma" in panel_of(page, "best_sellers")
    assert "3 £30.00" in panel_of(page, "best_sellers")
    assert "Failed, and still owed 1" in panel_of(page, "refunds")
    assert "Emma" in panel_of(page, "low_stock")
    assert "Persuasion" not in panel_of(page, "low_stock")
    assert "People waiting 3" in panel_of(page, "queues")
    assert "Waiting for a decision 1" in panel_of(page, "reported_reviews")
    assert "Failed mails 1" in panel_of(page, "failed_mails")
    assert "=emmma 4" in panel_of(page, "missed_searches")


def test_lists_hold_what_their_figures_count(busy_shop, staff_client):
    page = staff_client.get("/admin/")
    links = re.findall(r'<a href="([^"]+)"(?: class="figure")?>([\d,]+)</a>', page.text)
    counted = [(unescape(link), int(number)) for link, number in links if "stock" not in link]
    # Copies are no rows of a list.
    whole = {link: number for link, number in reversed(counted) if "closed_at" not in link}
    orders = [pair for pair in counted if "closed_at" in pair[0] and "book=" not in pair[0]]

    for link, number in whole.items():
        if "missedsearch" not in link:
            assert staff_client.get(link).context["cl"].result_count == number, link
    today, a_week_before = orders[0], orders[1]
    for link, number in (today, a_week_before):
        assert staff_client.get(link).context["cl"].result_count == number == 1, link


def test_a_list_of_orders_by_book(busy_shop, staff_client):
    sell({BookFactory(title="Evelina"): 1}, at=timezone.now())
    [link, *_others] = [link for link in links_in(staff_client.get("/admin/")) if "book=" in link]

    found = staff_client.get(link).context["cl"]

    titles = [[item.title for item in order.items.all()] for order in found.result_list]
    assert len(titles) == found.result_count == 2
    assert all("Emma" in of_order for of_order in titles)


def test_files_have_all_rows_and_no_formulas(busy_shop, staff_client):
    assert rows_of(staff_client, "missed_searches") == [
        {"words": "'=emmma", "times": "4", "last_day": sales.local_day(timezone.now()).isoformat()}
    ]
    days = rows_of(staff_client, "sales")
    assert len(days) == 30
    assert sum(Decimal(day["sales"]) for day in days) == Decimal("45.90")
    assert sum(Decimal(day["refunds"]) for day in days) == Decimal("1.50")
    assert rows_of(staff_client, "orders_by_state")[1] == {"state": "paid", "orders": "2"}
    [low] = rows_of(staff_client, "low_stock")
    assert (low["title"], low["stock"], low["sold"], low["waiting"]) == ("Emma", "2", "3", "0")
    [queue] = rows_of(staff_client, "queues")
    assert (queue["title"], queue["people"]) == ("Sanditon", "3")


@pytest.mark.slow
@pytest.mark.parametrize("days", ["7", "30", "90", "365", "month"])
@pytest.mark.parametrize("by", ["copies", "money"])
def test_every_choice_of_best_sellers(busy_shop, staff_client, days, by):
    choices = {"best_days": days, "best_by": by, "best_top": "25"}
    page = staff_client.get("/admin/", choices)

    assert page.status_code == 200
    assert ("Sales as of" in panel_of(page, "best_sellers")) == (days in ("90", "365"))
    assert rows_of(staff_client, "best_sellers", **choices)[0]["title"] == "Emma"


def test_choices_of_one_panel_keep_those_of_the_others(busy_shop, staff_client):
    page = staff_client.get("/admin/", {"low": "50", "best_days": "7"})

    assert '<input type="hidden" name="low" value="50">' in page.text
    assert '<input type="hidden" name="best_days" value="7">' in page.text
    assert "/admin/panels/low_stock.csv?low=50" in page.text
    assert "Persuasion" in panel_of(page, "low_stock")


@pytest.mark.parametrize("low", ["-1", "101", "many", "", "9" * 30, "1.5"])
def test_a_threshold_that_cannot_be_is_an_error_at_its_field(busy_shop, staff_client, low):
    page = staff_client.get("/admin/", {"low": low})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert "Emma" in panel_of(page, "low_stock")
    file = staff_client.get("/admin/panels/low_stock.csv", {"low": low})
    assert file.status_code == 302
    assert staff_client.get(file["Location"]).status_code == 422


def test_no_copies_at_most_is_a_threshold_too(busy_shop, staff_client):
    page = staff_client.get("/admin/", {"low": "0"})

    assert page.status_code == 200
    assert "None of them has so few copies left." in panel_of(page, "low_stock")


def test_copies_sold_of_a_book_that_runs_low_lead_to_the_orders_they_are_of(
    busy_shop, staff_client
):
    emma = Book.objects.get(title="Emma")
    # Promised, and not sold: nobody paid, or the money went back.
    for status in ("pending", "cancelled"):
        sell({emma: 4}, at=timezone.now(), status=status)
    page = staff_client.get("/admin/").text.partition('<h2 id="low_stock">')[2]
    [link] = re.findall(r'<a href="([^"]+)">3</a>', page.partition("</section>")[0])

    found = staff_client.get(unescape(link)).context["cl"].result_list

    lines = [item for order in found for item in order.items.all() if item.book == emma]
    assert sum(item.quantity for item in lines) == 3


@pytest.mark.parametrize("group", ["Bookseller", "Fulfilment"])
def test_who_sees_no_sales_reads_how_many_copies_of_a_book_were_sold(busy_shop, group):
    page = member_of(group).get("/admin/")

    assert "Emma" in panel_of(page, "low_stock")
    assert '<td class="num">3</td>' in page.text
    assert not [link for link in links_in(page) if "closed_at" in link or "reason" in link]


def test_withdrawn_books_are_not_low_in_stock(busy_shop, staff_client):
    Book.objects.update(withdrawn_at=timezone.now())

    assert "Emma" not in panel_of(staff_client.get("/admin/"), "low_stock")


def test_the_page_asks_as_many_questions_however_much_there_is(
    busy_shop, staff_client, django_assert_max_num_queries
):
    def asked() -> int:
        with django_assert_max_num_queries(40) as queries:
            staff_client.get("/admin/")
        return len(queries)

    asked()
    before, now = asked(), timezone.now()
    for book in BookFactory.create_batch(15, stock=1):
        order = sell({book: 1}, at=now)
        refund(order, at=now)
        MissedSearch.objects.create(words=book.title, day=sales.local_day(now))
        line(sold_out(), 1)
    sales.count_book_sales(now=timezone.now())

    assert asked() == before


def test_the_chart_tells_its_best_day_to_those_who_do_not_see_it(busy_shop, staff_client):
    page = staff_client.get("/admin/").text
    chart = page[page.index('<svg viewBox="0 0 30 100"') :].partition("</svg>")[0]

    assert 'role="img" aria-labelledby="sales-chart sales-chart-words"' in chart
    assert '<title id="sales-chart">Sales of each of the last 30 days</title>' in chart
    assert "with £32.95." in chart
    assert chart.count("<rect") == 30
    assert 'y="0" width="0.8" height="100"' in chart
    assert "style=" not in page.partition('id="content-main"')[2]
