"""The grammar of the shop's own CSV file: whatever goes in comes out."""

import csv
from datetime import date
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import ean

from catalog.exports import csv_file
from catalog.exports.books import WholeBook
from catalog.feeds import own
from catalog.feeds.reading import FeedReader
from catalog.feeds.values import clean_line, clean_text
from catalog.models import Book, Contribution

NUMBERS = count()
# Whatever PostgreSQL can hold, and often what means something here.
NASTY = st.text(
    st.one_of(
        st.sampled_from("\\;>/[]()'\"=+-@&,|#\n\t\r\u2028\u200b\ufeff\u0301 ½ßİ漢א"),
        st.characters(exclude_characters="\0", exclude_categories=("Cs",)),
    ),
    max_size=40,
)
MARKS = st.lists(
    st.sampled_from([*"\\;>[]'=-&a ", "[editor]", "&lt;", "&lt", "editor]", " > "]), max_size=8
).map("".join)


def cell(text: str) -> str:
    """What a reader of CSV finds where `text` was written."""
    return own.unguard(own.guard(text))


@settings(max_examples=150)
@given(st.one_of(NASTY, MARKS))
@example("e\u200b\u0301")
@example("'=1")
@example("AT&amp;T &lt")
def test_a_line_is_read_as_it_was_and_stays_so(text):
    written = own.write_line(text)
    read = clean_line(cell(written))

    assert own.write_line(read) == written
    # What has no invisible marks is not changed at all.
    if clean_line(text.replace("&", "&amp;")) == text:
        assert read == text


@settings(max_examples=150)
@given(NASTY)
def test_a_text_is_read_as_it_was_and_stays_so(text):
    written = own.write_lines(text)
    read = clean_text(cell(written))

    assert own.write_lines(read) == written
    if clean_text(text.replace("&", "&amp;")) == text:
        assert read == text


@settings(max_examples=150)
@given(st.lists(st.tuples(st.one_of(NASTY, MARKS), st.sampled_from(Contribution.Role)), max_size=5))
@example([("X [editor]", Contribution.Role.AUTHOR)])
@example([("A&lt", Contribution.Role.AUTHOR), ("B", Contribution.Role.EDITOR)])
def test_people_are_read_as_they_were(people):
    named = [(settled(name), role) for name, role in people if settled(name)]
    written = own.write_people(named)

    assert own.read_people(clean_line(cell(written))) == tuple(dict.fromkeys(named))


@settings(max_examples=150)
@given(st.lists(st.lists(st.one_of(NASTY, MARKS), min_size=1, max_size=3), max_size=3))
def test_genres_are_read_as_they_were(paths):
    named = [tuple(filter(None, map(settled, path))) for path in paths]
    named = [path for path in named if path]
    written = own.write_genres(named)

    assert own.read_genres(clean_line(cell(written))) == tuple(dict.fromkeys(named))


def settled(text: str) -> str:
    """`text` as the shop has it once it came from any feed."""
    return clean_line(own.write_line(text))


@settings(max_examples=60)
@given(st.lists(st.tuples(NASTY.filter(str.strip), NASTY, NASTY), min_size=1, max_size=4))
def test_a_file_is_read_as_it_was_written(tmp_path_factory, texts):
    books = [whole(*parts) for parts in texts if settled(parts[0])]
    path = tmp_path_factory.mktemp("own") / "books.csv"
    path.write_bytes(csv_file.beginning() + csv_file.lines_of(books))

    reader = FeedReader(path, today=date(2026, 11, 27))
    batch = reader.read(100, with_derived=False)

    assert batch.problems == []
    again = [
        WholeBook(
            Book(ean=r.ean, title=r.title, subtitle=r.subtitle, series_title=r.series),
            r.contributors,
            r.genres,
            r.description,
        )
        for r in batch.rows
    ]
    assert csv_file.lines_of(again) == csv_file.lines_of(books)


def whole(title: str, name: str, description: str) -> WholeBook:
    number = f"978{next(NUMBERS):09}"
    return WholeBook(
        Book(
            ean=number + ean.calc_check_digit(number), title=title, subtitle=name, series_title=name
        ),
        [(name, Contribution.Role.AUTHOR)] if settled(name) else [],
        [],
        description,
    )


@pytest.mark.parametrize("field", ["=1+1", "+1", "-1", "@x", "'=1", "''=1"])
def test_nothing_is_run_as_a_formula(field):
    assert own.guard(field) == f"'{field}"
    assert cell(field) == field


@pytest.mark.parametrize("field", ["", "'", "'tis", "a=1", "''"])
def test_other_fields_are_as_they_are(field):
    assert own.guard(field) == field == own.unguard(field)


def test_other_files_keep_their_apostrophes(tmp_path: Path):
    path = tmp_path / "theirs.csv"
    path.write_text("isbn,title\n9780141439587,'-isms\n")

    (row,) = FeedReader(path, today=date(2026, 11, 27)).read(9, with_derived=False).rows

    assert row.title == "'-isms"


def test_a_file_that_a_spreadsheet_has_saved_is_still_ours(tmp_path: Path):
    """With another delimiter and in another encoding, as a spreadsheet in German does."""
    path = tmp_path / "ours.csv"
    rows = csv.reader(
        StringIO(
            (csv_file.beginning() + csv_file.lines_of([whole("Größe", "A; B", "")])).decode(
                "utf-8-sig"
            ),
            newline="",
        )
    )
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_bytes(text.getvalue().encode("cp1252"))

    (row,) = FeedReader(path, today=date(2026, 11, 27)).read(9, with_derived=False).rows

    assert (row.title, row.contributors) == ("Größe", (("A; B", Contribution.Role.AUTHOR),))
