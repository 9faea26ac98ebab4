"""Every page: nothing for axe to find, nothing wider than a small phone, nothing inline."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from . import axe
from .addresses import PAGE_AT
from .looks import TOO_WIDE, faults_of_reflow, looks
from .pages import PAGES, STIRRED
from .refusals import faults_of_refusal

pytestmark = pytest.mark.browser

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
# Blocks of data, which no browser runs.
DATA = ('type="application/ld+json"', 'type="application/json"')
STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)

# Away from CI every twentieth page.
DEEP = {name for number, name in enumerate(PAGES) if number % 20}


def marks(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.deep] * (name in DEEP) + [pytest.mark.comfort] * (name in STIRRED)


every_page = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=marks(name)) for name in PAGES]
)


@every_page
def test_everybody_can_use_it(name, show):
    """Of one visit, since to come to each page takes longer than to look at it."""
    page, response = show(name)

    assert inline_in(response.text()) == []
    assert name not in PAGE_AT.values() or PAGE_AT.get(address_name(response.url)) == name
    if is_refusal(name, response.url):
        assert faults_of_refusal(page, response.status) == []
    assert faults_of_reflow(page) == []
    assert faults_of_looks(page) == []


def is_refusal(name: str, url: str) -> bool:
    """Whether a form of the shop comes back with errors. Those of the admin are Django's."""
    return name.endswith("with errors") and not urlsplit(url).path.startswith("/admin/")


def faults_of_looks(page: Page) -> list[str]:
    axe.bring(page)
    faults = []
    for look in looks(page):
        unfold(page)
        faults += [f"{look}: too wide"] * page.evaluate(TOO_WIDE)
        faults += [f"{look}: {fault}" for fault in axe.faults(page)]
    return faults


def unfold(page: Page) -> None:
    """Open the menu and the filters of the admin, which axe would pass over."""
    page.evaluate(
        "document.querySelectorAll('#menu details, .filters').forEach((box) => { box.open = true })"
    )


def address_name(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def inline_in(html: str) -> list[str]:
    """Scripts and styles that are in a page itself, which the policy of the shop forbids."""
    scripts = [
        attributes
        for attributes in SCRIPT.findall(html)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]
    return [*scripts, *STYLE.findall(html), *HANDLER.findall(html)]
