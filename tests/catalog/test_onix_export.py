"""Books as ONIX: every message is valid, and says what the shop knows in the codes of its lists."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from babel.core import get_global
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from onixcheck.models import OnixFile
from onixcheck.validation import validate

from catalog.availability import PublishingStatus
from catalog.exports import onix
from catalog.exports.books import WholeBook, whole_books
from catalog.exports.onix_codes import language_code
from catalog.models import Book, Contribution
from catalog.tax_classes import GOODS, TaxClass
from tests.factories import nth_ean

from .whole_books import FULL, IN_STORE, WITHDRAWN, fill

NOW = datetime(2026, 11, 27, 11, 30, tzinfo=UTC)
TERMS = onix.Terms(NOW, date(2026, 11, 27), {TaxClass.BOOK: Decimal("0.00")}.get)
NS = f"{{{onix.NAMESPACE}}}"
ALWAYS = {"title": "Emma", "ean": FULL, "price": Decimal("9.99"), "stock": 3}


def message(books: list[WholeBook], terms: onix.Terms = TERMS) -> bytes:
    file = BytesIO()
    onix.write_message(file, [books], terms)
    return file.getvalue()


def problems(content: bytes) -> list[str]:
    """What the schemas of ONIX say against a message."""
    return [str(found) for found in validate(named(content), schemas=("xsd", "rng"))]


def named(content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = "message.xml"
    return file


def whole(people: Any = (), genres: Any = (), description: str = "", **fields: Any) -> WholeBook:
    return WholeBook(Book(**ALWAYS | fields), people, genres, description)


def record(book: WholeBook, terms: onix.Terms = TERMS) -> Any:
    return etree.fromstring(message([book], terms))[1]


def texts(element: Any, path: str) -> list[str]:
    return [one.text for one in element.iterfind("/".join(f"{NS}{n}" for n in path.split("/")))]


@pytest.mark.django_db
def test_a_catalogue_with_everything_is_valid():
    fill()
    books = [whole for some in whole_books() for whole in some]

    content = message(books)

    assert problems(content) == []
    root = etree.fromstring(content)
    assert root.get("release") == "3.0"
    references = texts(root, "Product/RecordReference")
    assert f"localhost.{FULL}" in references
    assert len(references) == len(books) == 6
    assert not any(WITHDRAWN in reference for reference in references)
    assert texts(root, "Header/Sender/SenderName") == ["Octavo"]
    assert texts(root, "Header/SentDateTime") == ["20261127T113000Z"]


def test_every_status_and_format_is_valid():
    """With a publisher and without, with a date and without, in stock and not."""
    books = [
        whole(ean=ean, publishing_status=status, format=book_format, stock=stock, **more)
        for ean, (status, book_format, stock, more) in zip(
            map(nth_ean, range(10_000)),
            product(
                ["", *PublishingStatus.values],
                ["", *Book.Format.values],
                [0, 5],
                [{}, {"publisher_name": "Penguin"}, {"published_on": date(2020, 1, 1)}],
            ),
            strict=False,
        )
    ]
    books += [whole(ean=nth_ean(10_000 + n), tax_class=kind) for n, kind in enumerate(GOODS)]

    content = message(books)

    assert problems(content) == []


def errors_of(content: bytes) -> Any:
    schema = SCHEMAS.setdefault("xsd", OnixFile(BytesIO(content)).get_validator("xsd"))
    schema(etree.fromstring(content))
    return schema.error_log


SCHEMAS: dict[str, Any] = {}


def test_the_schemas_find_what_is_wrong():
    content = message([whole()]).replace(b"<NotificationType>03", b"<NotificationType>77")

    assert any("NotificationType" in problem for problem in problems(content))


# Whatever PostgreSQL can hold.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\n\t\x0b\x1f\u2028\ufffe\uffff\u200b ½漢א"),
        st.characters(exclude_characters="\0", exclude_categories=("Cs",)),
    ),
    max_size=30,
)


@settings(max_examples=30, deadline=None)
@given(TEXTS, TEXTS)
def test_nasty_texts_are_valid_and_come_out_as_they_were(title, description):
    book = whole(
        title=f"x{title}",
        publisher_name=title,
        series_title=title,
        people=[(title, Contribution.Role.EDITOR)],
        genres=[(f"x{title}", f"y{title}")],
        description=f"a\n\nb{description}",
    )

    content = message([book])

    assert [error.message for error in errors_of(content)] == []
    again = etree.fromstring(content)
    (said,) = texts(again, "Product/DescriptiveDetail/TitleDetail/TitleElement/TitleWithoutPrefix")
    assert said == onix.own.write_line(f"x{title}".translate({0xFFFE: None, 0xFFFF: None}))


def test_one_thing_after_another():
    said = record(
        whole(
            language="de",
            pages=345,
            height_mm=198,
            weight_g=240,
            format="pocket",
            subtitle="a novel",
            series_title="Classics",
            series_number="3-5",
            publisher_name="Penguin",
            published_on=date(2020, 5, 1),
            published_precision="month",
            people=[("Jane Austen", "A01"), ("A. Editor", "B01")],
            genres=[("Fiction", "Crime")],
            description="One\ntwo\n\nthree",
        )
    )

    detail = "DescriptiveDetail"
    assert texts(said, "ProductIdentifier/ProductIDType") == ["03", "15"]
    assert texts(said, f"{detail}/ProductForm") == ["BC"]
    assert texts(said, f"{detail}/ProductFormDetail") == ["B104"]
    assert texts(said, f"{detail}/Measure/Measurement") == ["198", "240"]
    assert texts(said, f"{detail}/Measure/MeasureUnitCode") == ["mm", "gr"]
    collection = f"{detail}/Collection/TitleDetail/TitleElement"
    assert texts(said, f"{collection}/TitleWithoutPrefix") == ["Classics"]
    assert texts(said, f"{collection}/PartNumber") == ["3-5"]
    assert texts(said, f"{detail}/TitleDetail/TitleElement/Subtitle") == ["a novel"]
    assert texts(said, f"{detail}/Contributor/ContributorRole") == ["A01", "B01"]
    assert texts(said, f"{detail}/Contributor/PersonName") == ["Jane Austen", "A. Editor"]
    assert texts(said, f"{detail}/Language/LanguageCode") == ["ger"]
    assert texts(said, f"{detail}/Extent/ExtentValue") == ["345"]
    assert texts(said, f"{detail}/Subject/SubjectHeadingText") == ["Fiction > Crime"]
    (text,) = said.iter(f"{NS}Text")
    assert [etree.tostring(p, method="text", encoding="unicode") for p in text] == [
        "Onetwo",
        "three",
    ]
    assert len(text[0]) == 1
    assert texts(said, "PublishingDetail/Publisher/PublisherName") == ["Penguin"]
    assert texts(said, "PublishingDetail/PublishingDate/Date") == ["202005"]
    (day,) = said.iter(f"{NS}Date")
    assert day.get("dateformat") == "01"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "21"),
        ({"stock": 30}, "21"),
        ({"stock": 0}, "31"),
        ({"stock": 0, "queue_length": 4}, "31"),
        ({"price": None}, "99"),
        ({"on_sale_on": date(2027, 3, 14)}, "10"),
        ({"on_sale_on": date(2027, 3, 14), "stock": 0}, "10"),
        ({"on_sale_on": date(2027, 3, 14), "publishing_status": "postponed"}, "09"),
        ({"stock": 0, "publishing_status": "reprinting"}, "32"),
        ({"stock": 0, "publishing_status": "out_of_print"}, "51"),
        ({"stock": 0, "publishing_status": "cancelled"}, "01"),
        ({"stock": 0, "publishing_status": "out_of_stock"}, "31"),
        ({"stock": 1, "publishing_status": "out_of_print"}, "21"),
    ],
)
def test_availability_is_what_the_page_says(fields, code):
    said = record(whole(**fields))

    assert texts(said, "ProductSupply/SupplyDetail/ProductAvailability")[0] == code


def test_what_is_reprinting_is_said_by_its_publisher():
    said = record(whole(publishing_status="reprinting", publisher_name="Penguin"))

    detail = "ProductSupply/SupplyDetail"
    assert texts(said, f"{detail}/Supplier/SupplierName") == ["Octavo", "Penguin"]
    assert texts(said, f"{detail}/ProductAvailability") == ["21", "32"]
    assert texts(said, "PublishingDetail/PublishingStatus") == ["04"]


def test_a_price_is_what_readers_pay_with_the_tax_in_it():
    seven = onix.Terms(NOW, TERMS.today, lambda tax_class: Decimal("7.00"))
    nobody_knows = onix.Terms(NOW, TERMS.today, lambda tax_class: None)

    price = "ProductSupply/SupplyDetail/Price"
    said = record(whole(price=Decimal("10.70")), seven)
    assert texts(said, f"{price}/PriceType") == ["02"]
    assert texts(said, f"{price}/PriceAmount") == ["10.70"]
    assert texts(said, f"{price}/CurrencyCode") == ["GBP"]
    assert texts(said, f"{price}/Tax/TaxRatePercent") == ["7"]
    assert texts(said, f"{price}/Tax/TaxableAmount") == ["10.00"]
    assert texts(said, f"{price}/Tax/TaxAmount") == ["0.70"]
    assert texts(record(whole()), f"{price}/Tax/TaxRateCode") == ["Z"]
    assert texts(record(whole(), nobody_knows), f"{price}/Tax/TaxRatePercent") == []
    assert texts(record(whole(price=None)), "ProductSupply/SupplyDetail/UnpricedItemType") == ["02"]
    assert problems(message([whole()], seven)) == problems(message([whole()], nobody_knows)) == []


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"published_on": date(2020, 1, 1)}, {"01": "20200101"}),
        ({"published_on": date(868, 1, 1), "published_precision": "year"}, {"01": "0868"}),
        (
            {"published_on": date(2027, 3, 14), "on_sale_on": date(2027, 3, 10)},
            {"01": "20270314", "02": "20270310"},
        ),
        # Sold since it came in, whatever its publisher says.
        ({"published_on": date(2027, 3, 14)}, {"01": "20270314", "02": "20260801"}),
        ({"published_on": date(2026, 5, 1)}, {"01": "20260501", "02": "20260501"}),
        ({}, {}),
    ],
)
def test_dates_are_as_exact_as_they_are_known(fields, days):
    """Without a publisher they stand with what the market is told."""
    for publisher, name in [("Penguin", "PublishingDate"), ("", "MarketDate")]:
        book = whole(added_at=datetime(2026, 8, 1, tzinfo=UTC), publisher_name=publisher, **fields)

        dates = record(book).iter(f"{NS}{name}")

        assert {one[0].text: one[1].text for one in dates} == days


def test_every_language_of_two_letters_has_a_code_of_the_list():
    """List 74 has those of libraries: fre, and not fra."""
    known = [code for code in get_global("language_aliases").values() if len(code) == 2]
    books = [whole(language=code, ean=nth_ean(n)) for n, code in enumerate(sorted(set(known)))]

    wrong = {error.message for error in errors_of(message(books))}

    assert wrong == set()
    assert [language_code(code) for code in ("fr", "en", "zh", "grc", "pt-BR", "", "x")] == [
        *("fre", "eng", "chi", "grc", "por", "", "")
    ]


def test_goods_without_an_isbn_go_by_their_article_number():
    """But a number that only this shop knows is called so."""
    types = "ProductIdentifier/ProductIDType"
    assert texts(record(whole(ean="4006381333931")), types) == ["03"]
    assert texts(record(whole(ean=IN_STORE)), types) == ["01"]
