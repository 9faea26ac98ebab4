import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Lexeme, Word
from catalog.search import vocabulary
from catalog.search.spelling import slips
from catalog.search.vocabulary import deletions
from tests.factories import BookFactory


@pytest.mark.parametrize(
    ("typed", "meant", "number"),
    [
        ("emma", "emma", 0),
        ("ema", "emma", 1),
        ("emmma", "emma", 1),
        ("emna", "emma", 1),
        ("mema", "emma", 1),
        ("tolkein", "tolkien", 1),
        ("ca", "abc", 3),
        ("", "emma", 4),
    ],
)
def test_slips_are_letters_left_out_added_mistaken_or_swapped(typed, meant, number):
    assert slips(typed, meant) == slips(meant, typed) == number


@given(st.text("abcd", max_size=12), st.text("abcd", max_size=12))
def test_words_at_two_slips_share_a_spelling(one, other):
    if len(one) >= 6 and len(other) >= 6 and slips(one, other) <= 2:
        assert set(deletions(one)) & set(deletions(other))


@pytest.mark.django_db
def test_words_are_counted_by_the_books_that_hold_them():
    BookFactory(title="Emma", byline="Jane Austen")
    BookFactory(
        title="Persuasion", byline="Jane Austen", subtitle="A Novel", publisher_name="Knopf"
    )

    vocabulary.refresh()

    assert dict(Word.objects.values_list("word", "books")) == {
        "emma": 1,
        "jane": 2,
        "austen": 2,
        "persuasion": 1,
    }
    assert Lexeme.objects.get(lexeme="knopf").books == 1


@pytest.mark.django_db
def test_only_what_differs_is_written():
    book = BookFactory(title="Emma", byline="Jane Austen")
    BookFactory(title="Persuasion", byline="Jane Austen")
    vocabulary.refresh()
    before = versions()

    vocabulary.refresh()
    assert versions() == before

    book.withdrawn_at = book.added_at
    book.save(update_fields=["withdrawn_at"])
    vocabulary.refresh()

    assert {word for word, _version in versions() - before} == {"jane", "austen"}
    assert not Word.objects.filter(word="emma").exists()


def versions() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, ctid::text FROM catalog_word")
        return set(cursor.fetchall())
