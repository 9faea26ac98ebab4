"""What a record of ONIX says becomes a book of the shop, and what it says badly costs that alone."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from catalog.feeds.onix.dates import read_date, read_sent
from catalog.feeds.onix.descriptions import LONGEST, cut
from catalog.feeds.onix.people import uninverted
from catalog.feeds.onix.reader import OnixReader
from catalog.feeds.reading import Batch
from catalog.feeds.rows import BookRow
from catalog.feeds.values import BadValue
from tests.catalog.onix_files import isbn, message, product

TODAY = date(2026, 11, 27)
EMMA = "9780141439587"


@pytest.fixture
def read(tmp_path: Path):
    def read(*products: str, **kwargs) -> Batch:
        path = tmp_path / "feed.xml"
        path.write_text(message(*products, **kwargs), encoding="utf-8")
        return OnixReader(path, today=TODAY).read(100, with_derived=False)

    return read


@pytest.fixture
def book(read):
    """The book that a product in release 3.0 with these blocks becomes, if nothing in it is bad."""

    def book(**blocks: str) -> BookRow:
        batch = read(product(**blocks))
        assert not batch.problems
        [row] = batch.rows
        return row

    return book


@pytest.fixture
def noted(read):
    """(element, value, reason, whether it costs the record) of each problem of a product."""

    def noted(**blocks: str) -> list[tuple[str, str, str, bool]]:
        found = read(product(**blocks)).problems
        assert {problem.record for problem in found} <= {"ref-1"}
        return [(one.field, one.value, one.reason, one.row_is_skipped) for one in found]

    return noted


def xml(**elements: str) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())


def identifier(kind: str, value: str) -> str:
    return f"<ProductIdentifier>{xml(ProductIDType=kind, IDValue=value)}</ProductIdentifier>"


@pytest.mark.parametrize(
    ("numbers", "ean"),
    [
        ([("15", EMMA)], EMMA),
        ([("02", "0141439580"), ("03", "9780141439686"), ("15", EMMA)], EMMA),
        ([("03", "978-0-14-143958-7")], EMMA),
        ([("02", "0141439580")], EMMA),
        ([("03", "5902719470332")], "5902719470332"),
    ],
)
def test_the_best_number_counts(book, numbers, ean):
    assert book(identifiers="".join(identifier(*one) for one in numbers)).ean == ean


def test_another_number_stands_in_for_a_bad_one(read):
    batch = read(product(identifiers=identifier("15", "ESPTAR01") + identifier("03", EMMA)))

    assert [row.ean for row in batch.rows] == [EMMA]
    assert batch.problems[0].reason == "This is not a valid ISBN. The other number stands in."


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [("01", EMMA)],
        [("15", "9999999999999")],
        [("15", "9780141439588")],
        # Numbers within somebody's own walls.
        [("03", "2000000000015")],
    ],
)
def test_without_a_usable_number_there_is_no_book(noted, numbers):
    marks = "".join(identifier(*one) for one in numbers) or "<Barcode/>"

    [(field, _value, _reason, is_skipped)] = noted(identifiers=marks)

    assert (field, is_skipped) == ("IDValue", True)


@pytest.mark.parametrize(
    ("form", "described", "field"),
    [
        *((form, "", "ProductForm") for form in ("EA", "ED", "AJ", "AN", "DG", "LB", "XE", "WX")),
        ("ZZ", "<EpubType>029</EpubType>", "ProductForm"),
    ],
)
def test_what_the_shop_does_not_sell_is_skipped_with_a_reason(noted, form, described, field):
    [(found, value, reason, is_skipped)] = noted(form=form, described=described)

    assert (found, value, is_skipped) == (field, form, True)
    assert reason


def test_packs_for_the_trade_are_not_sold(read):
    trade = product().replace("<ProductComposition>00", "<ProductComposition>30")
    display = "<TitleElement><TitleElementLevel>01</TitleElementLevel><TitleText>24 copy dumpbin</TitleText></TitleElement>"

    batch = read(trade, product(title=display, form=""))

    assert [problem.reason for problem in batch.problems] == [
        "A pack for the trade, not for readers."
    ] * 2


@pytest.mark.parametrize(
    ("form", "described", "format_", "tax_class"),
    [
        ("BC", "", "paperback", ""),
        ("BC", "<ProductFormDetail>B104</ProductFormDetail>", "pocket", ""),
        ("BB", "", "hardback", ""),
        ("BB", "<ProductFormDetail>B401</ProductFormDetail>", "clothbound", ""),
        ("BC", "<EditionType>LTE</EditionType>", "large_print", ""),
        ("BH", "", "", ""),
        ("AC", "", "", "audio"),
        ("ZJ", "", "", "other"),
        ("PC", "", "", "other"),
    ],
)
def test_forms_are_formats_or_other_goods(book, form, described, format_, tax_class):
    row = book(form=form, described=described)

    assert (row.format, row.tax_class) == (format_, tax_class)


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ({"TitleText": "Emma"}, "Emma"),
        ({"TitlePrefix": "The", "TitleWithoutPrefix": "Trial"}, "The Trial"),
        ({"TitlePrefix": "L’", "TitleWithoutPrefix": "Étranger"}, "L’Étranger"),
        ({"NoPrefix": "", "TitleWithoutPrefix": "Emma"}, "Emma"),
        ({"TitleText": "Book of Hymns, The"}, "The Book of Hymns"),
        ({"TitleText": "Emma &amp;amp; I"}, "Emma & I"),
    ],
)
def test_titles_are_read_as_they_are_printed(book, parts, title):
    element = xml(TitleElementLevel="01", **parts, Subtitle="A novel")

    row = book(title=f"<TitleElement>{element}</TitleElement>")

    assert (row.title, row.subtitle) == (title, "A novel")


def test_a_volume_is_called_by_its_number_in_what_it_belongs_to(book):
    whole = f"<TitleElement>{xml(TitleElementLevel='02', TitleText='Tales')}</TitleElement>"
    volume = f"<TitleElement>{xml(TitleElementLevel='01', PartNumber='3')}</TitleElement>"

    row = book(title=whole + volume)

    assert (row.title, row.series, row.series_number) == ("Tales 3", "Tales", "3")


def collection(kind: str, title: str, number: str, sequence: str = "") -> str:
    level_2 = f"<TitleElement>{xml(TitleElementLevel='02', TitleText=title)}</TitleElement>"
    level_1 = f"<TitleElement>{xml(TitleElementLevel='01', PartNumber=number)}</TitleElement>"
    counted = f"<CollectionSequence>{xml(CollectionSequenceNumber=sequence)}</CollectionSequence>"
    return (
        f"<Collection>{xml(CollectionType=kind)}{counted if sequence else ''}<TitleDetail>"
        f"{xml(TitleType='01')}{level_2}{level_1 if number else ''}</TitleDetail></Collection>"
    )


def test_the_publisher_s_own_series_counts_with_the_number_in_it(book):
    row = book(described=collection("20", "Summer reads", "1") + collection("10", "Beck", "", "4"))

    assert (row.series, row.series_number) == ("Beck", "4")


def test_a_number_that_is_too_long_costs_itself(noted):
    found = noted(described=collection("10", "Beck", "4" * 21))

    assert found == [("PartNumber", "4" * 21, "Longer than 20 characters.", False)]


def contributor(role: str = "A01", **parts: str) -> str:
    return f"<Contributor>{xml(ContributorRole=role, **parts)}</Contributor>"


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"PersonName": "Jane Austen", "PersonNameInverted": "Austen, Jane"}, "Jane Austen"),
        ({"NamesBeforeKey": "Jane", "KeyNames": "Austen"}, "Jane Austen"),
        (
            {"NamesBeforeKey": "Guy", "PrefixToKey": "de", "KeyNames": "Maupassant"},
            "Guy de Maupassant",
        ),
        ({"PersonNameInverted": "Austen, Jane", "KeyNames": "Austen"}, "Jane Austen"),
        ({"PersonNameInverted": "SALTER HELEN"}, "Helen Salter"),
        ({"PersonName": "Basho", "PersonNameInverted": "Basho, Matsuo"}, "Matsuo Basho"),
        ({"KeyNames": "Homer"}, "Homer"),
        ({"CorporateName": "Good Foundation"}, "Good Foundation"),
    ],
)
def test_names_are_read_as_they_are_printed(book, parts, name):
    assert [one for one, _role in book(described=contributor(**parts)).contributors] == [name]


@pytest.mark.parametrize(
    ("inverted", "name"),
    [
        ("Austen, Jane", "Jane Austen"),
        ("King, Martin Luther, Jr.", "Martin Luther King, Jr."),
        ("Morton Kate", "Kate Morton"),
        ("POE EDGAR ALLAN", "EDGAR ALLAN POE"),
        ("DE MAUPASSANT GUY", "GUY DE MAUPASSANT"),
        ("van der Berg, Anna", "Anna van der Berg"),
        ("Homer", "Homer"),
        ("Full cast dramatisation", "Full cast dramatisation"),
        ("K. Argent, J. Bentley", "J. Bentley K. Argent"),
        ("A&U POS", "A&U POS"),
        ("=", "="),
    ],
)
def test_inverted_names_are_turned_round(inverted, name):
    assert uninverted(inverted) == name


@pytest.mark.parametrize("nobody", ["=", "&lt;=", "Various", "-,  -", "No Author Provided"])
def test_what_only_fills_the_place_of_a_name_is_nobody(book, nobody):
    assert book(described=contributor(PersonNameInverted=nobody)).contributors == ()


def test_one_element_may_name_several_people(book):
    row = book(described=contributor(PersonNameInverted="OWENS PAUL &amp; ECKROATE NORMA; Zee, Al"))

    assert [name for name, _role in row.contributors] == ["Paul Owens", "Norma Eckroate", "Al Zee"]


def test_people_stand_in_their_order_with_what_they_did(book):
    row = book(
        described=contributor("B06", SequenceNumber="3", PersonName="Tom")
        + contributor("A36", SequenceNumber="1", PersonName="Cover Artist")
        + contributor("A01", SequenceNumber="2", PersonName="Ann")
        + contributor("B10", PersonName="Eve")
        + contributor("A01", PersonName="ANN")
    )

    assert row.contributors == (("Ann", "A01"), ("Tom", "B06"), ("Eve", "B01"), ("Eve", "B06"))


def test_whoever_reads_aloud_is_named(book):
    assert book(form="AC", described=contributor("E07", PersonName="Ann")).contributors == (
        ("Ann", "E07"),
    )


def test_a_role_that_does_not_exist_is_noted(noted):
    found = noted(described=contributor("Author", PersonName="Ann"))

    assert found == [("ContributorRole", "Author", "There is no such role.", False)]


@pytest.mark.parametrize(
    ("code", "language"), [("eng", "en"), ("ger", "de"), ("fre", "fr"), ("grc", "grc")]
)
def test_the_language_of_the_text_has_its_short_code(book, code, language):
    other = f"<Language>{xml(LanguageRole='02', LanguageCode='swe')}</Language>"
    own = f"<Language>{xml(LanguageRole='01', LanguageCode=code)}</Language>"

    assert book(described=other + own).language == language


def measure(kind: str, amount: str, unit: str) -> str:
    return f"<Measure>{xml(MeasureType=kind, Measurement=amount, MeasureUnitCode=unit)}</Measure>"


def test_measures_are_millimetres_and_grams(book):
    row = book(
        described=measure("01", "9.25", "in")
        + measure("02", "12,9", "cm")
        + measure("03", "0.1", "mm")
        + measure("08", "1.5", "lb")
        + measure("01", "1", "mm")
    )

    assert (row.height_mm, row.width_mm, row.thickness_mm, row.weight_g) == (235, 129, 1, 680)
    assert book(described=measure("08", "3", "oz")).weight_g == 85
    assert book(described=measure("08", "0.4", "kg") + measure("03", "0", "mm")).weight_g == 400


@pytest.mark.parametrize(
    ("amount", "unit", "reason"),
    [
        ("big", "mm", "This is not a number."),
        ("1e400", "mm", "This is not a number."),
        ("NaN", "mm", "This is not a number."),
        ("5", "px", "The shop does not know the unit px."),
        ("99", "in", "Not between 1 and 2000."),
        ("-4", "mm", "This is not a whole number."),
    ],
)
def test_a_measure_that_cannot_be_costs_itself(noted, amount, unit, reason):
    found = noted(described=measure("01", amount, unit))

    assert found == [("Measurement", amount, reason, False)]


def extent(kind: str, value: str, unit: str = "03") -> str:
    return f"<Extent>{xml(ExtentType=kind, ExtentValue=value, ExtentUnit=unit)}</Extent>"


@pytest.mark.parametrize(
    ("extents", "pages"),
    [
        (extent("07", "260") + extent("00", "245") + extent("04", "16"), 245),
        (extent("00", "0") + extent("11", "240"), 240),
        (extent("22", "9000", "19") + extent("08", "198"), 198),
        (extent("09", "400", "05"), None),
    ],
)
def test_pages_are_those_of_the_text(book, extents, pages):
    assert book(described=extents).pages == pages


def subject(scheme: str, code: str = "", heading: str = "") -> str:
    inner = xml(SubjectSchemeIdentifier=scheme, SubjectCode=code, SubjectHeadingText=heading)
    return f"<Subject>{inner}</Subject>"


@pytest.mark.parametrize(
    ("subjects", "genres"),
    [
        (
            subject("93", "FFH") + subject("10", "", "FICTION / Thrillers"),
            (("Crime and mystery",),),
        ),
        (subject("12", "FF") + subject("12", "FYT"), (("Crime and mystery",), ("Fiction",))),
        (
            subject("10", "FIC022000", "FICTION / Mystery &amp; Detective / General"),
            (("Fiction", "Mystery & Detective"),),
        ),
        (subject("10", "FIC014000", "FICTION, Historical"), (("Fiction", "Historical"),)),
        (
            subject("24", "", "Gry planszowe") + subject("20", "", "dachshund"),
            (("Gry planszowe",),),
        ),
        (subject("20", "", "a; b; c") + subject("10", "FIC000000"), ()),
    ],
)
def test_subjects_are_genres_as_far_as_they_can_be_read(book, subjects, genres):
    assert book(described=subjects).genres == genres


def dated(role: str, day: str, kind: str = "00") -> str:
    inner = f"{xml(PublishingDateRole=role)}<Date dateformat='{kind}'>{day}</Date>"
    return f"<PublishingDate>{inner}</PublishingDate>"


@pytest.mark.parametrize(
    ("text", "kind", "on", "precision"),
    [
        ("20080701", "00", date(2008, 7, 1), "day"),
        ("2008-07-01", "", date(2008, 7, 1), "day"),
        ("200807", "01", date(2008, 7, 1), "month"),
        ("2008", "05", date(2008, 1, 1), "year"),
        ("200827", "02", date(2008, 1, 1), "year"),
        ("20083", "03", date(2008, 1, 1), "year"),
        ("2008070120080801", "06", date(2008, 7, 1), "day"),
        ("20082009", "11", date(2008, 1, 1), "year"),
        ("20080000", "00", date(2008, 1, 1), "year"),
        ("20080700", "00", date(2008, 7, 1), "month"),
        ("20110601T000000+0200", "14", date(2011, 6, 1), "day"),
        ("20110601T1200", "13", date(2011, 6, 1), "day"),
        # Feeds say the wrong format.
        ("2008", "00", date(2008, 1, 1), "year"),
    ],
)
def test_dates_are_as_exact_as_they_are_said(text, kind, on, precision):
    assert read_date(text, kind, 2029) == (on, precision)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("20081301", "00"), ("soon", "00"), ("soon", "12"), ("14470101", "20"), ("20990101", "00")],
)
def test_what_is_no_date_is_refused(text, kind):
    with pytest.raises(BadValue):
        read_date(text, kind, 2029)


def test_an_embargo_keeps_a_book_from_being_sold(book):
    row = book(published=dated("01", "20261201") + dated("02", "20261215"))

    assert (row.published_on, row.on_sale_on) == (date(2026, 12, 1), date(2026, 12, 15))


def test_without_an_embargo_a_new_book_is_sold_from_its_day_on(book):
    assert book(published=dated("01", "20270201")).on_sale_on == date(2027, 2, 1)
    assert book(published=dated("01", "202702", "01")).on_sale_on is None
    assert book(published=dated("01", "20080201")).on_sale_on is None


def test_a_bad_date_costs_itself(noted):
    found = noted(published=dated("01", "20261340"))

    assert found == [("PublishingDate", "20261340", "There is no such day.", False)]


@pytest.mark.parametrize(
    ("publisher", "suppliers", "status"),
    [
        ("04", ["21"], "active"),
        ("02", ["10"], "active"),
        ("", [], ""),
        ("07", [], "out_of_print"),
        ("", ["32"], "reprinting"),
        ("04", ["31"], "out_of_stock"),
        ("04", ["41"], "replaced"),
        ("04", ["40"], "unavailable"),
        ("04", ["45"], "unavailable"),
        ("", ["99"], "unknown"),
        ("04", ["99"], "active"),
        ("04", ["51"], "out_of_print"),
        # Whoever has it counts.
        ("04", ["31", "21"], "active"),
        ("07", ["20"], "active"),
        # A recall and a cancellation come before all.
        ("04", ["46", "21"], "recalled"),
        ("04", ["49"], "recalled"),
        ("17", ["21"], "recalled"),
        ("01", ["21"], "cancelled"),
        ("03", ["10"], "postponed"),
        ("", ["09"], "postponed"),
        ("", ["01"], "cancelled"),
    ],
)
def test_publisher_and_suppliers_say_together_what_can_be_had(book, publisher, suppliers, status):
    details = "</SupplyDetail><SupplyDetail>".join(
        xml(ProductAvailability=one) for one in suppliers
    )

    row = book(published=xml(PublishingStatus=publisher), supplied=details)

    assert row.publishing_status == status


def test_a_status_that_does_not_exist_is_noted(noted):
    found = noted(supplied=xml(ProductAvailability="77"))

    assert found == [("ProductAvailability", "77", "The shop knows no such status.", False)]


def price(amount: str, kind: str = "02", currency: str = "GBP", **more: str) -> str:
    inner = xml(PriceType=kind, PriceAmount=amount, CurrencyCode=currency, **more)
    return f"<Price>{inner}</Price>"


def when(role: str, day: str) -> str:
    return xml(PriceDateRole=role, Date=day)


@pytest.mark.parametrize(
    ("prices", "amount"),
    [
        (price("9.99"), "9.99"),
        (price("12.99", currency="EUR") + price("9.99"), "9.99"),
        (price("8.32", "01") + price("9.99", "02"), "9.99"),
        (price("9.99", "02") + price("10.99", "04"), "10.99"),
        (price("8.32", "01"), "8.32"),
        (price("5.00", "05") + price("9.99"), "9.99"),
        (price("7.99", PriceQualifier="08") + price("9.99", PriceQualifier="00"), "9.99"),
        (price("4.99", MinimumOrderQuantity="10") + price("9.99"), "9.99"),
        (price("4.99", PriceCondition=xml(PriceConditionType="10")) + price("9.99"), "9.99"),
        (price("4.99", PriceDate=when("15", "20261126")) + price("9.99"), "9.99"),
        (price("4.99", PriceDate=when("14", "20261128")) + price("9.99"), "9.99"),
        (price("4.99", PriceDate=when("24", "2026112020261130")) + price("9.99"), "4.99"),
        (price("4.99", Territory=xml(CountriesIncluded="FR BE")) + price("9.99"), "9.99"),
        (price("4.99", Territory=xml(CountriesIncluded="IE GB")) + price("9.99"), "4.99"),
        (
            price("4.99", Territory=xml(RegionsIncluded="WORLD", CountriesExcluded="GB"))
            + price("9.99"),
            "9.99",
        ),
    ],
)
def test_the_price_is_what_readers_here_pay_today(book, prices, amount):
    assert book(supplied=prices).price == Decimal(amount)


def test_a_free_or_unknown_price_is_none(book, noted):
    assert book(supplied="<UnpricedItemType>02</UnpricedItemType>").price is None
    assert noted(supplied=price("0.00")) == [
        ("PriceAmount", "0.00", "A price is more than zero.", False)
    ]
    assert noted(supplied=price("9.99", currency="AUD") + price("11", currency="NZD")) == [
        ("CurrencyCode", "AUD, NZD", "No price in GBP.", False)
    ]
    assert noted(supplied=price("9.99", PriceQualifier="01")) == [
        ("Price", "", "No price that readers here pay today.", False)
    ]


def test_the_header_may_name_the_currency_and_the_language(read):
    header = xml(DefaultCurrencyCode="GBP", DefaultLanguageOfText="ger", SentDate="20080128")
    supplied = price("9.99").replace("<CurrencyCode>GBP</CurrencyCode>", "")

    [row] = read(product(supplied=supplied), header=f"<Header>{header}</Header>").rows

    assert (row.price, row.language) == (Decimal("9.99"), "de")
    assert row.sent_at == datetime(2008, 1, 28, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("20080128T1010Z", datetime(2008, 1, 28, 10, 10, tzinfo=UTC)),
        ("20100510T1115-0400", datetime(2010, 5, 10, 15, 15, tzinfo=UTC)),
        ("20130802T000000+0200", datetime(2013, 8, 1, 22, tzinfo=UTC)),
        ("2026-11-27T10:15:30Z", datetime(2026, 11, 27, 10, 15, 30, tzinfo=UTC)),
    ],
)
def test_when_a_message_was_sent_is_a_point_in_time(text, sent):
    assert read_sent(text) == sent


def test_a_header_without_a_time_is_noted_and_costs_nothing_else(read):
    batch = read(product(), header=f"<Header>{xml(SentDateTime='yesterday')}</Header>")

    assert (len(batch.rows), batch.rows[0].sent_at) == (1, None)
    assert [problem.field for problem in batch.problems] == ["SentDateTime"]


def text(kind: str, inner: str, audience: str = "00", **attributes: str) -> str:
    marks = "".join(f' {name}="{value}"' for name, value in attributes.items())
    head = xml(TextType=kind, ContentAudience=audience)
    return f"<TextContent>{head}<Text{marks}>{inner}</Text></TextContent>"


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        ("Plain\ntext", "Plain\ntext"),
        ("<p>One <em>fine</em>\n book.</p><p>Two.</p>", "One <em>fine</em> book.\n\nTwo."),
        ("&lt;p&gt;One &lt;b&gt;fine&lt;/b&gt; book.&lt;/p&gt;", "One <strong>fine</strong> book."),
        ("<![CDATA[A<br/>B &eacute; <i>c</i>]]>", "A\nB é <em>c</em>"),
        ("<![CDATA[&lt;p&gt;Twice&lt;/p&gt;]]>", "Twice"),
        (
            "<![CDATA[<ul class=x><li onclick='y'>one<li>two</ul>]]>",
            "<ul><li>one</li><li>two</li></ul>",
        ),
        ("<![CDATA[a<script>alert(1)</script><style>p{}</style> b]]>", "a b"),
        ("<![CDATA[<a href='javascript:x'>link</a> 3 < 4]]>", "link 3 < 4"),
        ("<div><h2>Head</h2>text</div>", "Head\n\ntext"),
    ],
)
def test_descriptions_are_read_whatever_they_say_they_are(book, inner, shown):
    for format_ in ("05", "02", "06"):
        assert book(texts=text("03", inner, textformat=format_)).description == shown


def test_the_best_description_for_readers_is_taken(book):
    texts = text("02", "Short.") + text("03", "For the trade.", "02") + text("13", "Ann lives.")

    assert book(texts=texts).description == "Short."
    assert book(texts=texts + text("03", "Long.")).description == "Long."


def test_long_descriptions_end_with_a_sentence():
    sentence = "This is a sentence of a blurb. "

    found = cut(sentence * 400)

    assert len(found) <= LONGEST
    assert found.endswith("blurb.")
    assert len(cut("x" * 19_000)) <= LONGEST
    assert cut("word " * 4000).endswith("word…")


def test_a_deletion_is_no_book(read):
    batch = read(product(notification="05"), product(notification="05", identifiers="<Barcode/>"))

    sent = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert [(one.reference, one.ean, one.sent_at) for one in batch.deletions] == [
        ("ref-1", EMMA, sent),
        ("ref-1", "", sent),
    ]
    assert (batch.rows, batch.problems, batch.lines) == ([], [], 2)


def test_a_deletion_of_nothing_is_noted(read):
    batch = read(product(notification="05", identifiers="<Barcode/>", reference=""))

    assert [problem.field for problem in batch.problems] == ["RecordReference"]
    assert (batch.deletions, batch.skipped) == ([], 1)


@pytest.mark.parametrize("kind", ["08", "09", "88", "89"])
def test_tests_and_sales_of_rights_are_no_books(noted, kind):
    [(field, value, _reason, is_skipped)] = noted(notification=kind)

    assert (field, value, is_skipped) == ("NotificationType", kind, True)


def test_a_book_knows_who_calls_it_what(book):
    row = book(reference="org.example.1")

    assert (row.reference, row.sent_at) == ("org.example.1", datetime(2026, 11, 1, 9, tzinfo=UTC))


OLD = """<Product><RecordReference>old-1</RecordReference><NotificationType>03</NotificationType>
<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9780141439587</IDValue></ProductIdentifier>
<ProductForm>BB</ProductForm><Title><TitleType>03</TitleType><TitleText>Other</TitleText></Title>
<Title><TitleType>01</TitleType><TitleText>Emma</TitleText><Subtitle>A novel</Subtitle></Title>
<Series><TitleOfSeries>Classics</TitleOfSeries><NumberWithinSeries>7</NumberWithinSeries></Series>
<Contributor><ContributorRole>A01</ContributorRole><PersonName>Jane Austen</PersonName></Contributor>
<NumberOfPages>448</NumberOfPages><BICMainSubject>FC</BICMainSubject>
<OtherText><TextTypeCode>01</TextTypeCode><Text>Main.</Text></OtherText>
<OtherText><TextTypeCode>03</TextTypeCode><Text>Long.</Text></OtherText>
<Imprint><ImprintName>Penguin</ImprintName></Imprint><PublicationDate>20030429</PublicationDate>
<Measure><MeasureTypeCode>01</MeasureTypeCode><Measurement>198</Measurement><MeasureUnitCode>mm</MeasureUnitCode></Measure>
<SupplyDetail><AvailabilityCode>RP</AvailabilityCode><OnSaleDate>20030501</OnSaleDate>
<Price><PriceTypeCode>02</PriceTypeCode><PriceAmount>7.99</PriceAmount><CurrencyCode>GBP</CurrencyCode>
<CountryCode>GB IE</CountryCode></Price></SupplyDetail></Product>"""


def test_release_2_1_is_read_as_well(read):
    [row] = read(OLD, release="2.1").rows

    assert (
        row[1:]
        == BookRow(
            0,
            EMMA,
            "Emma",
            subtitle="A novel",
            contributors=(("Jane Austen", "A01"),),
            publisher="Penguin",
            genres=(("Fiction",),),
            series="Classics",
            series_number="7",
            published_on=date(2003, 4, 29),
            published_precision="day",
            on_sale_on=date(2003, 5, 1),
            publishing_status="reprinting",
            pages=448,
            height_mm=198,
            format="hardback",
            description="Long.",
            price=Decimal("7.99"),
            reference="old-1",
            sent_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
        )[1:]
    )


def test_records_have_numbers_of_their_own():
    assert isbn(14143958) == EMMA.replace("9780141439587", isbn(14143958))
    assert isbn(14143958)[:-1] == "978014143958"
