"""ONIX files of any encoding are cut into records; what is no ONIX, or a bomb, is refused."""

import tracemalloc
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.onix.reader import OnixReader
from catalog.feeds.onix.source import LONGEST_RECORD, BrokenOff
from catalog.feeds.onix.tags import SHORT
from catalog.feeds.reading import Batch
from tests.catalog.onix_files import isbn, message, product, write_products

TODAY = date(2026, 11, 27)
EMMA = "9780141439587"
TITLE = "<TitleElement><TitleElementLevel>01</TitleElementLevel><TitleText>{}</TitleText></TitleElement>"
BOMB = """<?xml version="1.0"?>
<!DOCTYPE ONIXMessage [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">
]>
"""


def read(path: Path, content: str | bytes, size: int = 100) -> Batch:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return OnixReader(path, today=TODAY).read(size, with_derived=False)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "feed.xml"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-8", "cp1252"),
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-1", "utf-8"),
        ("windows-1252", "cp1252"),
        ("ISO-8859-15", "iso-8859-15"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-8"),
        ("UTF-8", "utf-32"),
    ],
)
def test_letters_are_right_whatever_the_file_says_of_them(feed, declared, encoding):
    title = "Süßes" if encoding in ("latin-1", "iso-8859-15") else "Süßes „Œuvre“"
    text = message(product(title=TITLE.format(title)))

    content = text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)

    assert [row.title for row in read(feed, content).rows] == [title]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_records_are_named_by_their_lines(feed, newline):
    text = message(product(ean=isbn(1)), product(ean=isbn(2), title=""), product(ean=isbn(1)))

    batch = read(feed, text.replace("\n", newline))

    starts = [at for at, line in enumerate(text.splitlines(), 1) if line.startswith("<Product>")]
    assert [row.line for row in batch.rows] == starts[:1]
    assert [(problem.line, problem.reason) for problem in batch.problems] == [
        (starts[1], "No title."),
        (starts[2], f"The same book as in line {starts[0]}."),
    ]


@pytest.mark.parametrize("name", ["ndash", "eacute", "#233", "#xE9", "#150", "nobody", "amp", "lt"])
def test_letters_by_name_are_read_without_a_document_type(feed, name):
    letters = {"ndash": "–", "#150": "–", "nobody": "&nobody;", "amp": "&", "lt": "<"}

    [row] = read(feed, message(product(title=TITLE.format(f"A &{name}; B & C")))).rows

    assert row.title == f"A {letters.get(name, 'é')} B & C"


def test_control_characters_are_left_out(feed):
    [row] = read(feed, message(product(title=TITLE.format("Em\x0bm\x00a&#11;")))).rows

    assert row.title == "Emma"


def test_prefixes_that_nobody_declared_do_no_harm(feed):
    text = message(product()).replace("<RecordReference>", '<RecordReference xlink:href="x">')

    assert len(read(feed, text).rows) == 1
    for tag in ("Product", "ONIXMessage", "Header", "RecordReference", "TitleText"):
        text = text.replace(f"<{tag}", f"<o:{tag}").replace(f"</{tag}", f"</o:{tag}")
    assert read(feed, text).rows[0].title == "Emma"


def test_a_comment_and_text_may_hold_what_looks_like_a_record(feed):
    hidden = f"<!-- {product(ean=isbn(7))} -->"
    quoted = "<TextContent><TextType>03</TextType><Text><![CDATA[See </Product> and <Product>]]></Text></TextContent>"

    batch = read(feed, message(hidden, product(texts=quoted + "<!-- </Product> -->")))

    assert [row.ean for row in batch.rows] == ["9780141439587"]
    assert batch.problems == [] or all(not one.row_is_skipped for one in batch.problems)


