"""What the shop writes as ONIX its own reader of ONIX reads as the same books."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.availability import PublishingStatus
from catalog.exports import onix
from catalog.exports.books import WholeBook
from catalog.feeds.onix.reader import OnixReader
from catalog.feeds.rows import BookRow
from catalog.models import Book, Contribution

from .whole_books import FULL

TODAY = date(2026, 11, 27)
TERMS = onix.Terms(datetime(2026, 11, 27, 11, 30, tzinfo=UTC), TODAY, lambda tax_class: None)
GENRES = [
    ("Fiction", "Crime; thrillers"),
    ("FICTION",),
    ("Mind / Body > Soul",),
    *((letter, "of", "many", "levels") for letter in "abcde"),
]
PARTS = ("people", "genres", "description")


@pytest.fixture
def and_back(tmp_path: Path):
    def read(*books: WholeBook) -> list[BookRow]:
        path = tmp_path / "message.xml"
        with path.open("wb") as file:
            onix.write_message(file, [books], TERMS)
        batch = OnixReader(path, today=TODAY).read(1000, with_derived=False)
        assert batch.problems == []
        return list(batch.rows)

    return read


def whole(**fields: Any) -> WholeBook:
    parts = [fields.pop(part, "" if part == "description" else ()) for part in PARTS]
    return WholeBook(Book(**{"ean": FULL, "title": "Emma", "stock": 3} | fields), *parts)


def test_a_book_with_everything_comes_back(and_back):
    (row,) = and_back(
        whole(
            title='The “Émile”; or, On "Education" &amp; R&D',
            subtitle="<b>=SUM(A1:A9)</b>",
            people=[
                ("Rousseau; Jean-Jacques", "A01"),
                ("村上 春樹", "A01"),
                ("Smith, John", "B01"),
                ("مودن عبد الرحيم", "B06"),
                ("Ann > Bob / Co", "A12"),
                ("Ann > Bob / Co", "A24"),
            ],
            genres=GENRES,
            publisher_name="Пингвин & Söhne",
            series_title="Isms, The",
            series_number="3-5",
            description="First <em>line</em>\nsecond\n\n“Quotes” &lt; < 'more' \"most\"\n\n"
            "<ul><li>one</li><li>two</li></ul>",
            language="fr",
            pages=345,
            height_mm=198,
            width_mm=129,
            thickness_mm=21,
            weight_g=240,
            format="large_print",
            published_on=date(1762, 5, 1),
            published_precision="month",
            publishing_status="reprinting",
            price=Decimal("1234.50"),
        )
    )

    assert (
        row._asdict()
        == BookRow(
            line=row.line,
            ean=FULL,
            title='The “Émile”; or, On "Education" &amp; R&D',
            subtitle="<b>=SUM(A1:A9)</b>",
            contributors=(
                ("Rousseau; Jean-Jacques", Contribution.Role.AUTHOR),
                ("村上 春樹", Contribution.Role.AUTHOR),
                ("Smith, John", Contribution.Role.EDITOR),
                ("مودن عبد الرحيم", Contribution.Role.TRANSLATOR),
                ("Ann > Bob / Co", Contribution.Role.ILLUSTRATOR),
                ("Ann > Bob / Co", Contribution.Role.INTRODUCTION),
            ),
            language="fr",
            publisher="Пингвин & Söhne",
            genres=tuple(GENRES),
            series="Isms, The",
            series_number="3-5",
            published_on=date(1762, 5, 1),
            published_precision="month",
            publishing_status="reprinting",
            pages=345,
            height_mm=198,
            width_mm=129,
            thickness_mm=21,
            weight_g=240,
            format="large_print",
            description="First <em>line</em>\nsecond\n\n“Quotes” &lt; < 'more' \"most\"\n\n"
            "<ul><li>one</li><li>two</li></ul>",
            price=Decimal("1234.50"),
            reference=f"localhost.{FULL}",
            sent_at=datetime(2026, 11, 27, 11, 30, tzinfo=UTC),
        )._asdict()
    )


@pytest.mark.parametrize("stock", [0, 3])
@pytest.mark.parametrize("publisher", ["", "Penguin"])
@pytest.mark.parametrize("status", ["", *PublishingStatus.values])
def test_what_the_publisher_says_comes_back_whatever_is_on_the_shelf(
    and_back, status, publisher, stock
):
    (row,) = and_back(
        whole(
            publishing_status=status, publisher_name=publisher, stock=stock, price=Decimal("9.99")
        )
    )

    assert (row.publishing_status, row.publisher, row.price) == (status, publisher, Decimal("9.99"))


@pytest.mark.parametrize("book_format", ["", *Book.Format.values])
def test_formats_come_back(and_back, book_format):
    assert and_back(whole(format=book_format))[0].format == book_format


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"published_on": date(1999, 1, 1), "published_precision": "year"}, (1999, None)),
        ({"published_on": date(2020, 5, 17)}, (2020, None)),
        ({"published_on": date(2027, 3, 14), "on_sale_on": date(2027, 3, 10)}, (2027, 10)),
        # A day that has passed changes nothing; sold before its publisher’s day, it still is.
        ({"published_on": date(2026, 5, 17), "price": 9}, (2026, 17)),
        ({"published_on": date(2027, 3, 14), "price": 9}, (2027, 1)),
    ],
)
def test_days_come_back(and_back, fields, days):
    book = whole(added_at=datetime(2026, 8, 1, tzinfo=UTC), **fields)
    for publisher in ("", "Penguin"):
        book.book.publisher_name = publisher

        (row,) = and_back(book)

        assert row.published_on == book.book.published_on
        assert row.published_precision == book.book.published_precision
        assert (row.published_on.year, row.on_sale_on and row.on_sale_on.day) == days


@pytest.mark.parametrize(
    "title", ["The war game", "Homecoming, The", "A", "L’Étranger", "“A” is for Alibi", "An & B"]
)
@pytest.mark.parametrize("language", ["", "fr", "de"])
def test_titles_come_back_with_their_articles(and_back, title, language):
    assert and_back(whole(title=title, language=language))[0].title == title


# Whatever stays in a text that came from any feed.
PLAIN = st.text(st.sampled_from("<>&;/\\\"'=-#[] abÉ漢א"), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split())
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PLAIN, PLAIN, PLAIN)
def test_nasty_texts_come_back(and_back, title, name, text):
    title, name, text = f"x{title}".strip(), f"x{name}".strip(), f"x{text}\n\ny".strip()

    (row,) = and_back(
        whole(
            title=title,
            subtitle=name,
            series_title=name,
            publisher_name=name,
            people=[(name, "A01")],
            genres=[(name, title), (title,)],
            description=text,
        )
    )

    assert (row.title, row.subtitle, row.series, row.publisher) == (title, name, name, name)
    assert row.contributors == ((name, Contribution.Role.AUTHOR),)
    assert row.genres == tuple(dict.fromkeys([(name, title), (title,)]))
    assert row.description == text
