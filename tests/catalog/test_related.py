"""What stands around a book on its page."""

from datetime import date

import pytest
from django.utils import timezone

from catalog.models import AlsoLiked, Book, Contribution, Contributor, Genre, Series, Work
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def jane() -> Contributor:
    return ContributorFactory(name="Jane Austen", slug="jane-austen")


@pytest.fixture
def emma(jane) -> Book:
    return by(jane, title="Emma", slug="emma")


def by(author: Contributor, **fields) -> Book:
    book = BookFactory(**fields)
    Contribution.objects.create(book=book, contributor=author)
    return book


def page_of(client, book: Book) -> str:
    return client.get(Book.objects.get(pk=book.pk).get_absolute_url()).text


def shelf(text: str, key: str) -> list[str]:
    """The titles on a shelf, in order; nothing if it is not there."""
    if f'id="{key}"' not in text:
        return []
    part = text.split(f'id="{key}"')[1].split("</section>")[0]
    return [piece.split(">")[1].split("<")[0] for piece in part.split("<h3>")[1:]]


def edition_of(work: Work, **fields) -> Book:
    return BookFactory(work=work, **fields)


# Editions


def test_other_editions_are_links_with_price_and_availability(client):
    work = Work.objects.create(title="Emma")
    paperback = edition_of(work, format="paperback")
    hardback = edition_of(work, format="hardback", price="18.99", stock=2)

    text = page_of(client, paperback)

    cards = text.split('<ul class="formats">')[1].split("</ul>")[0].split("<li>")[1:]
    this, other = cards
    assert 'aria-current="true"' in this and "Paperback" in this
    assert f'href="{hardback.get_absolute_url()}"' in other
    assert "Hardback" in other and "£18.99" in other and "Last 2 in stock" in other
    assert "aria-current" not in other


def test_a_book_of_one_edition_or_of_no_work_has_no_list_of_them(client):
    alone = edition_of(Work.objects.create(title="Emma"))

    assert "formats" not in page_of(client, alone)
    assert "formats" not in page_of(client, BookFactory())


def test_withdrawn_editions_are_not_shown(client):
    work = Work.objects.create(title="Emma")
    emma = edition_of(work)
    edition_of(work, withdrawn_at=timezone.now())

    assert "formats" not in page_of(client, emma)


def test_editions_of_one_format_are_told_apart(client):
    work = Work.objects.create(title="Emma")
    english = edition_of(work, format="pocket", language="en", published_on=date(2001, 5, 1))
    edition_of(work, format="pocket", language="fr", published_on=date(1995, 1, 1))

    text = page_of(client, english)

    assert "English, 2001" in text
    assert "French, 1995" in text


def test_beyond_six_editions_the_rest_is_folded_away(client):
    work = Work.objects.create(title="Emma")
    editions = [edition_of(work, format="pocket", bestseller_rank=rank) for rank in range(8)]

    text = page_of(client, editions[0])

    in_sight, rest = text.split("<details>")
    assert "2 more editions" in rest
    assert in_sight.count("<b>Pocket</b>") == 6
    assert 'aria-current="true"' in in_sight
    assert editions[1].get_absolute_url() in rest.split("</details>")[0]
    assert "still more editions" not in text


def test_very_many_editions_end_with_a_search(client):
    work = Work.objects.create(title="Emma")
    editions = [edition_of(work, title="Emma") for _number in range(32)]

    text = page_of(client, editions[0])

    assert text.count("<b>Edition</b>") == 31
    assert 'href="/books/?q=Emma"' in text


def test_editions_that_nothing_else_tells_apart_have_their_numbers(client):
    work = Work.objects.create(title="Emma")
    one = edition_of(work, format="", published_on=None)
    other = edition_of(work, format="", published_on=None)
    new = edition_of(work, format="", published_on=date(2026, 1, 1))

    text = page_of(client, one).split('<ul class="formats">')[1].split("</ul>")[0]

    for book in (one, other):
        assert f'<span class="small quiet">{book.ean}</span>' in text
    assert '<span class="small quiet">2026</span>' in text
    assert f">{new.ean}<" not in text


def test_the_year_of_an_older_edition_is_told(client):
    work = Work.objects.create(title="Emma")
    new = edition_of(work, published_on=date(2020, 1, 1))
    old = edition_of(work, published_on=date(1971, 1, 1))

    assert "<dt>Earliest edition here</dt><dd>1971</dd>" in page_of(client, new)
    assert "Earliest edition" not in page_of(client, old)


# Series


def test_neighbours_in_the_series_go_by_number(client):
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    for number in ("1", "2", "3", "10", ""):
        BookFactory(
            series=series, series_number=number, title=f"Volume {number}", slug=f"v{number}"
        )
    third = Book.objects.get(series_number="3")

    text = page_of(client, third)

    neighbours = text.split('class="neighbours"')[1].split("</nav>")[0]
    before, after = neighbours.split('rel="next"')
    assert 'rel="prev"' in before and "no. 2" in before and "Volume 2" in before
    assert "no. 10" in after and "Volume 10" in after


def test_of_many_editions_of_a_neighbour_the_one_in_this_format_is_named(client):
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    first = BookFactory(series=series, series_number="1", format="hardback")
    BookFactory(series=series, series_number="2", format="paperback", bestseller_rank=900)
    alike = BookFactory(series=series, series_number="2", format="hardback")

    assert f'rel="next" href="{alike.get_absolute_url()}"' in page_of(client, first)


