"""Files of MARC 21 records: what is a row, what is refused and why, and that neighbours are safe."""

import importlib.util
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.marc import reader as marc_reader
from catalog.feeds.marc.reader import MarcReader
from catalog.feeds.marc.records import CHUNK, LONGEST
from catalog.feeds.reading import Batch, Deletion
from catalog.feeds.rows import BookRow, Problem
from catalog.models import Contribution

from .marc import ISBN, book, data, record

TODAY = date(2026, 11, 27)
OTHERS = ["9780141439600", "9780141439518", "9780141439662"]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "records.mrc"


def read(feed: Path, content: bytes) -> Batch:
    feed.write_bytes(content)
    return MarcReader(feed, today=TODAY).read(10_000, with_derived=False)


def refusal(feed: Path, content: bytes) -> tuple[str, str, str]:
    """The field, the value and the reason for which the only record is refused."""
    batch = read(feed, content)
    assert (len(batch.rows), batch.skipped) == (0, 1)
    (problem,) = batch.problems
    assert problem.row_is_skipped
    return problem.field, problem.value, problem.reason


# Records of libraries


def test_every_real_record_is_a_row_or_refused_with_its_number_a_field_and_a_reason(data_folder):
    rows = refused = 0
    for path in sorted((data_folder / "marc").iterdir()):
        batch = MarcReader(path, today=TODAY).read(10_000, with_derived=True)
        whole = [problem for problem in batch.problems if problem.row_is_skipped]
        numbers = [row.line for row in batch.rows] + [problem.line for problem in whole]

        assert sorted(numbers) == list(range(1, batch.lines + 1)), path.name
        assert all(problem.field and problem.reason for problem in batch.problems), path.name
        assert len(batch.derived) == len(batch.rows)
        rows, refused = rows + len(batch.rows), refused + batch.skipped

    # Of the 155 that are readable, those of printed books with a number; none of the broken ones.
    assert (rows, refused) == (47, 119)


def test_a_real_record_becomes_the_book_that_it_describes(data_folder):
    path = data_folder / "marc" / "ol__lesnoirsetlesrou0000garl_meta.mrc"

    (row,) = MarcReader(path, today=TODAY).read(10, with_derived=False).rows

    assert row.description.startswith("Stefano Guerra, étudiant d'extrême droite")
    assert row._replace(description="") == BookRow(
        1,
        "9782072702211",
        "Les noirs et les rouges",
        contributors=(
            ("Alberto Garlini", Contribution.Role.AUTHOR),
            ("Vincent Raynaud", Contribution.Role.TRANSLATOR),
        ),
        language="fr",
        publisher="Gallimard",
        genres=(("Fiction", "Short stories"),),
        series="Folio, Policier: roman noir",
        series_number="820",
        published_on=date(2017, 1, 1),
        published_precision="year",
        pages=920,
        height_mm=180,
        format="paperback",
        reference="(OCoLC)ocn981947280",
        sent_at=datetime(2021, 4, 19, 0, 17, 12, tzinfo=UTC),
    )


def test_marc_8_is_read(data_folder, feed):
    """The file is refused for want of an ISBN; here it gets one, and its letters are looked at."""
    content = (data_folder / "marc" / "pymarc__marc8.dat").read_bytes()
    original = b"De la solitude \xe1a la communaut\xe2e"
    assert original in content

    (row,) = read(feed, book(("245", data("10", b"a" + original)), leader=MARC_8)).rows

    assert row.title == "De la solitude à la communauté"


MARC_8 = "00000cam  2200000 a 4500"


# Letters


def test_utf_8_is_read_where_the_leader_does_not_say_so(feed):
    (row,) = read(feed, book(("245", data("10", "aLa communauté")), leader=MARC_8)).rows

    assert row.title == "La communauté"


@pytest.mark.parametrize(
    ("leader", "title"),
    [
        ("00000cam a2200000 a 4500", "Größe".encode("latin-1")),
        (MARC_8, "Книга".encode("cp1251")),
        (MARC_8, "Café".encode("latin-1")),
        (MARC_8, b"\x1b$1!0"),
    ],
)
def test_other_letters_are_not_guessed(feed, leader, title):
    field, _value, reason = refusal(feed, book(("245", data("10", b"a" + title)), leader=leader))

    assert field == "245"
    assert reason.startswith("The letters are ne") or reason == "The letters are not UTF-8."


def test_bad_letters_spoil_their_own_field_only(feed):
    content = book(("260", data("  ", b"bGr\xf6\xdfer", "c1999")), ("300", data("  ", "a99 p.")))

    batch = read(feed, content)

    (row,) = batch.rows
    assert (row.title, row.publisher, row.pages) == ("Emma", "", 99)
    assert batch.problems == [
        Problem(1, "260", "", "The letters are not UTF-8.", record="ocm1"),
    ]


