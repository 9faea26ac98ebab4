"""What a first visit takes over the line, compressed: the figures that the shop promises."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.test import Client

from catalog.models import Publisher
from tests.factories import BookFactory, ContributorFactory, GenreFactory

KB = 1000
STATIC = Path(settings.BASE_DIR) / "static"
# Of files that the page itself asks for; pictures of books are weighed by nobody.
ASKED_FOR = re.compile(r'(?:<link rel="(?:preload|stylesheet|icon)" href|<script src)="([^"]+)"')
PICTURES_IN_TEXT = re.compile(r'<use href="([^"#]+)')


@pytest.fixture
def full_list(db) -> str:
    """The HTML of a list as long as lists are, whose filters have as many lines as they show."""
    houses = [Publisher.objects.create(name=f"House of {n}", slug=f"house-{n}") for n in range(12)]
    people = [ContributorFactory(name=f"Writer Number {n}", slug=f"writer-{n}") for n in range(12)]
    genres = [
        GenreFactory(name=f"Subject {n}", slug=f"subject-{n}", book_count=9) for n in range(14)
    ]
    for number in range(settings.BOOKS_PER_PAGE * 2):
        book = BookFactory(
            title=f"A Title of Some Length, or Volume {number * 37}",
            byline=people[number % 12].name,
            publisher=houses[number % 12],
            stock=number % 4,
        )
        book.contributions.create(contributor=people[number % 12], position=0)
        book.genres.add(genres[number % 14])
    return Client().get("/books/").text


def weight(content: bytes) -> int:
    return len(gzip.compress(content))


def weight_of(address: str) -> int:
    """Of a static file as it is served: fonts are packed already."""
    content = Path(find(address.removeprefix("/static/"))).read_bytes()
    return len(content) if address.endswith(".woff2") else weight(content)


def test_all_style_sheets_together_stay_within_30_kb() -> None:
    """Those of the shop's pages; the admin has its own."""
    assert weight_of("css/shop.css") <= 30 * KB


def test_all_scripts_together_stay_within_25_kb(full_list) -> None:
    ours = {f"js/{script.name}" for script in STATIC.glob("js/*.js")}
    of_others = {
        address
        for address in ASKED_FOR.findall(full_list)
        if address.endswith(".js") and address.removeprefix("/static/") not in ours
    }
    assert of_others

    assert sum(weight_of(address) for address in ours | of_others) <= 25 * KB


def test_a_list_of_24_books_stays_within_12_kb(full_list) -> None:
    assert full_list.count('class="cap"') >= settings.BOOKS_PER_PAGE

    assert weight(full_list.encode()) <= 12 * KB


def test_a_first_visit_to_the_list_stays_within_300_kb(full_list) -> None:
    asked_for = {*ASKED_FOR.findall(full_list), *PICTURES_IN_TEXT.findall(full_list)}
    fonts = [address for address in asked_for if address.endswith(".woff2")]
    assert len(fonts) == 3

    weights = {address: weight_of(address) for address in sorted(asked_for)}
    assert sum(weights.values()) + weight(full_list.encode()) <= 300 * KB, weights