def test_a_box_of_several_books_is_no_neighbour_of_theirs(client):
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    BookFactory(series=series, series_number="1-3", bestseller_rank=900)
    first = BookFactory(series=series, series_number="1")
    second = BookFactory(series=series, series_number="2")

    assert f'rel="prev" href="{first.get_absolute_url()}"' in page_of(client, second)


def test_the_ends_of_a_series_and_books_without_a_number_have_no_neighbours_there(client):
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    first = BookFactory(series=series, series_number="1")
    unnumbered = BookFactory(series=series)

    assert "neighbours" not in page_of(client, first)
    assert "neighbours" not in page_of(client, unnumbered)


# More by the author


def test_more_by_the_first_author_best_sellers_first(client, emma, jane):
    for rank, title in [(5, "Persuasion"), (90, "Pride and Prejudice"), (40, "Lady Susan")]:
        by(jane, title=title, bestseller_rank=rank)
    BookFactory(title="Evelina")

    text = page_of(client, emma)

    assert shelf(text, "more") == ["Pride and Prejudice", "Lady Susan", "Persuasion"]
    assert "More by Jane Austen" in text
    assert '<a class="more" href="/authors/jane-austen/">All books by Jane Austen</a>' in text


def test_each_work_is_there_once_and_this_one_never(client, emma, jane):
    own, other = Work.objects.create(title="Emma"), Work.objects.create(title="Persuasion")
    Book.objects.filter(pk=emma.pk).update(work=own)
    by(jane, title="Emma, large print", work=own, bestseller_rank=99)
    by(jane, title="Persuasion", work=other, bestseller_rank=50)
    by(jane, title="Persuasion, in cloth", work=other, bestseller_rank=40)
    by(jane, title="Withdrawn", withdrawn_at=timezone.now())

    assert shelf(page_of(client, emma), "more") == ["Persuasion"]


def test_what_somebody_translated_is_not_more_by_the_author(client, emma, jane):
    translated = BookFactory(title="A French Novel")
    Contribution.objects.create(book=translated, contributor=jane, role="B06")

    assert shelf(page_of(client, emma), "more") == []


# Also liked


def liked(book: Book, *others: Book) -> None:
    AlsoLiked.objects.bulk_create(
        AlsoLiked(book=book, other=other, position=position)
        for position, other in enumerate(others, start=1)
    )


def test_what_readers_also_liked_comes_in_their_order(client, emma):
    others = [BookFactory(title=f"Liked {place}") for place in range(8)]
    liked(emma, *others)

    text = page_of(client, emma)

    assert shelf(text, "also") == [f"Liked {place}" for place in range(6)]
    assert "Readers who liked this also liked" in text


def genre_of(book: Book, *others: Book) -> Genre:
    genre = GenreFactory()
    for one in (book, *others):
        one.genres.add(genre)
    return genre


def test_where_readers_tell_too_little_author_series_and_genre_fill_up(client, jane):
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    emma = by(jane, title="Emma", series=series, series_number="9")
    for rank in range(8):
        by(jane, title=f"Austen {rank}", bestseller_rank=800 + rank)
    for number in range(1, 4):
        BookFactory(title=f"Bird {number}", series=series, series_number=str(number))
    genre_of(emma, *(BookFactory(title=f"Romance {n}", bestseller_rank=n) for n in range(3)))
    liked(emma, BookFactory(title="Evelina"))

    text = page_of(client, emma)

    assert shelf(text, "also") == [
        *("Evelina", "Austen 1", "Austen 0", "Bird 1", "Bird 2", "Romance 2"),
    ]
    assert "You may also like" in text
    assert "Readers who liked" not in text


def test_nothing_that_fills_up_is_elsewhere_on_the_page_or_withdrawn(client, emma, jane):
    persuasion = by(jane, title="Persuasion")
    work = Work.objects.create(title="Evelina")
    evelina = BookFactory(title="Evelina", work=work)
    again = BookFactory(title="Evelina again", work=work, bestseller_rank=50)
    gone = BookFactory(title="Gone", withdrawn_at=timezone.now())
    genre_of(emma, persuasion, evelina, again, gone, BookFactory(title="Belinda"))
    liked(emma, evelina, gone)

    text = page_of(client, emma)

    assert shelf(text, "more") == ["Persuasion"]
    assert shelf(text, "also") == ["Evelina", "Belinda"]


def test_a_book_that_stands_alone_has_no_empty_shelves(client):
    assert 'class="run"' not in page_of(client, BookFactory())


def test_books_in_the_language_of_this_one_come_first(client, jane):
    emma = by(jane, title="Emma", language="en")
    by(jane, title="Raison et sentiments", language="fr", bestseller_rank=9)
    by(jane, title="Persuasion", language="en", bestseller_rank=1)
    shelved = [
        BookFactory(title=title, language=language, bestseller_rank=rank)
        for title, language, rank in [("Adolphe", "fr", 9), ("Evelina", "en", 1), ("Lost", "", 5)]
    ]
    genre_of(emma, *shelved)

    text = page_of(client, emma)

    assert shelf(text, "more") == ["Persuasion", "Raison et sentiments"]
    assert shelf(text, "also") == ["Evelina", "Adolphe", "Lost"]