# Broken records


def cut(whole: bytes) -> bytes:
    return whole[:60]


def with_a_byte_too_many(whole: bytes) -> bytes:
    return whole[:-2] + b"x" + whole[-2:]


def with_a_false_length(whole: bytes) -> bytes:
    return b"99999" + whole[5:]


def without_a_length(whole: bytes) -> bytes:
    return b"abcde" + whole[5:]


def with_a_false_base(whole: bytes) -> bytes:
    return whole[:12] + b"00025" + whole[17:]


def with_a_broken_directory(whole: bytes) -> bytes:
    return whole[:30] + b"x" + whole[31:]


def with_fields_shifted(whole: bytes) -> bytes:
    """The first field claims a byte of the second."""
    return whole[:27] + b"0006" + whole[31:]


def with_its_end_inside(whole: bytes) -> bytes:
    return whole[:-10] + b"\x1d" + whole[-9:]


DAMAGES = [
    with_a_byte_too_many,
    with_a_false_length,
    without_a_length,
    with_a_false_base,
    with_a_broken_directory,
    with_fields_shifted,
    with_its_end_inside,
]


@pytest.mark.parametrize("damage", [*DAMAGES, cut], ids=lambda damage: damage.__name__)
def test_a_broken_record_never_takes_its_neighbours_along(feed, damage):
    first, last = book(isbn=OTHERS[0]), book(isbn=OTHERS[1])
    broken = damage(book())
    # Without its end a record runs into the next one, which nobody can tell from it.
    content = [first, last, broken] if damage is cut else [first, broken, last]

    batch = read(feed, b"".join(content))

    assert [row.ean for row in batch.rows] == OTHERS[:2]
    assert batch.skipped >= 1
    assert all(problem.row_is_skipped and problem.reason for problem in batch.problems)