def test_a_record_that_is_no_xml_costs_itself_alone(feed):
    bad = product(ean=isbn(1), reference="bad", texts="<TextContent><br></TextContent>")
    endless = product(ean=isbn(2)).replace("</Product>", "")

    batch = read(feed, message(bad, product(), endless, product(ean=isbn(3))))

    assert [row.ean for row in batch.rows] == ["9780141439587", isbn(3)]
    first, second = (problem.reason for problem in batch.problems if problem.row_is_skipped)
    assert "no well-formed XML" in first
    assert "has no end" in second
    assert batch.lines == 4


@pytest.mark.parametrize("root", ["Product", "product"])
def test_a_lone_record_is_a_feed(feed, root):
    text = product().replace("Product>", f"{root}>")

    assert [row.ean for row in read(feed, text).rows] == ["9780141439587"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("isbn,title\n1,2", "does not begin with an element"),
        ("<html><body>404</body></html>", "its first element is html"),
        ("PK\x03\x04 a table", "does not begin with an element"),
        (
            BOMB + message(product(title=TITLE.format("&c;"))).split("\n", 1)[1],
            "entities of its own",
        ),
        ("<?xml version='1.0' encoding='klingon'?><ONIXMessage/>", "nobody knows its encoding"),
        ("<?xml version='1.0' encoding='idna'?><ONIXMessage/>", "nobody knows its encoding"),
        ("<!-- never closed", "does not begin with an element"),
    ],
)
def test_what_is_no_onix_is_refused_in_words(feed, content, reason):
    with pytest.raises(CannotReadFeed, match=reason):
        read(feed, content)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.xml"):
        with pytest.raises(CannotReadFeed):
            OnixReader(path, today=TODAY)


def test_a_name_that_its_own_document_type_would_expand_is_only_text(feed):
    """The document type is never given to the parser, so there is nothing that it could expand."""
    secret = '<!DOCTYPE ONIXMessage SYSTEM "file:///etc/passwd">\n'

    [row] = read(
        feed, secret + message(product(title=TITLE.format("&xxe;"))).split("\n", 1)[1]
    ).rows

    assert row.title == "&xxe;"


def test_a_record_that_is_nested_too_deep_is_refused(feed):
    deep = f"<TextContent>{'<a>' * 100_000}{'</a>' * 100_000}</TextContent>"

    batch = read(feed, message(product(texts=deep), product(ean=isbn(2))))

    assert [row.ean for row in batch.rows] == [isbn(2)]
    assert "no well-formed XML" in batch.problems[0].reason


