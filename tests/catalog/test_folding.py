import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.folding import (
    LONGEST_KEY,
    extra_words,
    fold_words,
    search_lines,
    title_key,
    unfolded,
)
from catalog.numerals import other_numerals


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("J.R.R. Tolkien", "jrr tolkien"),
        ("J. R. R. Tolkien", "jrr tolkien"),
        ("JRR  tolkien", "jrr tolkien"),
        ("Brontë", "bronte"),
        ("Søren Ærø Łódź Straße", "soren aero lodz strasse"),
        ("'Salem’s Lot", "salems lot"),
        ("O'Reilly", "oreilly"),
        *((f"O{apostrophe}Reilly", "oreilly") for apostrophe in "‘’‛ʼʹꞌ´`′＇"),
        ("Daughter of Smoke & Bone", "daughter of smoke and bone"),
        ("Half-Blood/Prince…", "half blood prince"),
        ("20,000 Leagues", "20000 leagues"),
        ("1, 2, 3", "1 2 3"),
        ("Ranma ½", "ranma 1 2"),
        ("C++ and C#", "cplusplus and csharp"),
        ("Война и мир", "воина и мир"),
        ("snake_case", "snake case"),
        ("!!! ☃", ""),
    ],
)
def test_words_are_the_same_however_they_are_written(typed, folded):
    assert fold_words(typed) == folded


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text):
    folded = fold_words(text)

    assert fold_words(folded) == folded


@given(st.text())
def test_folded_text_has_no_sign_that_a_query_could_trip_over(text):
    assert all(letter == " " or letter.isalnum() for letter in fold_words(text))


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("J.R.R. Tolkien", "j r"),
        ("L'Étranger", "l etranger"),
        ("O’Reilly", "o reilly"),
        ("Salem's Lot and don't", ""),
        ("Malcolm X", ""),
    ],
)
def test_other_spellings_are_found_too(text, extra):
    assert extra_words(text) == extra


@pytest.mark.parametrize(
    ("title", "language", "key"),
    [
        ("The Hobbit", "en", ("hobbit", "the")),
        ("The Hobbit", "", ("hobbit", "the")),
        ("L’Étranger", "fr", ("etranger", "l")),
        ("Die Blechtrommel", "de", ("blechtrommel", "die")),
        ("Die Hard", "en", ("die hard", "")),
        ("The", "en", ("the", "")),
        ("“A Christmas Carol”", "en", ("christmas carol", "a")),
    ],
)
def test_a_title_goes_without_its_article(title, language, key):
    assert title_key(title, language) == key


def lines_for(**texts: str) -> list[str]:
    empty = dict.fromkeys(("byline", "subtitle", "series_title", "series_number"), "")
    return search_lines(**{"language": "en", "publisher_name": "", **empty, **texts})


def test_each_part_of_a_book_has_its_line():
    lines = lines_for(
        title="The Two Towers",
        byline="J.R.R. Tolkien",
        subtitle="Being the Second Part",
        series_title="The Lord of the Rings",
        series_number="2",
        publisher_name="Allen & Unwin",
    )

    assert lines == [
        "two towers",
        "the ",
        "jrr tolkien j r",
        "being the second part",
        "the lord of the rings 2",
        "allen and unwin",
    ]


def test_a_very_long_title_is_cut_between_words_and_stays_found():
    title = " ".join(f"word{n}" for n in range(60))

    key, others, *_ = lines_for(title=title)

    assert len(key) <= LONGEST_KEY
    assert f"{key} {others.strip()}" == title


def test_words_of_signs_are_shown_as_they_are_written():
    assert unfolded(fold_words("C++ and C# in a sharp look")) == "c++ and c# in a sharp look"


@pytest.mark.parametrize(
    ("folded", "other"),
    [
        ("1984", "nineteen eighty four"),
        ("nineteen eighty four", "1984"),
        ("catch 22", "twenty two"),
        ("catch twenty two", "22"),
        ("seventeen", "17"),
        ("fifty shades of twenty", "50 20"),
        ("2001 a space odyssey", ""),
        ("1800", ""),
        ("12 years", ""),
        ("100 years", ""),
        ("1914 1918", "nineteen fourteen eighteen"),
        ("٢٢ b", ""),
        ("", ""),
    ],
)
def test_numbers_are_found_in_figures_and_in_words(folded, other):
    assert other_numerals(folded) == other


def test_a_title_and_a_publisher_are_found_by_other_spellings():
    lines = lines_for(title="Nineteen Eighty-Four", publisher_name="O’Reilly")

    assert lines[1] == " 1984"
    assert lines[5] == "oreilly o reilly"
