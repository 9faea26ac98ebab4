"""The frame of the admin: its menu and its look."""

import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import RequestFactory

from bookstore import staff_menu
from bookstore.staff_menu import StaffPage
from tests.accounts.test_staff_groups import member_of

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKEN = re.compile(r"^ +(--[a-z0-9-]+): (.+);$", re.MULTILINE)
MARKED = re.compile(r'<a href="([^"]+)" aria-current="(\w+)"')
HEADING = re.compile(r"<h2>([^<]+)</h2>")


def menu_of(client, address="/admin/") -> str:
    return client.get(address).text.partition('<nav id="menu"')[2].partition("</nav>")[0]


def test_every_kind_of_row_stands_under_one_heading(rf: RequestFactory, staff):
    request = rf.get("/admin/")
    request.user = staff

    listed = [
        model["model"]
        for heading in admin.site.get_app_list(request)
        for model in heading["models"]
    ]

    assert sorted(listed, key=str) == sorted(admin.site._registry, key=str)


def test_the_headings_are_those_of_a_bookshop(staff_client):
    assert HEADING.findall(menu_of(staff_client)) == [
        *("Orders", "Stock", "Catalogue", "Readers", "Settings")
    ]


def test_a_heading_with_nothing_under_it_is_left_out(db):
    menu = menu_of(member_of("Fulfilment"))

    assert HEADING.findall(menu) == ["Orders", "Stock", "Catalogue"]
    assert "/admin/shop/order/" in menu
    assert "/admin/shop/voucher/" not in menu


def test_pages_of_our_own_come_first_for_whoever_may_see_them(staff_client, monkeypatch):
    page = StaffPage(
        "shop_order_changelist", "x/", lambda request: None, "shop.view_order", "Board"
    )
    monkeypatch.setattr(staff_menu, "pages", lambda: [page])

    assert menu_of(staff_client).index(">Board<") < menu_of(staff_client).index("<h2>")
    assert ">Board<" not in menu_of(member_of("Bookseller"))


@pytest.mark.parametrize(
    ("address", "marked"),
    [
        ("/admin/", ("/admin/", "page")),
        ("/admin/catalog/book/", ("/admin/catalog/book/", "page")),
        ("/admin/catalog/book/add/", ("/admin/catalog/book/", "true")),
    ],
)
def test_the_menu_shows_where_one_is(staff_client, address, marked):
    assert MARKED.findall(menu_of(staff_client, address)) == [marked]


def test_the_page_of_an_app_still_lists_it(staff_client):
    assert "/admin/shop/order/" in staff_client.get("/admin/shop/").text.partition("<main")[2]


def test_the_admin_has_the_colours_of_the_shop():
    shop, ours = tokens_of("shop.css"), tokens_of("admin.css")
    inks = {name for name, ink in ours.items() if "#" in ink}

    assert inks
    assert {name: ours[name] for name in inks} == {name: shop[name] for name in inks}


def tokens_of(sheet: str) -> dict[str, str]:
    """As they are on screen; what print and wide windows make of them stands further down."""
    return dict(reversed(TOKEN.findall((CSS / sheet).read_text())))
