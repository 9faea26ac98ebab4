"""The demo catalogue in catalog/demo: sound, small, and made by its own script."""

import csv
import importlib.util
import re
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "catalog" / "demo"
MOODS = {"gothic", "sf", "sea", "novel", "poetry", "ideas", "nature", "crime", "child"}
FORMATS = {"paperback", "pocket", "hardback", "clothbound", "large_print"}
ROLES = {"editor", "translator", "illustrator", "introduction"}


def read(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


BOOKS = read("books.csv")
GENRES = {genre["slug"]: genre for genre in read("genres.csv")}


def build_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_build", DEMO / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their own module up while they are made.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "demo_build", module)
        spec.loader.exec_module(module)
    return module


def check_digit_is_right(ean: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(ean)) % 10 == 0


def test_there_are_about_five_thousand_books_in_many_languages():
    assert 4_500 <= len(BOOKS) <= 5_500
    assert len({book["language"] for book in BOOKS}) >= 20
    assert sum(book["publisher"] == "Standard Ebooks" for book in BOOKS) == 52


def test_every_number_is_an_ean_of_the_shops_own_range_and_used_once():
    eans = [book["ean"] for book in BOOKS]
    assert len(set(eans)) == len(eans)
    assert [ean for ean in eans if not re.fullmatch(r"20[12]\d{10}", ean)] == []
    assert [ean for ean in eans if not check_digit_is_right(ean)] == []


def test_the_genre_tree_has_no_orphans_and_no_cycles():
    for genre in GENRES.values():
        seen, parent = {genre["slug"]}, genre["parent"]
        while parent:
            assert parent in GENRES, genre
            assert parent not in seen, genre
            seen.add(parent)
            parent = GENRES[parent]["parent"]


def test_genres_have_a_name_and_a_mood():
    assert len(GENRES) == len(read("genres.csv"))
    assert [genre for genre in GENRES.values() if not genre["name"]] == []
    assert {genre["mood"] for genre in GENRES.values()} == MOODS


def test_every_book_stands_in_one_to_three_known_genres():
    for book in BOOKS:
        slugs = book["genres"].split("; ")
        assert 1 <= len(set(slugs)) == len(slugs) <= 3, book
        assert set(slugs) <= set(GENRES), book


def test_titles_are_there_and_tidy():
    untidy = re.compile(r"^$|^\s|\s$|\s\s|\$b|\n|[\[{]|.{301}")
    texts = [book["title"] for book in BOOKS] + [book["subtitle"] or "-" for book in BOOKS]
    assert [text for text in texts if untidy.search(text)] == []


def test_authors_are_in_printed_order_with_known_roles():
    people = [person for book in BOOKS for person in book["authors"].split("; ") if person]
    roles = {match[1] for person in people if (match := re.search(r" \[(.*)\]$", person))}
    names = {re.sub(r" \[.*\]$", "", person) for person in people}
    assert roles <= ROLES
    assert {name for name in names if re.search(r"[,()\d]|\s\s", name)} == {"Alfred, Lord Tennyson"}


def test_what_is_invented_stays_in_range():
    for book in BOOKS:
        assert book["format"] in FORMATS, book
        assert 32 <= int(book["pages"]) <= 1_700, book
        assert 110 <= int(book["width_mm"]) < int(book["height_mm"]) <= 246, book
        assert 2 <= int(book["thickness_mm"]) <= 80, book
        assert 40 <= int(book["weight_g"]) <= 3_500, book
        assert Decimal("4.99") <= Decimal(book["price"]) <= 45, book
        assert book["price"].endswith((".99", ".50")), book
        assert 0 <= int(book["stock"]) <= 40, book


def test_some_books_are_sold_out_and_some_nearly():
    stocks = [int(book["stock"]) for book in BOOKS]
    assert 0.05 < sum(stock == 0 for stock in stocks) / len(stocks) < 0.12
    assert 0.05 < sum(1 <= stock <= 3 for stock in stocks) / len(stocks) < 0.15


def test_dates_and_blurbs_belong_to_standard_ebooks_alone():
    for book in BOOKS:
        dated = book["publisher"] == "Standard Ebooks"
        assert bool(book["published_on"]) == bool(book["cover"]) == dated, book
        assert bool(book["description"]) == dated, book
        assert not re.search(r"<[a-z/]|&[a-z]+;", book["description"]), book


def test_covers_are_all_there_and_all_used():
    named = {book["cover"] for book in BOOKS if book["cover"]}
    assert named == {path.name for path in (DEMO / "covers").iterdir()}


def test_the_front_table_shows_eight_books_with_covers():
    covers = {book["ean"]: book["cover"] for book in BOOKS}
    eans = [row["ean"] for row in read("front_table.csv")]
    assert len(set(eans)) == 8
    assert all(covers[ean] for ean in eans)


def test_the_whole_demo_is_small_enough_to_ship():
    files = [path for path in DEMO.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 6_000_000


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(tmp_path, data_folder):
    build_module().main(data_folder, tmp_path, covers=False)
    for name in ("books.csv", "front_table.csv"):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name
