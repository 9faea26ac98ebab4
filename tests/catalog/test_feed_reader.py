"""Files of any encoding and delimiter are read line by line, or refused with a sentence."""

from pathlib import Path

import pytest

from catalog.feeds.csv_reader import CannotReadFeed, Line, open_feed

HEADER = "isbn13,title,authors"


def lines_of(path: Path, content: bytes | str) -> list[Line]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(open_feed(path).lines())


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "feed.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(feed: Path, delimiter: str) -> None:
    rows = [delimiter.join(row) for row in (["isbn13", "title", "authors"], ["1", "a", "b"])]

    (line,) = lines_of(feed, "\n".join(rows))

    assert line.fields == {"isbn13": "1", "title": "a", "authors": "b"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_the_encoding_is_found(feed: Path, encoding: str) -> None:
    # The letter stands behind everything that a look at the file's start would see.
    rows = "1,Plain,Nobody\n" * 30_000 + "2,Größe,Süskind\n"

    last = lines_of(feed, f"{HEADER}\n{rows}".encode(encoding))[-1]

    assert last.fields == {"isbn13": "2", "title": "Größe", "authors": "Süskind"}


def test_one_broken_letter_does_not_spoil_all_others(feed: Path) -> None:
    content = f"{HEADER}\n1,Größe,Süskind\n2,Über,".encode() + b"S\xfcd\n"

    first, second = lines_of(feed, content)

    assert first.fields["title"] == "Größe"
    assert second.fields["authors"] == "S\ufffdd"


def test_lines_are_numbered_as_an_editor_numbers_them(feed: Path) -> None:
    content = f'\n{HEADER}\n1,"two\nlines",x\n\n2,b,y\n'

    assert [line.number for line in lines_of(feed, content)] == [3, 6]


def test_old_line_ends_are_read(feed: Path) -> None:
    assert len(lines_of(feed, f"{HEADER}\r1,a,b\r2,c,d")) == 2


def test_rows_with_too_many_or_too_few_fields_are_problems(feed: Path) -> None:
    content = f"{HEADER}\n1,a\n1,a,b,c\n1,a,b,\n1,a,b\n"

    problems = [bool(line.problem) for line in lines_of(feed, content)]

    assert problems == [True, True, False, False]


def test_a_quotation_mark_that_nobody_closes_is_a_problem(feed: Path) -> None:
    content = f'{HEADER}\n1,"a,b\n' + "2,c,d\n" * 50_000

    found = lines_of(feed, content)

    assert found[0].number == 2
    assert found[0].problem
    assert not found[-1].problem


def test_nul_bytes_do_not_stop_the_reader(feed: Path) -> None:
    (line,) = lines_of(feed, f"{HEADER}\n1,a\0b,c\n")

    assert line.fields["title"] == "a\0b"


def test_of_two_columns_with_one_name_the_first_counts(feed: Path) -> None:
    (line,) = lines_of(feed, "isbn13,title,title\n1,first,second\n")

    assert line.fields["title"] == "first"


def test_the_position_ends_at_the_end_of_the_file(feed: Path) -> None:
    last = lines_of(feed, f"{HEADER}\n" + "1,a,b\n" * 5000)[-1]

    assert last.position == feed.stat().st_size


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", b"\xef\xbb\xbf", b"PK\x03\x04...", bytes(range(256)) * 9]
)
def test_what_is_no_table_is_refused(feed: Path, content: bytes) -> None:
    feed.write_bytes(content)

    with pytest.raises(CannotReadFeed, match=r"feed\.csv"):
        open_feed(feed)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(CannotReadFeed):
            open_feed(path)


@pytest.mark.parametrize("header", ["isbn13,authors", "title,authors", "0;1;2;3"])
def test_a_file_without_title_and_isbn_is_refused_with_its_columns(feed: Path, header: str) -> None:
    feed.write_text(f"{header}\n1,2\n")

    with pytest.raises(CannotReadFeed) as refusal:
        open_feed(feed)

    assert str(refusal.value).endswith(header.replace(",", ", ").replace(";", ", "))
