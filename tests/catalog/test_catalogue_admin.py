"""The back office of works, missed searches and genres."""

from datetime import date

import pytest
from django.db import transaction
from django.tasks import default_task_backend
from django.utils import timezone

from catalog.feeds.rows import BookRow
from catalog.feeds.writer import write_books
from catalog.models import Book, Contribution, MissedSearch, Work
from catalog.search import found_among, vocabulary
from tests.factories import BookFactory, ContributorFactory, GenreFactory
from tests.shop.test_admin import book_form

pytestmark = pytest.mark.django_db


def test_a_new_book_joins_the_editions_of_its_work(staff_client):
    for _edition in range(2):
        staff_client.post("/admin/catalog/book/add/", book_form(byline="Jane Austen"))

    [work] = Work.objects.all()
    assert [book.title for book in work.editions.all()] == ["Emma", "Emma"]


def test_staff_make_a_work_and_move_a_book_to_it(staff_client):
    emma = BookFactory(title="Emma")
    no_editions = {"editions-TOTAL_FORMS": "0", "editions-INITIAL_FORMS": "0"}
    staff_client.post("/admin/catalog/work/add/", {"title": "Emma, retold", **no_editions})
    work = Work.objects.get()

    staff_client.post(
        f"/admin/catalog/book/{emma.pk}/change/", book_form(emma, slug="emma", work=work.pk)
    )

    emma.refresh_from_db()
    assert emma.work == work
    assert work.key is None


def test_a_book_that_staff_take_out_of_its_work_stays_out(staff_client):
    wrong = Work.objects.create(title="Emma", key="emma|jane austen")
    emma = BookFactory(title="Emma", byline="Jane Austen", work=wrong)

    staff_client.post(
        f"/admin/catalog/book/{emma.pk}/change/",
        book_form(emma, slug="emma", byline="Jane Austen", work=""),
    )
    with transaction.atomic():
        author = ("Jane Austen", Contribution.Role.AUTHOR)
        write_books([BookRow(1, emma.ean, "Emma", contributors=(author,))], now=timezone.now())

    emma.refresh_from_db()
    assert emma.work not in (None, wrong)
    assert emma.work.key is None


def test_the_books_of_somebody_follow_a_new_name(staff_client):
    somebody = ContributorFactory(name="James Tiptree Jr.")
    book = BookFactory(title="Houston", byline="James Tiptree Jr. and Another")
    book.contributions.create(contributor=somebody)
    names = {"name": "Alice Sheldon", "sort_name": "Sheldon, Alice", "slug": "sheldon"}

    staff_client.post(f"/admin/catalog/contributor/{somebody.pk}/change/", names)

    book.refresh_from_db()
    assert book.byline == "Alice Sheldon and Another"
    assert found_among(Book.objects.all(), "sheldon").get() == book


def test_a_work_lists_its_editions(staff_client):
    work = Work.objects.create(title="Emma")
    edition = BookFactory(work=work)

    listed = staff_client.get("/admin/catalog/work/")
    page = staff_client.get(f"/admin/catalog/work/{work.pk}/change/")

    assert '<td class="field-editions_in_all">1</td>' in listed.text
    assert edition.ean in page.text
    assert f"/admin/catalog/book/{edition.pk}/change/" in page.text


def test_works_are_found_by_their_editions(staff_client):
    wanted, other = Work.objects.create(title="A"), Work.objects.create(title="B")
    BookFactory(title="Evelina", work=wanted)
    BookFactory(title="Emma", work=other)

    found = staff_client.get("/admin/catalog/work/", {"q": "evelina"}).context["cl"].result_list

    assert list(found) == [wanted]


def test_the_list_of_works_costs_the_same_however_many_there_are(
    staff_client, django_assert_max_num_queries
):
    for _number in range(30):
        BookFactory(work=Work.objects.create(title="Emma"))

    with django_assert_max_num_queries(6):
        staff_client.get("/admin/catalog/work/")


def test_searches_that_found_nothing_are_read_newest_and_most_frequent_first(staff_client):
    for words, day, times in [("rare", 2, 1), ("old", 1, 9), ("wanted", 2, 7)]:
        MissedSearch.objects.create(words=words, day=date(2026, 11, day), times=times)

    response = staff_client.get("/admin/catalog/missedsearch/")

    assert [row.words for row in response.context["cl"].result_list] == ["wanted", "rare", "old"]


def test_nobody_writes_searches(staff_client):
    missed = MissedSearch.objects.create(words="emma", day=date(2026, 11, 1))

    page = f"/admin/catalog/missedsearch/{missed.pk}"
    assert staff_client.get(f"{page}/change/").status_code == 200
    assert staff_client.post(f"{page}/change/", {"words": "x"}).status_code == 403
    assert staff_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert staff_client.get("/admin/catalog/missedsearch/add/").status_code == 403


def genre_form(genre, **changes):
    return {"name": genre.name, "slug": genre.slug, "mood": "novel", "parent": "", **changes}


def test_a_genre_that_moves_takes_its_books_along(staff_client):
    fiction, crime = GenreFactory(), GenreFactory()
    address = f"/admin/catalog/genre/{crime.pk}/change/"

    staff_client.post(address, genre_form(crime, parent=fiction.pk))

    [result] = default_task_backend.results
    assert result.task.name == "retag_books"
    assert result.kwargs == {"genre_id": crime.pk}


def test_a_genre_that_is_renamed_writes_no_book(staff_client):
    crime = GenreFactory()

    staff_client.post(f"/admin/catalog/genre/{crime.pk}/change/", genre_form(crime, name="Crimes"))

    assert default_task_backend.results == []
    assert not Book.objects.exists()


# Search


def found(staff_client, words: str) -> list[str]:
    page = staff_client.get("/admin/catalog/book/", {"q": words})
    return sorted(book.title for book in page.context["cl"].result_list)


@pytest.mark.parametrize(
    "words", ["bronte jane", "Jane Eyre", "0-14-144114-3", "9780141441146", "jane eyer"]
)
def test_staff_find_books_as_readers_do(staff_client, words):
    BookFactory(title="Jane Eyre", byline="Charlotte Brontë", ean="9780141441146")
    BookFactory(title="Emma", byline="Jane Austen")
    vocabulary.refresh()

    assert found(staff_client, words) == ["Jane Eyre"]


def test_staff_find_withdrawn_books_by_their_own_words(staff_client):
    BookFactory(title="Emma")
    BookFactory(title="Emmas", withdrawn_at=timezone.now())
    BookFactory(title="Quuxly", withdrawn_at=timezone.now())
    vocabulary.refresh()

    assert found(staff_client, "quuxly") == ["Quuxly"]
    assert "Emmas" in found(staff_client, "emmas")


def test_what_is_nowhere_is_not_found_in_the_admin(staff_client):
    BookFactory(title="Emma")

    assert found(staff_client, "xyzzy") == []
    assert found(staff_client, "?!") == []