def test_no_damage_stops_the_reader(feed):
    chance = random.Random(9)
    whole = b"".join(book(isbn=isbn) for isbn in OTHERS)
    for _turn in range(300):
        content = bytearray(whole)
        for _byte in range(chance.randint(1, 5)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            batch = read(feed, bytes(content))
        except CannotReadFeed:
            continue
        assert batch.lines >= 1


def test_what_never_ends_is_not_kept_in_memory(feed):
    endless = b"00100cam a2200000 a 4500" + b"x" * (20 * LONGEST)

    batch = read(feed, book(isbn=OTHERS[0]) + endless + b"\x1d" + book(isbn=OTHERS[1]))

    assert [row.ean for row in batch.rows] == OTHERS[:2]
    assert batch.skipped == 1
    feed.write_bytes(book() + endless)
    pieces = list(marc_reader.pieces(feed.open("rb")))
    assert max(map(len, pieces)) <= LONGEST + CHUNK + 1


def test_what_stands_between_records_is_no_record(feed):
    content = b"\xef\xbb\xbf" + book(isbn=OTHERS[0]) + b"\r\n\n" + book() + b"\n\x1a"

    batch = read(feed, content)

    assert [row.line for row in batch.rows] == [1, 2]
    assert batch.problems == []


# Files


@pytest.mark.parametrize("content", [b"", b" \n", b"isbn,title\n1,a\n", b"<collection/>", b"\x1d"])
def test_other_files_are_refused(feed, content):
    feed.write_bytes(content)

    with pytest.raises(CannotReadFeed) as error:
        MarcReader(feed, today=TODAY)

    assert str(feed) in str(error.value)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing.mrc"):
        with pytest.raises(CannotReadFeed):
            MarcReader(path, today=TODAY)


def test_without_pymarc_the_refusal_says_what_to_install(feed, monkeypatch):
    feed.write_bytes(book())
    found = importlib.util.find_spec
    monkeypatch.setattr(
        marc_reader, "find_spec", lambda name: None if name == "pymarc" else found(name)
    )

    with pytest.raises(CannotReadFeed, match="pip install"):
        MarcReader(feed, today=TODAY)


def test_a_file_is_read_in_batches_up_to_its_end(feed):
    feed.write_bytes(b"".join(book(isbn=isbn) for isbn in OTHERS))
    reader = MarcReader(feed, today=TODAY)

    batches = [reader.read(2, with_derived=True) for _turn in range(3)]

    assert [batch.lines for batch in batches] == [2, 1, 0]
    assert [row.line for batch in batches for row in batch.rows] == [1, 2, 3]
    assert batches[-1].position == feed.stat().st_size
    assert batches[0].derived[0].slug == "emma"


def test_a_book_that_comes_again_is_refused(feed):
    batch = read(feed, book() + book())

    assert [row.line for row in batch.rows] == [1]
    assert [(p.line, p.field, p.value, p.reason) for p in batch.problems] == [
        (2, "020", ISBN, "The same book as in record 1.")
    ]


def test_a_record_goes_by_its_number_in_its_own_library_only(feed):
    """Any library has a record 1."""
    named, nameless = book(), book(("003", b"\x1e"), isbn=OTHERS[0])

    rows = read(feed, named + nameless).rows

    assert [row.reference for row in rows] == ["(OCoLC)ocm1", ""]


def test_a_deleted_record_is_taken_back(feed):
    batch = read(feed, book(leader="00000dam a2200000 a 4500"))

    assert batch.deletions == [Deletion(1, "(OCoLC)ocm1", ISBN, None)]
    assert (batch.rows, batch.problems, batch.lines) == ([], [], 1)


# What a book is sold by


@pytest.mark.parametrize(
    ("fields", "ean", "book_format"),
    [
        ([data("  ", "a0486266893 (pbk.) :", "c£9.99")], "9780486266893", "paperback"),
        ([data("  ", "a0815769768.", "a081576975X", "bpbk.")], "9780815769767", ""),
        ([data("  ", "z9789981591572"), data("  ", "a9780141439587", "qhbk.")], ISBN, "hardback"),
        (
            [
                data("  ", "a9780061764547 (e-book)"),
                data("  ", "a9780061715747 (hardcover)"),
            ],
            "9780061715747",
            "hardback",
        ),
        ([data("  ", "aISBN 978-0-14-143958-7 (alk. paper)")], ISBN, ""),
        ([data("  ", "a9780141439587", "qlarge print ;", "qpbk.")], ISBN, "large_print"),
        ([data("  ", "a0253325528 (cloth : acid-free paper)")], "9780253325525", "clothbound"),
    ],
)
def test_the_first_number_of_a_printed_book_counts(feed, fields, ean, book_format):
    (row,) = read(feed, book(*[("020", field) for field in fields])).rows

    assert (row.ean, row.format) == (ean, book_format)


def test_a_bad_number_is_named_where_another_stands_in(feed):
    batch = read(feed, book(("020", data("  ", "a0141439581")), ("020", data("  ", f"a{ISBN}"))))

    assert [row.ean for row in batch.rows] == [ISBN]
    assert [(p.field, p.value, p.row_is_skipped) for p in batch.problems] == [
        ("020", "0141439581", False)
    ]
    assert "stands in" in batch.problems[0].reason


def test_an_article_number_stands_in_for_an_isbn(feed):
    content = book(("020", data("  ", "z0141439580")), ("024", data("3 ", "a4006381333931")))

    assert [row.ean for row in read(feed, content).rows] == ["4006381333931"]


@pytest.mark.parametrize(
    ("fields", "field", "value", "reason"),
    [
        ([("020", data("  ", "z9780141439587"))], "020", "", "No ISBN."),
        ([("020", data("  ", "c$1.25"))], "020", "", "No ISBN."),
        ([("020", data("  ", "a9780141439588"))], "020", "9780141439588", "not a valid ISBN"),
        ([("020", data("  ", "a0141439587 (ebook)"))], "020", "", "an electronic book"),
        ([("245", data("10", "a[] /", "c."))], "245", "", "No title."),
        ([("008", b"080801s2009    xx      o     000 0 eng d\x1e")], "008", "o", "electronic"),
    ],
)
def test_what_cannot_be_sold_is_refused(feed, fields, field, value, reason):
    found = refusal(feed, book(*fields))

    assert found[:2] == (field, value)
    assert reason in found[2]


@pytest.mark.parametrize("kind", "gijkmopr")
def test_what_is_no_book_is_refused(feed, kind):
    field, value, reason = refusal(feed, book(leader=f"00000c{kind}m a2200000 a 4500"))

    assert (field, value) == ("LDR", kind)
    assert reason.endswith("not a book.")


def test_a_record_without_an_isbn_says_so(feed):
    content = record(("001", b"1\x1e"), ("245", data("10", "aEmma")))

    assert refusal(feed, content) == ("020", "", "No ISBN.")


def problems_of(batch: Batch) -> Sequence[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in batch.problems]


def test_a_value_that_is_too_long_is_left_out(feed):
    content = book(
        ("260", data("  ", f"b{'x' * 301}")),
        ("490", data("0 ", "aSeries ;", f"v{'9' * 21}")),
        ("245", data("10", "aEmma", f"b{'x' * 501}")),
    )

    batch = read(feed, content)

    (row,) = batch.rows
    assert (row.publisher, row.series, row.subtitle) == ("", "", "")
    assert [field for field, _reason in problems_of(batch)] == ["245", "260", "490"]


def test_a_title_that_is_too_long_is_refused(feed):
    assert refusal(feed, book(("245", data("10", f"a{'x' * 501}"))))[0] == "245"
