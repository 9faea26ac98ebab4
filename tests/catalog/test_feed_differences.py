"""What a feed would change is what it changes, and saying so writes nothing."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.feeds import upsert
from catalog.feeds.differences import (
    Difference,
    count_kinds,
    differences,
    field_text,
    in_words,
    value_text,
)
from catalog.feeds.rows import BookRow
from catalog.locks import Lock
from catalog.models import Book
from tests.catalog.test_feed_writer import WHOLE, many, versions, write
from tests.catalog.test_locked_fields import OTHER, book_of
from tests.factories import BookFactory, nth_ean

pytestmark = pytest.mark.django_db

# Worked out from other columns, so that nobody needs to be told of them.
FOLLOWS = {"slug", "sort_title", "search_text", "search", "tags", "series_position"}
# Told by the names that they refer to.
REFERS = {"publisher_id", "series_id"}
SAID = [name for name in BookRow._fields if name not in {"line", "ean", "reference", "sent_at"}]


def stored(rows: Sequence[BookRow]) -> dict[str, dict[str, Any]]:
    known = Book.objects.filter(ean__in=[row.ean for row in rows]).values_list("ean", flat=True)
    return {ean: book_of(ean) for ean in known}


def really_changed(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str]]:
    """The (EAN, field) pairs of all that a write has changed, as differences() names them."""
    found = {(ean, "new") for ean in after.keys() - before.keys()}
    for ean, book in before.items():
        names = {name for name in book if book[name] != after[ean][name]} - FOLLOWS - REFERS
        found |= {(ean, name.removesuffix("_id")) for name in names}
    return found


def check(rows: Sequence[BookRow]) -> list[Difference]:
    """That a feed does what differences() says; which is returned."""
    before, untouched = stored(rows), versions()

    found = differences(rows)

    assert versions() == untouched
    result = write(*rows)
    after = stored(rows)
    assert {(one.ean, one.field) for one in found} == really_changed(before, after)
    assert {one.ean for one in found if one.kind == "new"} == set(result.created)
    assert {one.ean for one in found if one.kind != "new"} == result.updated
    for one in found:
        if one.field in after[one.ean] and one.field not in {"people", "genres"}:
            assert one.before == str(before[one.ean][one.field] or "")
            assert one.after == str(after[one.ean][one.field])
    assert differences(rows) == []
    return found


@pytest.mark.parametrize("field", [name for name in SAID if not name.startswith("outside")])
def test_a_dry_run_says_what_a_real_one_does_to_each_field(field: str) -> None:
    write(WHOLE)

    found = check([WHOLE._replace(**{field: getattr(OTHER, field)})])

    assert found
    assert {one.kind for one in found} <= set(Lock) | {"out_of_print"}


def test_a_dry_run_says_what_a_real_one_does_to_a_mixture(request: pytest.FixtureRequest) -> None:
    chance = random.Random(request.node.nodeid)
    known = many(60, start=1)
    write(*known)
    for row in chance.sample(known, 20):
        locks = chance.sample(Lock.values, 4)
        Book.objects.filter(ean=row.ean).update(locked_fields=locks)
    Book.objects.filter(ean__in=[row.ean for row in chance.sample(known, 10)]).update(work=None)

    sent = []
    for row in [*known, *many(10, start=2000)]:
        changed = {name: getattr(OTHER, name) for name in chance.sample(SAID, chance.randrange(4))}
        silent = {chance.choice(["price", "pages", "published_on"]): None}
        sent.append(row._replace(**silent | changed))
    found = check(sent)

    kinds = count_kinds(found)
    assert kinds["new"] == 10
    assert kinds["work"]
    assert len(kinds) > len(Lock)


def test_people_and_genres_are_told_as_staff_read_them() -> None:
    write(WHOLE)
    genres = (("fiction", "Classics"), ("Fiction", "Poetry"))
    sent = WHOLE._replace(contributors=(("Albert Camus", "A01"),), genres=genres)

    told = {one.field: (one.before, one.after) for one in differences([sent])}

    assert told == {
        "people": ("by Albert Camus, translated by Matthew Ward", "by Albert Camus"),
        "genres": ("Fiction / Classics, Philosophy", "Fiction / Classics, Fiction / Poetry"),
    }


def test_kinds_are_counted_by_books_and_told_in_words() -> None:
    old, older = BookFactory.create_batch(2, price=10, pages=None, weight_g=None)
    found = differences(
        [
            BookRow(2, nth_ean(7001), "A new one", price=Decimal("5.00")),
            BookRow(3, old.ean, old.title, price=Decimal("11.00"), pages=100, weight_g=200),
            BookRow(
                4, older.ean, older.title, price=Decimal("9.00"), publishing_status="out_of_print"
            ),
        ]
    )

    kinds = count_kinds(found)

    assert kinds == {"new": 1, "price": 2, "out_of_print": 1, "measures": 1}
    assert in_words(kinds) == "1 new, 2 prices, 1 out of print, measures of 1 book"
    assert in_words({}) == ""


def test_every_kind_has_words() -> None:
    kinds = [*Lock.values, "new", "out_of_print", "work", "ratings"]

    assert all(in_words({kind: 2}) for kind in kinds)


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows() -> None:
    few, more = many(2, start=1000), many(200, start=2000)
    write(*few, *more)
    counts = []
    for rows in (few, more):
        with CaptureQueriesContext(connection) as captured:
            assert differences([row._replace(title="Another", genres=OTHER.genres) for row in rows])
        counts.append(len(captured))

    assert counts[0] == counts[1] < 14


def test_each_field_has_a_name_for_pages_and_choices_are_in_words():
    names = {field_text(field) for field in upsert._TOLD}
    assert names >= {"new book", "contributors", "title", "description"}
    assert value_text("format", "hardback") == "Hardback"
    for field in ("title", "new", "people", "description", "genres"):
        assert value_text(field, "hardback") == "hardback"