def test_a_record_without_end_does_not_fill_the_memory(feed):
    endless = "<Product>" + "x" * (LONGEST_RECORD + 300_000)

    batch = read(feed, message(product(), endless + "</Product>", product(ean=isbn(2))))

    assert len(batch.rows) == 2
    assert [problem.reason for problem in batch.problems] == ["The record is too long."]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_file_that_breaks_off_gives_what_came_before(feed, size):
    text = message(product(ean=isbn(1)), product(ean=isbn(2)), product(ean=isbn(3)))
    feed.write_text(text[: text.rindex("<DescriptiveDetail>")], encoding="utf-8")
    reader = OnixReader(feed, today=TODAY)
    batches = [reader.read(size, with_derived=False) for _batch in range(-(-2 // size))]

    assert [row.ean for batch in batches for row in batch.rows] == [isbn(1), isbn(2)]
    with pytest.raises(BrokenOff, match="within the record that begins in line"):
        reader.read(size, with_derived=False)


def test_a_file_without_the_end_of_its_root_breaks_off(feed):
    feed.write_text(message(product()).replace("</ONIXMessage>", ""), encoding="utf-8")
    reader = OnixReader(feed, today=TODAY)

    assert len(reader.read(9, with_derived=False).rows) == 1
    with pytest.raises(BrokenOff):
        reader.read(9, with_derived=False)


def test_batches_end_where_the_feed_does_and_say_how_far_they_are(feed):
    write_products(feed, 250)
    reader = OnixReader(feed, today=TODAY)

    batches = [reader.read(100, with_derived=True) for _batch in range(4)]

    assert [len(batch.rows) for batch in batches] == [100, 100, 50, 0]
    assert [len(batch.derived) for batch in batches] == [100, 100, 50, 0]
    positions = [batch.position for batch in batches]
    assert positions == sorted(positions)
    assert positions[-1] == feed.stat().st_size
    assert not any(batch.problems for batch in batches)


def peak_of(path: Path) -> int:
    """The most memory that Python holds at a time while a feed is read in batches."""
    tracemalloc.start()
    try:
        reader = OnixReader(path, today=TODAY)
        while reader.read(100, with_derived=False).lines:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    few, many = tmp_path / "few.xml", tmp_path / "many.xml"
    write_products(few, 200)
    write_products(many, 800)
    # What is worked out once and remembered, for as many values as there may be, is no part of it.
    peak_of(many)

    assert peak_of(many) < 1.5 * peak_of(few)


TOKENS = [
    *(
        "<ONIXMessage>",
        "</ONIXMessage>",
        "<Product>",
        "</Product>",
        "<Product/>",
        "<product>",
        "<Header>",
    ),
    *(
        "</Header>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?xml",
        "?>",
        "&",
        "&amp;",
        "&#0;",
        "&#xFFFFFFF;",
    ),
    *(
        "<TitleDetail>",
        "</TitleDetail>",
        "<b203>",
        "</b203>",
        "x:y",
        "\0",
        "\x0b",
        "\ud7ff",
        "<",
        ">",
        "'",
    ),
]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from(TOKENS), max_size=30).map(lambda parts: "".join(parts).encode()),
        st.lists(st.sampled_from(TOKENS), max_size=30).map(
            lambda parts: f"<ONIXMessage><Product>{''.join(parts)}</Product></ONIXMessage>".encode()
        ),
    )
)
def test_garbage_is_read_or_refused(feed, content):
    feed.write_bytes(content)
    try:
        reader = OnixReader(feed, today=TODAY)
        while reader.read(3, with_derived=True).lines:
            pass
    except (CannotReadFeed, BrokenOff):
        pass


NAMES = sorted(set(SHORT.values()) - {"Header"})
BLOCKS = (
    "DescriptiveDetail",
    "PublishingDetail",
    "ProductSupply",
    "CollateralDetail",
    "SupplyDetail",
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "00",
            "01",
            "02",
            "03",
            "04",
            "05",
            "15",
            "93",
            "10",
            "BC",
            "A01",
            "B06",
            "mm",
            "eng",
            "GBP",
            "2026",
            "20260231",
            "-1",
            "9e9",
            ",",
        ]
    ),
    st.sampled_from(
        [EMMA, "1" * 5000, "<b>x</b>", "&lt;ul&gt;&lt;li&gt;&lt;b", "٣", "²", "½", " "]
    ),
    st.text(st.characters(codec="utf-8"), max_size=20).map(escape),
)
LEAVES = st.tuples(st.sampled_from(NAMES), VALUES).map("<{0[0]}>{0[1]}</{0[0]}>".format)
TREES = st.recursive(
    LEAVES,
    lambda inside: st.tuples(
        st.sampled_from((*NAMES, *BLOCKS * 5)), st.lists(inside, max_size=6).map("".join)
    ).map("<{0[0]}>{0[1]}</{0[0]}>".format),
    max_leaves=25,
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(TREES, max_size=8).map("".join), st.booleans())
def test_whatever_elements_hold_costs_no_more_than_the_record(feed, inside, is_old):
    form = "<ProductForm>BC</ProductForm>" if is_old else ""
    title = TITLE.format("Emma")
    blocks = (
        f"{form}<DescriptiveDetail><TitleDetail>{title}</TitleDetail>{inside}</DescriptiveDetail>"
    )
    number = f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{EMMA}</IDValue></ProductIdentifier>"
    strange = f"<Product>{number}{form if is_old else blocks}{inside}</Product>"

    batch = read(feed, message(strange, product(ean=isbn(5))))

    assert batch.lines == 2
    assert isbn(5) in [row.ean for row in batch.rows]
