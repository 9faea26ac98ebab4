"""What the database itself refuses, whoever writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from catalog.models import (
    AlsoLiked,
    Book,
    Contribution,
    FacetCount,
    FeedRecord,
    Genre,
    MissedSearch,
    Publisher,
    Repricing,
    Series,
    Suggestion,
    Work,
)
from tests.factories import BookFactory, ContributorFactory, GenreFactory, receive

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_every_named_constraint_is_tried_in_this_file():
    source = Path(__file__).read_text(encoding="utf-8")
    models_here = apps.get_app_config("catalog").get_models()

    names = [rule.name for model in models_here for rule in model._meta.constraints]

    assert names
    assert [name for name in names if f'"{name}"' not in source] == []


@pytest.mark.parametrize("ean", ["", "123", "978014143958X", "978-014143958"])
def test_a_number_has_thirteen_digits(ean):
    with refused_by("catalog_book_ean_is_13_digits"):
        BookFactory(ean=ean)


def test_two_books_never_share_a_number():
    book = BookFactory()

    with refused_by("catalog_book_ean_once"):
        BookFactory(ean=book.ean)


@pytest.mark.parametrize("title", ["", " ", " \n\t "])
def test_a_title_is_not_blank(title):
    with refused_by("catalog_book_title_not_blank"):
        BookFactory(title=title)


def test_a_slug_is_not_empty():
    with refused_by("catalog_book_slug_not_empty"):
        BookFactory(slug="")


@pytest.mark.parametrize("title", ["源氏物語", "!!!", "Émile"])
def test_every_title_gives_a_slug_and_a_place_in_the_order(title):
    book = BookFactory.build(title=title, language="ja", stock=0)

    book.fill_derived()
    book.save()

    assert book.slug
    assert book.sort_title
    assert book.get_absolute_url() == f"/books/{book.ean}/{book.slug}/"


@pytest.mark.parametrize("price", [Decimal("0.00"), Decimal("-1.00")])
def test_a_price_is_more_than_nothing(price):
    with refused_by("catalog_book_price_positive"):
        BookFactory(price=price)


def test_a_book_may_be_without_a_price():
    book = BookFactory(price=None)

    assert Book.objects.get(pk=book.pk).price is None


def test_stock_is_not_negative():
    book = BookFactory(stock=1)

    with refused_by("catalog_book_stock_not_negative"):
        receive(book, -2)


@pytest.mark.parametrize(
    ("total", "count", "counts"),
    [
        (5, 1, [0, 0, 0, 0, 0]),
        (5, 1, [0, 0, 0, 1, 0]),
        (5, 2, [0, 0, 0, 0, 1]),
        (4, 1, [0, 0, 0, 1]),
        (4, 1, [0, 0, 0, 1, None]),
        (4, 1, [0, 0, 0, 1, 0, 0]),
        (7, 1, [-1, 0, 0, 2, 0]),
    ],
)
def test_sum_and_number_of_ratings_are_those_of_the_five_stars(total, count, counts):
    book = BookFactory()

    with refused_by("catalog_book_ratings_add_up"):
        Book.objects.filter(pk=book.pk).update(
            rating_sum=total, rating_count=count, rating_counts=counts
        )


def test_the_lowest_and_the_highest_ratings_are_kept():
    lowest = BookFactory(rating_sum=10, rating_count=10)
    highest = BookFactory(rating_sum=50, rating_count=10)

    kept = dict(Book.objects.values_list("pk", "rating_counts"))
    assert kept == {lowest.pk: [10, 0, 0, 0, 0], highest.pk: [0, 0, 0, 0, 10]}


def test_one_person_does_one_job_for_a_book_once():
    book, author = BookFactory(), ContributorFactory()
    Contribution.objects.create(book=book, contributor=author)

    with refused_by("catalog_contribution_once"):
        Contribution.objects.create(book=book, contributor=author, position=1)


def test_one_person_may_do_two_jobs_for_a_book():
    book, author = BookFactory(), ContributorFactory()
    Contribution.objects.create(book=book, contributor=author)
    Contribution.objects.create(book=book, contributor=author, role=Contribution.Role.ILLUSTRATOR)

    assert book.contributions.count() == 2


def test_two_top_genres_never_share_a_name_in_any_case():
    GenreFactory(name="Poetry")

    with refused_by("catalog_genre_name"):
        GenreFactory(name="POETRY")


def test_two_genres_of_one_parent_never_share_a_name():
    fiction = GenreFactory(name="Fiction")
    GenreFactory(name="Crime", parent=fiction)

    with refused_by("catalog_genre_name"):
        GenreFactory(name="crime", parent=fiction)


def test_genres_of_different_parents_may_share_a_name():
    for parent in (GenreFactory(name="Fiction"), GenreFactory(name="True stories")):
        GenreFactory(name="Crime", parent=parent)

    assert Genre.objects.filter(name="Crime").count() == 2


def test_a_genre_is_not_its_own_parent():
    genre = GenreFactory()

    with refused_by("catalog_genre_not_its_own_parent"):
        Genre.objects.filter(pk=genre.pk).update(parent=genre)


def repricing(**fields) -> Repricing:
    now = timezone.now()
    return Repricing.objects.create(
        scope="All", kind="percent", value=5, ending="exact", starts_at=now, made_at=now, **fields
    )


def test_prices_go_back_only_after_they_have_changed():
    with refused_by("catalog_repricing_undone_only_when_done"):
        repricing(state="undone")


def test_a_change_of_prices_names_a_book_once():
    lines = repricing().lines
    prices = {"book": BookFactory(), "old_price": 10, "new_price": 11}
    lines.create(**prices)

    with refused_by("catalog_repricedbook_once_per_change"):
        lines.create(**prices)


@pytest.mark.parametrize(("old", "new"), [(10, 10), (10, 0), (0, 10)])
def test_a_line_of_it_changes_a_price_to_another(old, new):
    lines = repricing().lines

    with refused_by("catalog_repricedbook_changes_a_price"):
        lines.create(book=BookFactory(), old_price=old, new_price=new)


def test_a_movement_of_no_copies_is_refused():
    book = BookFactory()

    with refused_by("catalog_stockmovement_not_zero"):
        receive(book, 0)


@pytest.mark.parametrize(
    ("field", "rule"),
    [("name", "catalog_contributor_name_once"), ("slug", "catalog_contributor_slug_once")],
)
def test_a_contributor_is_entered_once(field, rule):
    austen = ContributorFactory()

    with refused_by(rule):
        ContributorFactory(**{field: getattr(austen, field)})


def test_a_feed_joins_one_work():
    Work.objects.create(title="Emma", key="emma|jane austen")

    with refused_by("catalog_work_key_once"):
        Work.objects.create(title="Emma", key="emma|jane austen")


@pytest.mark.parametrize("model", [Publisher, Series])
def test_a_publisher_or_series_is_entered_once(model):
    name = "name" if model is Publisher else "title"
    model.objects.create(**{name: "Virago", "slug": "virago"})

    with refused_by(f"catalog_{model._meta.model_name}_{name}_key"):
        model.objects.create(**{name: "Virago", "slug": "virago-again"})


@pytest.mark.parametrize("name", ["publisher", "series"])
def test_what_a_book_belongs_to_cannot_be_deleted_before_it(name):
    owner = Book._meta.get_field(name).related_model.objects.create(slug="virago")
    BookFactory(**{name: owner})

    with pytest.raises(models.ProtectedError):
        owner.delete()


@pytest.mark.parametrize("number", ["9780141439587", "9791090636071"])
def test_the_isbn_is_the_number_of_a_book(number):
    assert Book(ean=number).isbn == number


@pytest.mark.parametrize("number", ["9790260000438", "2900000000018", "5449000000996"])
def test_music_goods_and_in_store_numbers_are_no_isbn(number):
    assert Book(ean=number).isbn is None


def test_a_book_has_something_to_search():
    book = BookFactory()

    with refused_by("catalog_book_search_text_filled"):
        Book.objects.filter(pk=book.pk).update(search_text="")


def test_a_tier_is_one_of_three():
    book = BookFactory()

    with refused_by("catalog_book_tier_from_0_to_2"):
        Book.objects.filter(pk=book.pk).update(tier=3)


@pytest.mark.parametrize("tax_class", ["", "delivery", "shoes"])
def test_a_book_is_taxed_as_goods(tax_class):
    with refused_by("catalog_book_tax_class_of_goods"):
        BookFactory(tax_class=tax_class)


def test_feeds_are_locked_out_of_what_they_bring():
    with refused_by("catalog_book_locks_known"):
        BookFactory(locked_fields=["title", "shelf"])


def test_a_book_is_withdrawn_for_a_record_that_was_deleted():
    with refused_by("catalog_feedrecord_withdrew_if_deleted"):
        FeedRecord.objects.create(reference="r", book=BookFactory(), withdrew=True)


def test_a_work_without_a_rule_has_no_key_rather_than_an_empty_one():
    with refused_by("catalog_work_key_not_empty"):
        Work.objects.create(title="Emma", key="")


def test_a_book_is_not_liked_with_itself_nor_twice():
    book, other = BookFactory.create_batch(2)
    AlsoLiked.objects.create(book=book, other=other, position=0)

    with refused_by("catalog_alsoliked_once"):
        AlsoLiked.objects.create(book=book, other=other, position=1)
    with refused_by("catalog_alsoliked_another_book"):
        AlsoLiked.objects.create(book=book, other=book, position=1)


def test_a_count_stands_once():
    FacetCount.objects.create(scope=0, tag=-1, books=3)

    with refused_by("catalog_facetcount_once"):
        FacetCount.objects.create(scope=0, tag=-1, books=4)


def test_a_suggestion_stands_once():
    row = {"kind": "book", "spelling": "emma", "label": "Emma", "address": "/e/", "weight": 1}
    Suggestion.objects.create(**row)

    with refused_by("catalog_suggestion_once"):
        Suggestion.objects.create(**row)


def test_a_missed_search_is_counted_by_the_day():
    MissedSearch.objects.create(words="xyzzy", day=date(2026, 11, 23))

    with refused_by("catalog_missedsearch_by_day"):
        MissedSearch.objects.create(words="xyzzy", day=date(2026, 11, 23))


def test_no_index_stands_in_another():
    """Each costs time for every new book, and the longer one answers the same questions."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT small.indexrelid::regclass, large.indexrelid::regclass
            FROM pg_index small JOIN pg_index large USING (indrelid)
            JOIN pg_class one ON one.oid = small.indexrelid
                AND one.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')
            JOIN pg_class other ON other.oid = large.indexrelid AND other.relam = one.relam
            WHERE indrelid::regclass::text LIKE 'catalog%' AND one.oid <> other.oid
                AND NOT small.indisunique
                AND large.indkey::text || ' ' LIKE small.indkey::text || ' %'
                AND large.indclass::text || ' ' LIKE small.indclass::text || ' %'
                AND small.indexprs IS NULL AND small.indpred IS NULL AND large.indpred IS NULL
        """)
        inside = cursor.fetchall()

    assert inside == []
