"""A row of a feed is cleaned, or refused with a reason."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds.headers import find_columns, genre_separator, name_separator
from catalog.feeds.lists import split_people
from catalog.feeds.moods import mood_for
from catalog.feeds.references import sort_name
from catalog.feeds.rows import BookRow, Problem, RowParser, join_names
from catalog.feeds.values import (
    BadValue,
    clean_line,
    clean_text,
    read_format,
    read_isbn,
    read_language,
    read_price,
    read_published,
    read_rating,
    read_ratings,
)
from catalog.identifiers import to_isbn13

ISBN = "9780439785969"
TODAY = date(2026, 8, 1)


def parse(
    fields: dict[str, str], sample: Sequence[dict[str, str]] = ()
) -> tuple[BookRow | None, list[Problem]]:
    parser = RowParser.for_feed(list(fields), sample or [fields], today=TODAY)
    return parser.parse(2, fields)


def book(**fields: str) -> BookRow:
    row, problems = parse({"isbn13": ISBN, "title": "Emma"} | fields)
    assert row
    assert not problems
    return row


def reasons(**fields: str) -> list[tuple[str, bool]]:
    _row, problems = parse({"isbn13": ISBN, "title": "Emma"} | fields)
    return [(problem.field, problem.row_is_skipped) for problem in problems]


@pytest.mark.parametrize(
    "written",
    ["9780439785969", "978-0-439-78596-9", "0439785960", "0-439-78596-0", "ISBN: 0439785960"],
)
def test_an_isbn_in_any_spelling_is_its_thirteen_digits(written: str) -> None:
    assert read_isbn(written) == "9780439785969"


@pytest.mark.parametrize(
    "written",
    [
        "439785960",  # a zero lost
        "9.78045E+12",
        "9.78067978327e+12",
        "9780439785968",
        "0439785961",
        "2020000000013",
        "9790001138673",
        "0000000000",
        "9999999999",
        "٩٧٨٠٤٣٩٧٨٥٩٦٩",
        "97804397859690",
        "",
    ],
)
def test_a_number_that_is_no_isbn_as_written_is_refused(written: str) -> None:
    with pytest.raises(BadValue):
        read_isbn(written)


@given(st.text(alphabet="0123456789", min_size=1, max_size=9))
def test_fewer_than_ten_digits_are_never_padded(digits: str) -> None:
    with pytest.raises(BadValue):
        read_isbn(digits)


@given(st.sampled_from(["978", "979", "9790", "977", "12"]), st.integers(0, 10**10 - 1))
def test_plain_digits_are_judged_as_the_library_judges_them(prefix: str, number: int) -> None:
    written = (prefix + f"{number:010d}")[:13]

    try:
        read = read_isbn(written)
    except BadValue:
        read = None

    assert read == to_isbn13(written)


def test_a_valid_isbn_10_stands_in_for_a_bad_isbn_13() -> None:
    row, problems = parse({"isbn13": "9.78044E+12", "isbn": "0439785960", "title": "Emma"})

    assert row and row.ean == ISBN
    assert [(note.field, note.row_is_skipped) for note in problems] == [("isbn13", False)]


def test_a_row_without_isbn_is_skipped_with_its_line_and_column() -> None:
    row, problems = parse({"ISBN-13": " ", "Title": "Emma"})

    assert row is None
    assert [(note.line, note.field, note.row_is_skipped) for note in problems] == [
        (2, "ISBN-13", True)
    ]


@pytest.mark.parametrize("title", ["", "  ", "\x00", "\u200b", "x" * 501, "x" * 10_000])
def test_a_row_without_a_usable_title_is_skipped(title: str) -> None:
    assert reasons(title=title) == [("title", True)]


def test_the_report_shows_no_more_than_the_start_of_a_value() -> None:
    _row, problems = parse({"isbn13": ISBN, "title": "x" * 10_000})

    assert len(problems[0].value) < 100


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("Charlotte &amp; Thomas", "Charlotte & Thomas"),
        ("  two\u00a0 \t words\r\n", "two words"),
        ("nul\x00 and\x07 bell", "nul and bell"),
        ("cafe\u0301", "caf\u00e9"),
        ("right\u202eleft", "rightleft"),
        ("日本の茶書", "日本の茶書"),
        ("L�?¼bbe", "L�?¼bbe"),
    ],
)
def test_text_is_cleaned(written: str, clean: str) -> None:
    assert clean_line(written) == clean


@given(st.text())
def test_cleaned_text_is_one_line_without_control_characters(text: str) -> None:
    cleaned = clean_line(text)

    assert "\x00" not in cleaned
    assert cleaned == " ".join(cleaned.split())


def test_paragraphs_of_a_description_stay() -> None:
    assert clean_text("one\r\ntwo  words\n\n\n\nthree ") == "one\ntwo words\n\nthree"


@pytest.mark.parametrize(
    ("written", "on", "precision"),
    [
        ("2010", date(2010, 1, 1), "year"),
        ("1813.0", date(1813, 1, 1), "year"),
        ("9/16/2006", date(2006, 9, 16), "day"),
        ("16/9/2006", date(2006, 9, 16), "day"),
        ("16.9.2006", date(2006, 9, 16), "day"),
        ("2006-09", date(2006, 9, 1), "month"),
        ("2006-09-16T00:00:00", date(2006, 9, 16), "day"),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(written: str, on: date, precision: str) -> None:
    assert read_published(written, last_year=2029) == (on, precision)


@pytest.mark.parametrize(
    "written", ["-750.0", "0", "1449", "2030", "11/31/2000", "2006-13", "soon", "20061", "1/1"]
)
def test_a_date_that_cannot_be_is_left_out(written: str) -> None:
    with pytest.raises(BadValue):
        read_published(written, last_year=2029)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("en", "en"),
        ("eng", "en"),
        ("en-US", "en"),
        ("English", "en"),
        ("fre", "fr"),
        ("zho", "zh"),
        ("mul", "mul"),
        ("grc", "grc"),
    ],
)
def test_a_language_is_its_shortest_code(written: str, code: str) -> None:
    assert read_language(written) == code


@pytest.mark.parametrize(
    ("written", "price"),
    [("9.99", "9.99"), ("9,5", "9.50"), ("£12", "12.00"), ("12.50 GBP", "12.50")],
)
def test_a_price_is_an_amount_of_the_shops_money(written: str, price: str) -> None:
    assert read_price(written) == Decimal(price)


@pytest.mark.parametrize("written", ["0", "0.00", "-1", "$9.99", "free", "NaN", "1e5", "9.999"])
def test_what_is_no_price_is_left_out(written: str) -> None:
    with pytest.raises(BadValue):
        read_price(written)


def test_a_rating_of_zero_says_that_nobody_rated() -> None:
    assert (read_rating("3.857"), read_rating("5"), read_rating("0.00")) == (
        Decimal("3.86"),
        Decimal(5),
        None,
    )
    assert (read_ratings("1817"), read_ratings("0")) == (1817, None)


@pytest.mark.parametrize("written", ["5.01", "8", "-1", "good", "4,2 stars", "NaN"])
def test_what_is_no_rating_from_0_to_5_is_left_out(written: str) -> None:
    with pytest.raises(BadValue):
        read_rating(written)


def test_formats_have_many_names() -> None:
    names = ["Hardcover", "Mass Market Paperback", "large print"]

    assert [read_format(name) for name in names] == ["hardback", "pocket", "large_print"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("  num_pages", "0"),
        ("pages", "many"),
        ("pages", "99999"),
        ("language", "9.78159E+12"),
        ("publisher", "x" * 301),
        ("publication_year", "-500"),
        ("price", "0"),
        ("format", "Kindle Edition"),
        ("description", "x" * 10_001),
        ("authors", "x" * 301),
        ("genres", "x" * 101),
    ],
)
def test_a_bad_value_is_left_out_and_the_row_kept(field: str, value: str) -> None:
    assert reasons(**{field: value}) == [(field.strip(), False)]


def test_a_row_whose_fields_are_shifted_is_skipped() -> None:
    shifted = {"language": "978", "pages": "eng", "publication_date": "xx", "publisher": "1/1/2006"}

    assert reasons(**shifted) == [("row", True)]


def test_a_series_at_the_end_of_a_title_is_taken_out() -> None:
    plain = book(title="Harry Potter and the Half-Blood Prince (Harry Potter  #6)")
    nested = book(title="Ranma ½  Vol. 1 (Ranma ½ (US 2nd)  #1-2)")

    assert (plain.title, plain.series, plain.series_number) == (
        "Harry Potter and the Half-Blood Prince",
        "Harry Potter",
        "6",
    )
    assert (nested.title, nested.series, nested.series_number) == (
        "Ranma ½ Vol. 1",
        "Ranma ½ (US 2nd)",
        "1-2",
    )


def test_a_title_stays_whole_where_the_feed_has_a_series_column() -> None:
    assert book(title="Emma (Austen, #4)", series="").title == "Emma (Austen, #4)"


def test_the_first_filled_column_counts() -> None:
    row = book(publication_year="", original_publication_year="1815.0")

    assert row.published_on == date(1815, 1, 1)


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (["Kahlil Gibran; Jihad El", "Austen, Jane"], ";"),
        (["Douglas R. &amp; Dennett"], ""),
        (["J.K. Rowling/Mary GrandPré", "Jane Austen"], "/"),
        (["Jane Austen", "Anne Frank, Eleanor Roosevelt"], ","),
        (["Austen, Jane", "Le Guin, Ursula K."], ""),
        (["Terry Pratchett, Neil Gaiman"], ""),
        (["Jane Austen", "Rowling, J.K.", "Andersen, H. C."], ""),
        ([], ""),
    ],
)
def test_the_column_shows_what_stands_between_people(values: list[str], separator: str) -> None:
    assert name_separator(values) == separator


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (["Poetry; Cultural / Lebanon", "Fiction"], ";"),
        (["Children's stories, English", "Fiction", "History"], ""),
        (["Fiction,Fantasy", "Fiction,Classics,Love"], ","),
    ],
)
def test_the_column_shows_what_stands_between_genres(values: list[str], separator: str) -> None:
    assert genre_separator(values) == separator


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Out of print", "out_of_print"),
        ("07", "out_of_print"),
        ("Out of stock indefinitely", "out_of_stock"),
        ("ACTIVE", "active"),
        ("04", "active"),
        ("Recalled", "recalled"),
        ("17", "recalled"),
        ("Replaced", "replaced"),
        ("", ""),
    ],
)
def test_the_publishers_status_is_read_in_words_or_by_its_number(said: str, status: str) -> None:
    assert book(publishing_status=said).publishing_status == status


def test_a_status_that_nobody_knows_is_left_out_and_reported() -> None:
    assert reasons(publishing_status="gone fishing") == [("publishing_status", False)]


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"on_sale_date": "2026-12-24"}, date(2026, 12, 24)),
        ({"publication_date": "2027-03-14"}, date(2027, 3, 14)),
        ({"publication_date": "2027-03-14", "on_sale_date": "2027-03-10"}, date(2027, 3, 10)),
        # Moved from next year to last month.
        ({"publication_date": "2026-07-20"}, date(2026, 7, 20)),
        ({"publication_date": "2027-03"}, None),
        ({"publication_date": "2027"}, None),
        ({"publication_date": "1999-03-14"}, None),
    ],
)
def test_a_book_that_is_new_or_to_come_is_on_sale_from_its_day(fields, day) -> None:
    assert book(**fields).on_sale_on == day


def test_a_day_of_sale_is_a_day() -> None:
    assert reasons(on_sale_date="2027") == [("on_sale_date", False)]


def test_a_generation_belongs_to_the_name_before_the_comma() -> None:
    assert list(split_people("Kurt Vonnegut, Jr., Dan Wakefield", ",")) == [
        "Kurt Vonnegut, Jr.",
        "Dan Wakefield",
    ]


def test_people_have_roles_and_come_once() -> None:
    row = book(authors="Homer; Emily Wilson [translator]; homer; ")

    assert row.contributors == (("Homer", "A01"), ("Emily Wilson", "B06"))
    assert row.byline == "Homer"


def test_genres_are_paths() -> None:
    row = book(genres="Fiction; FICTION; Cultural / Lebanon")

    assert row.genres == (("Fiction",), ("Cultural", "Lebanon"))


@pytest.mark.parametrize(
    ("names", "joined"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_names_are_joined_as_on_a_cover(names: list[str], joined: str) -> None:
    assert join_names(names) == joined


def test_a_byline_is_never_too_long_for_its_column() -> None:
    assert len(join_names(["Somebody Longname"] * 200)) <= 1000


def test_headers_are_known_in_any_dress() -> None:
    columns = find_columns(["Book-Title", "ISBN_13", "  num_pages", "Year-Of-Publication", ""])

    assert columns == {
        "isbn13": ("ISBN_13",),
        "title": ("Book-Title",),
        "published": ("Year-Of-Publication",),
        "pages": ("  num_pages",),
    }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Jane Austen", "Austen, Jane"),
        ("Austen, Jane", "Austen, Jane"),
        ("Kurt Vonnegut Jr.", "Vonnegut, Kurt Jr."),
        ("Plato", "Plato"),
    ],
)
def test_people_are_sorted_by_their_last_name(name: str, key: str) -> None:
    assert sort_name(name) == key


def test_the_names_of_genres_give_covers_their_mood() -> None:
    paths = [("Childrens", "Animals"), ("Mystery",), ("Fiction",), ("Seasons",)]

    assert [mood_for(path) for path in paths] == ["child", "crime", "novel", "novel"]
