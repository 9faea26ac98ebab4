import re

import pytest

from catalog.slugs import LONGEST, distinct_slug, slug_for
from catalog.titles import LONGEST as LONGEST_SORT_TITLE
from catalog.titles import sort_title


@pytest.mark.parametrize(
    ("title", "filed_under"),
    [
        ("The Trial", "trial"),
        ("A Room with a View", "room with a view"),
        ("An Ideal Husband", "ideal husband"),
        ("Theology", "theology"),
        ("Another Country", "another country"),
    ],
)
def test_a_title_is_filed_without_its_english_article(title, filed_under):
    assert sort_title(title) == filed_under
    assert sort_title(title, "en-GB") == filed_under


@pytest.mark.parametrize(
    ("title", "language", "filed_under"),
    [
        ("L’Étranger", "fr", "etranger"),
        ("Les Misérables", "fr", "miserables"),
        ("Die Leiden des jungen Werthers", "de", "leiden des jungen werthers"),
        ("El Aleph", "es", "aleph"),
        ("Gli indifferenti", "it", "indifferenti"),
    ],
)
def test_articles_go_by_the_language_of_the_book(title, language, filed_under):
    assert sort_title(title, language) == filed_under


def test_an_article_of_another_language_stays():
    assert sort_title("Die Hard", "en") == "die hard"
    assert sort_title("The The", "ja") == "the the"


@pytest.mark.parametrize("title", ["The", "A", "An"])
def test_a_title_that_is_only_an_article_keeps_it(title):
    assert sort_title(title) == title.lower()


@pytest.mark.parametrize("title", ["Émile", "ÉMILE", "E\u0301mile", "émile"])
def test_accents_and_capitals_do_not_change_the_order(title):
    assert sort_title(title) == "emile"


@pytest.mark.parametrize(
    ("title", "filed_under"),
    [
        ("“Repent, Harlequin!”", "repent, harlequin!”"),
        ("‘Salem’s Lot", "salem's lot"),
        ("'Tis", "tis"),
        ("¿Qué?", "que?"),
        ("…And Now Miguel", "and now miguel"),
        ("...And Now Miguel", "and now miguel"),
        ("— A Dash", "dash"),
        ("(The) Trial", "the) trial"),
        ("The “Genius”", "genius”"),
    ],
)
def test_opening_punctuation_does_not_count(title, filed_under):
    assert sort_title(title) == filed_under


@pytest.mark.parametrize("title", ["!!!", "—", "…", "The …", "源氏物語"])
def test_a_title_without_latin_letters_is_still_filed_somewhere(title):
    assert sort_title(title)


def test_a_very_long_title_is_cut_to_what_the_column_holds():
    assert len(sort_title("word " * 200)) == LONGEST_SORT_TITLE


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Pride and Prejudice", "pride-and-prejudice"),
        ("Émile, or On Education", "emile-or-on-education"),
        ("  Moby-Dick; or, The Whale ", "moby-dick-or-the-whale"),
    ],
)
def test_a_slug_is_words_with_hyphens(text, slug):
    assert slug_for(text, fallback="book") == slug


@pytest.mark.parametrize("text", ["源氏物語", "🐙", "!!!", "---", "___", ""])
def test_a_text_that_leaves_no_letters_gets_the_fallback(text):
    assert slug_for(text, fallback="book") == "book"


def test_a_long_slug_is_cut_and_ends_in_a_letter():
    slug = slug_for("a" * (LONGEST - 1) + " word", fallback="book")

    assert slug == "a" * (LONGEST - 1)


def test_distinct_slugs_differ_where_plain_ones_would_not():
    spellings = ["Brontë", "Bronte", "BRONTE", "源氏物語", "枕草子"]

    slugs = {distinct_slug(name, fallback="author") for name in spellings}

    assert len(slugs) == len(spellings)
    assert all(re.fullmatch(r"[a-z]+-[0-9a-f]{8}", slug) for slug in slugs)


def test_a_distinct_slug_is_the_same_every_time():
    assert distinct_slug("Jane Austen", fallback="author") == distinct_slug(
        "Jane Austen", fallback="author"
    )
