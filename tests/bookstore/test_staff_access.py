"""Every page of the admin, and which of the groups may see it. A page without a row fails."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, reverse

from bookstore.staff_groups import GROUPS
from tests.depth import deep_after
from tests.factories import DeliveryMethodFactory
from tests.staff_scene import a_bit_of_everything, first, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Bookseller, Fulfilment, Manager, Auditor, and Nobody: one of the staff who is in no group yet.
LETTERS = {**{name[0]: [name] for name in GROUPS}, "N": []}
# Away from CI those who may do the most, and those who may only look.
each_group = pytest.mark.parametrize("letter", deep_after(1, sorted(LETTERS, key="M".__ne__)))

# Who looks at the rows of a model, who adds one, changes one by its form, and deletes one.
MODELS = """
auth.group                    A     -    -       -
accounts.user                 MA    -    -       -
accounts.outboxmessage        MA    -    -       -
accounts.customerlook         MA    -    -       -
catalog.book                  BFMA  BM   BM      BM
catalog.genre                 BMA   BM   BM      BM
catalog.contributor           BMA   BM   BM      BM
catalog.publisher             BMA   BM   BM      BM
catalog.series                BMA   BM   BM      BM
catalog.work                  BMA   BM   BM      BM
catalog.missedsearch          BMA   -    -       -
catalog.fronttableentry       BMA   BM   BM      BM
catalog.stockmovement         BFMA  BFM  -       -
waitlist.prebooking           BFMA  -    -       -
waitlist.arrival              BFMA  -    -       -
waitlist.expecteddelivery     BFMA  BM   BM      BM
shop.order                    FMA   -    -       -
shop.goodsin                  BFMA  -    -       -
shop.feedrun                  BMA   -    -       -
shop.feedproblem              BMA   -    -       -
shop.refund                   FMA   -    -       -
shop.refundrequest            FMA   -    -       -
shop.webhookevent             MA    -    -       -
shop.deliverymethod           MA    M    M       M
shop.taxrate                  MA    M    M       M
shop.voucher                  MA    M    M       M
reviews.review                BMA   -    -       -
reviews.moderationevent       BMA   -    -       -
procrastinate.procrastinatejob -    -    -       -
"""
# Every other page, by the name of its address.
PAGES = """
index                         BFMAN
login                         BFMAN
logout                        BFMAN
password_change               BFMAN
password_change_done          BFMAN
jsi18n                        BFMAN
autocomplete                  -
view_on_site                  BFMAN
app_list                      BFMA
auth_user_password_change     -
customers                     MA
customer_guest                MA
customer                      MA
customer_sign_out             M
customer_deactivate           M
customer_reactivate           M
price_changes                 BMA
price_change_new              BM
price_change                  BMA
price_change_undo             BM
price_change_call_off         BM
book_stock                    BFM
goods_in                      BFMA
goods_in_aside                BFM
goods_in_book                 BM
goods_in_delivery             BFM
goods_in_discard              BFM
goods_in_line                 BFM
goods_in_post                 BFM
goods_in_posted               BFMA
goods_in_shelves              BFMA
waitlist_prebooking_take_back M
waitlist_prebooking_end       M
shop_order_post               FM
shop_order_cancel             M
shop_order_refund             M
shop_order_invoice            FMA
shop_order_mail_again         FM
shop_refundrequest_approve    M
shop_refundrequest_decline    M
accounts_outboxmessage_again  M
accounts_outboxmessage_html   MA
mail_samples                  MA
mail_sample                   MA
mail_sample_html              MA
catalog_book_put_back         BM
catalog_book_withdraw         BM
panel_best_sellers_csv        MA
panel_sales_csv               MA
panel_orders_by_state_csv     FMA
panel_low_stock_csv           BFMA
panel_queues_csv              BFMA
panel_missed_searches_csv     BMA
shop_order_move               FM
shop_order_note               FM
shop_pick_list                FM
stock_take_list               BFMA
stock_take_detail             BFMA
stock_take_csv                BFMA
stock_take_begin              BFM
stock_take_count              BFM
stock_take_change             BFM
stock_take_total              BFM
stock_take_again              BFM
stock_take_missing            BFM
stock_take_review             BFM
stock_take_abandon            BFM
feed_list                     BMA
feed_upload                   BM
feed_detail                   BMA
feed_apply                    BM
feed_drop                     BM
feed_again                    BM
feed_changes_csv              BMA
feed_problems_csv             BMA
feed_run_problems_csv         BMA
reviews_review_remove         BM
reviews_review_keep           BM
reviews_review_restore        BM
"""
# What an address says besides its path, by parameter of tests.staff_scene.
QUERIES = {
    "customer_guest": "?email=nadia@example.org",
    "reviews_review_remove": "?id={review}",
    "reviews_review_keep": "?id={review}",
    "reviews_review_restore": "?id={review}",
}
NOT_THEIRS = {403, 404}
# Jobs of the queue come and go.
WITHOUT_ROWS = ("procrastinate.procrastinatejob",)


def rows(table: str) -> Iterator[list[str]]:
    return (line.split() for line in table.strip().splitlines())


def by_model() -> dict[str, dict[str, str]]:
    acts = ("look", "add", "change", "delete")
    return {label: dict(zip(acts, who, strict=True)) for label, *who in rows(MODELS)}


def names(patterns: list, before: str = "") -> Iterator[tuple[str, str]]:
    """The name and the route of each page of the admin, but for Django's redirects."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, route)
        elif pattern.name:
            yield pattern.name, route


