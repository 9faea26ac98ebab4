"""`manage.py load_demo`: the demo catalogue is on the shelves after one run, unchanged by a second."""

import csv
import hashlib
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import Sum

from catalog.models import Book, FrontTableEntry, Genre, StockMovement
from shop.demo import FOLDER
from shop.settling import Statistics
from tests.factories import BookFactory, GenreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def load_demo() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, stderr=StringIO())
    return out.getvalue()


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_the_demo_is_on_the_shelves(django_assert_max_num_queries) -> None:
    rows = read("books.csv")

    load_demo()

    assert Book.objects.count() == len(rows)
    copies = sum(int(row["stock"]) for row in rows)
    assert Book.objects.aggregate(Sum("stock"))["stock__sum"] == copies
    assert set(StockMovement.objects.values_list("who", "reason")) == {("load_demo", "opening")}
    genres = Genre.objects.values_list("slug", "name", "parent__slug", "mood")
    assert {(slug, name, parent or "", mood) for slug, name, parent, mood in genres} == {
        tuple(row.values()) for row in read("genres.csv")
    }
    table = FrontTableEntry.objects.order_by("position").values_list("book__ean", flat=True)
    assert list(table) == [row["ean"] for row in read("front_table.csv")]
    assert Genre.objects.filter(book_count__gt=0).exists()
    assert_first_book_is_whole(rows[0])
    with django_assert_max_num_queries(5):
        assert "already" in load_demo()


@pytest.mark.parametrize(
    ("stopped", "words", "books"),
    [
        ("shop.demo._lay_front_table", "Stopped. Nothing was loaded.", False),
        ("shop.settling.analyze", "Stopped. The books are loaded", True),
    ],
)
def test_whoever_stops_it_is_told_what_is_there(monkeypatch, stopped, words, books):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Statistics, "refresh", lambda self, created: None)
    monkeypatch.setattr(stopped, stop)
    with pytest.raises(CommandError, match=words) as told:
        load_demo()

    assert told.value.returncode == 130
    assert Book.objects.exists() is books


def assert_first_book_is_whole(row: dict[str, str]) -> None:
    book = Book.objects.select_related("text").get(ean=row["ean"])
    picture = (FOLDER / "covers" / row["cover"]).read_bytes()
    digest = hashlib.sha256(picture).hexdigest()[:8]
    assert book.cover_image.name == f"covers/{book.ean}-{digest}.webp"
    assert (book.cover_width, book.cover_height) == (400, 600)
    assert default_storage.open(book.cover_image.name).read() == picture
    assert book.text.description.startswith(row["description"][:40])
    assert (book.isbn, str(book.price)) == (None, row["price"])
    wanted = [slug.strip() for slug in row["genres"].split(";")]
    assert {genre.slug for genre in book.genres.all()} == set(wanted)


@pytest.mark.slow
def test_the_demo_finds_room_beside_what_is_there() -> None:
    mine = BookFactory(title="Mine", stock=2)
    poetry = GenreFactory(name="Poetry", slug="poetry")
    FrontTableEntry.objects.create(book=mine)

    load_demo()

    assert FrontTableEntry.objects.get().book == mine
    assert poetry.books.exists()
    assert Genre.objects.get(slug="poetry").mood == "poetry"
    assert Book.objects.get(pk=mine.pk).stock == 2