def pages() -> list[tuple[str, str]]:
    """The pages that there is something to see on, with their routes."""
    found = dict(names(admin.site.get_urls()))
    empty = tuple(label.replace(".", "_") for label in WITHOUT_ROWS)
    return [
        (name, route)
        for name, route in found.items()
        if not (name.startswith(empty) and "object_id" in route)
    ]


def pages_of_models() -> dict[str, tuple[str, str]]:
    """For each page that Django makes for a model: the label of the model, and what one does there."""
    acts = {"changelist": "look", "history": "look", "change": "look", "add": "add"}
    acts["delete"] = "delete"
    return {
        f"{label.replace('.', '_')}_{page}": (label, act)
        for label in by_model()
        for page, act in acts.items()
    }


def allowed() -> dict[str, str]:
    """Who may open each page, by its name."""
    of_models = {page: by_model()[label][act] for page, (label, act) in pages_of_models().items()}
    return {**of_models, **dict(rows(PAGES))}


def test_every_page_of_the_admin_has_a_row():
    assert {name for name, _route in names(admin.site.get_urls())} == allowed().keys()


def address(name: str, route: str, keys: dict[str, int]) -> str:
    """Where a page is, about something that is there."""
    known = {"app_label": "catalog", "content_type_id": 0, "object_id": "0", **keys}
    known["name"] = "order-confirmation"
    if name in pages_of_models():
        label, _act = pages_of_models()[name]
        if "object_id" in route:
            known["object_id"] = first(apps.get_model(label)).pk
    args = {parameter: known[parameter] for parameter in re.findall(r"(\w+)>", route)}
    return reverse(f"admin:{name}", kwargs=args) + QUERIES.get(name, "").format(**keys)


@pytest.fixture
def keys(staff_client, delivery) -> dict[str, int]:
    return a_bit_of_everything(staff_client)


@pytest.fixture
def delivery(db):
    return DeliveryMethodFactory()


@each_group
def test_a_group_opens_its_pages_and_is_refused_at_all_others(letter, keys):
    client = member_of(*LETTERS[letter])
    wrong = {}
    for name, route in pages():
        status = client.get(address(name, route, keys)).status_code
        may = letter in allowed()[name]
        if name in ("logout", "view_on_site", "autocomplete"):
            assert status in (302, 403, 404, 405), name
        elif may != (status in (200, 302, 405)) or (not may and status not in NOT_THEIRS):
            wrong[name] = status

    assert wrong == {}


@each_group
def test_a_group_saves_only_what_is_its_own(letter, keys):
    client = member_of(*LETTERS[letter])
    wrong = {}
    for label, who in by_model().items():
        model = apps.get_model(label)
        if label in WITHOUT_ROWS:
            continue
        page = reverse(f"admin:{label.replace('.', '_')}_change", args=[first(model).pk])
        status = client.post(page, {}).status_code
        if (status == 403) == (letter in who["change"]):
            wrong[label] = status

    assert wrong == {}


def test_a_stranger_and_a_reader_come_to_the_way_in(keys, shopper_client):
    for client in (Client(), shopper_client):
        for name, route in pages():
            if name in ("login", "logout"):
                continue
            page = client.get(address(name, route, keys))
            assert page.status_code == 302, name
            assert "/login/" in page.headers["Location"], name
