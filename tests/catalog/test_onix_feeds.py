"""Real feeds of publishers are read to their end: each record is a book, a deletion, or skipped with
a reason."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from catalog.feeds.onix.reader import OnixReader
from catalog.feeds.onix.source import open_source
from catalog.feeds.reading import Batch
from catalog.feeds.writer import write_books
from catalog.models import Book

TODAY = date(2026, 11, 27)
# (books, deletions, skipped) where not all records are books.
NOT_ALL_BOOKS = {
    "edge_cases/invalid_textformat.xml": (0, 0, 1),
    "edge_cases/invalid_textformat_cdata.xml": (0, 0, 1),
    "edge_cases/invalid_textformat_cdata_xhtml.xml": (0, 0, 1),
    "edge_cases/other-publication-date-format.xml": (0, 0, 1),
    "edge_cases/product_invalid_pubdate.xml": (0, 0, 1),
    "edge_cases/test_prices_with_multiple_periods.xml": (0, 0, 1),
    "real_2.1/allen_unwin_au_20080328_238products.xml": (234, 0, 4),
    "real_2.1/bookwise_au_20080423_346products.xml": (345, 0, 1),
    "real_2.1/jouve_fr.xml": (0, 0, 1),
    "real_2.1/wiley_20160430.xml": (0, 0, 1),
    "real_3.0/anonymised_fr_audio.xml": (0, 0, 1),
    "real_3.0/anonymised_fr_embargo_date.xml": (0, 0, 1),
    "real_3.0/anonymised_fr_streaming.xml": (0, 0, 1),
    "real_3.0/anonymised_fr_unqualified_prices.xml": (0, 0, 1),
    "real_3.0/hbz_de_testdummy.xml": (0, 0, 1),
    "real_3.0/hub_numerique_fr_bad_content_date.xml": (0, 0, 1),
    "real_3.0/hub_numerique_fr_ean03only_nons.xml": (0, 0, 1),
    "real_3.0/hub_numerique_fr_price_tba.xml": (0, 0, 1),
    "real_3.0/immateriel_fr_fixed_layout.xml": (0, 0, 1),
    "real_3.0/immateriel_fr_illustrations.xml": (0, 0, 4),
    "real_3.0/immateriel_fr_multiformat_4products_oldns.xml": (0, 0, 4),
    "real_3.0/immateriel_fr_reflowable.xml": (0, 0, 1),
    "real_3.0/macmillan_au_20180621_21products.xml": (20, 0, 1),
    "real_3.0/nypl_short_tags_2products.xml": (0, 0, 2),
    "real_3.0/product_only_many_prices.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__audiobook_ai_cloned_voice.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__lending_example.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__onix_audiobook_example.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__onix_deleted_product_example.xml": (0, 1, 0),
    "samples_3.x/elibri_pl__onix_ebook_extent_example.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__onix_ebook_with_files_example.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__onix_epub_details_example.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__onix_exclusive_distributor_example.xml": (0, 0, 1),
    "samples_3.x/elibri_pl__onix_territorial_rights_example.xml": (1, 0, 1),
    "samples_3.x/elibri_pl__onix_unlimited_book_sample_example.xml": (0, 0, 1),
    "samples_3.x/google_sample_3.0_invalid.xml": (0, 0, 1),
    "samples_3.x/google_sample_3.0_valid.xml": (0, 0, 1),
    "samples_3.x/onix-data_anonymised_3.0_50products.xml": (0, 0, 50),
    "samples_3.x/standardebooks_3.1_accessibility.xml": (0, 0, 1),
}
ALLEN = "real_2.1/allen_unwin_au_20080328_238products.xml"
BOOKWISE = "real_2.1/bookwise_au_20080423_346products.xml"
PERIBO = "real_2.1/peribo_au_20080122_407products_invalid_utf8.xml"
MACMILLAN = "real_3.0/macmillan_au_20180621_21products.xml"
INGRAM = "real_2.1/ingram_us_20201119_5products_short_latin1.xml"
GAME = "samples_3.x/elibri_pl__onix_board_game_example.xml"
EDITEUR = "samples_3.x/editeur_globalbookinfo_3."


@pytest.fixture(scope="session")
def onix_folder(data_folder: Path) -> Path:
    return data_folder / "onix"


@cache
def read(path: Path) -> Batch:
    return OnixReader(path, today=TODAY).read(1000, with_derived=True)


def test_every_record_of_every_file_is_accounted_for(onix_folder):
    with (onix_folder / "index.csv").open(encoding="utf-8") as lines:
        index = {row["file"]: int(row["products"]) for row in csv.DictReader(lines)}
    expected = {file: NOT_ALL_BOOKS.get(file, (products, 0, 0)) for file, products in index.items()}

    found = {}
    for file in index:
        batch = read(onix_folder / file)
        found[file] = (len(batch.rows), len(batch.deletions), batch.skipped)
        # Whatever is skipped says why, with its line and what its sender calls it.
        reasons = [problem for problem in batch.problems if problem.row_is_skipped]
        assert len(reasons) == batch.skipped
        assert all(one.line and one.record and one.field and one.reason for one in reasons)

    assert found == expected
    assert {file: sum(counts) for file, counts in found.items()} == index


def test_what_is_skipped_is_nothing_to_sell(onix_folder):
    skipped = Counter(
        problem.reason
        for file in NOT_ALL_BOOKS
        for problem in read(onix_folder / file).problems
        if problem.row_is_skipped and "same book" not in problem.reason
    )

    assert skipped == {
        "A download or e-book, which the shop does not sell.": 85,
        "No title.": 5,
        "A pack for the trade, not for readers.": 4,
        "Something for the trade, not for readers.": 1,
    }


def test_bytes_of_windows_are_letters(onix_folder):
    text = "".join(piece.xml for piece in open_source(onix_folder / PERIBO).pieces())

    assert not {"\ufffd", "\x92", "\x96"} & set(text)
    assert text.count("’") + text.count("—") > 250


@pytest.mark.slow
def test_a_second_import_changes_nothing(onix_folder, db):
    """Whatever is read fits into the database, and is found there as it was read."""
    feeds = [
        read(onix_folder / file) for file in (ALLEN, BOOKWISE, PERIBO, MACMILLAN, INGRAM, GAME)
    ]
    now = datetime(2026, 11, 27, tzinfo=UTC)

    first = [write_books(feed.rows, now=now, derived=feed.derived) for feed in feeds]
    second = [write_books(feed.rows, now=now, derived=feed.derived) for feed in feeds]

    assert [len(result.created) for result in first] == [len(feed.rows) for feed in feeds]
    assert [result.unchanged for result in second] == [len(feed.rows) for feed in feeds]
    assert Book.objects.get(ean="5902719470332").tax_class == "other"
    assert Book.objects.get(ean="9780571240555").tax_class == "book"


def by(author: str, role: str = "A01") -> dict[str, Any]:
    return {"contributors": ((author, role),)}


ACTIVE = {"publishing_status": "active"}
AUSTRALIAN = {**ACTIVE, "price": None, "on_sale_on": None}
# Read off the files by eye.
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    (
        ALLEN,
        "9781741149982",
        {
            **AUSTRALIAN,
            **by("Kate Morton"),
            "line": 9,
            "title": "The Forgotten Garden",
            "publisher": "Allen & Unwin",
            "genres": (("Fiction",),),
            "published_on": date(2008, 7, 1),
            "pages": 500,
            "height_mm": 230,
            "width_mm": 152,
            "weight_g": 300,
            "format": "paperback",
            "reference": "1741149983",
        },
    ),
    (
        ALLEN,
        "9781741754995",
        {
            **by("Greg Moore"),
            "title": "Tom Wills",
            "subtitle": "His spectacular rise and tragic fall",
            "genres": (("Biography and letters",),),
            "pages": 342,
        },
    ),
    (
        ALLEN,
        "9780571240555",
        {
            **by("Michael Frayn"),
            "title": "Stage Directions",
            "publisher": "Faber",
            "format": "hardback",
            "published_on": date(2008, 7, 10),
            "genres": (),
        },
    ),
    (ALLEN, "9781840468779", {**by("Keith Laidler"), "title": "Surveillance Unlimited"}),
    (
        ALLEN,
        "9780747592884",
        {**by("Jocelyn Hurndall"), **AUSTRALIAN, "title": "My Son Tom", "pages": None},
    ),
    (ALLEN, "9780733322396", {"title": "Fat Pat", "height_mm": 244, "genres": (("Children",),)}),
    # Its width is “129MM”.
    (ALLEN, "9780571219667", {**by("Carol Ann Duffy"), "title": "The Hat", "width_mm": None}),
    (
        MACMILLAN,
        "9781509886036",
        {
            **ACTIVE,
            **by("Janet Vokes"),
            "title": "Dream Horse",
            "language": "en",
            "publisher": "Pan Macmillan UK",
            "published_on": date(2019, 4, 1),
            "on_sale_on": date(2019, 4, 1),
            "pages": 320,
            "height_mm": 208,
            "format": "hardback",
            "genres": (("Biography and letters",), ("Sport",)),
        },
    ),
    (
        MACMILLAN,
        "9781742612317",
        {
            **by("Fiona Wood"),
            "title": "Wildlife",
            "thickness_mm": 25,
            "weight_g": 282,
            "format": "paperback",
        },
    ),
    (
        MACMILLAN,
        "9781509820634",
        {
            **by("Axel Scheffler"),
            "title": "Mother Goose's Nursery Rhymes",
            "format": "",
            "pages": 26,
        },
    ),
    (BOOKWISE, "9788496263925", {**by("E Nepilly"), "title": "Hip Lounging Japan", "pages": 192}),
    (BOOKWISE, "9784770030634", {**by("Matsuo Basho"), "title": "Basho The Complete Haiku"}),
    (
        BOOKWISE,
        "9780714846934",
        {**by('"WALLPAPER" MAGAZINE'), "title": "Paris", "genres": (("Travel",),)},
    ),
    (
        PERIBO,
        "9781598692143",
        {
            **AUSTRALIAN,
            **by("John Mariotti"),
            "title": "The Complexity Crisis",
            "publisher": "Adams",
            "published_on": date(2008, 4, 15),
            "genres": (("Business",),),
        },
    ),
    (
        PERIBO,
        "9781840220636",
        {"title": "The Wordsworth Collection of Children's Classic Tales", "contributors": ()},
    ),
    (PERIBO, "9781841612584", {**by("Charles M Schulz"), "format": "hardback"}),
    (PERIBO, "9781906094577", {**by("Nigel Suckling"), "title": "Dragon Tarot"}),
    (
        INGRAM,
        "9781680506365",
        {
            **ACTIVE,
            **by("Kevin Hoffman"),
            "title": "Programming Webassembly with Rust",
            "height_mm": 235,
            "width_mm": 190,
            "thickness_mm": 13,
            "weight_g": 417,
            "pages": 240,
            "price": Decimal("36.99"),
            "reference": "062124983",
        },
    ),
    (INGRAM, "9780062651235", {"title": "Blood, Sweat, and Pixels", "price": None}),
    (
        INGRAM,
        "9781839214110",
        {
            "contributors": (("Mario Casciaro", "A01"), ("Luciano Mammino", "A01")),
            "price": Decimal("37.99"),
            "published_on": date(2020, 7, 28),
        },
    ),
    (
        INGRAM,
        "9781593276676",
        {
            "title": "The Maker's Guide to the Zombie Apocalypse",
            "genres": (("Inventions and engineering",), ("Food, home and games",)),
            "price": Decimal("19.99"),
        },
    ),
    (
        INGRAM,
        "9780486478838",
        {
            **by("Greg Michaelson"),
            "series": "Dover Books on Mathematics",
            "price": Decimal("23.99"),
        },
    ),
    (
        "real_2.1/baylor_up_short.xml",
        "9781602581869",
        {
            "contributors": (
                ("Beth Allison Barr", "B01"),
                ("Bill J. Leonard", "B01"),
                ("Mikeal C. Parsons", "B01"),
                ("C. Douglas Weaver", "B01"),
            ),
            "subtitle": "Four Centuries of Baptist Interpretation",
            "pages": 1000,
            "height_mm": 254,
            "price": Decimal("66.99"),
        },
    ),
    (
        "real_2.1/newbooks_alma_881.xml",
        "9783030954185",
        {
            "series": "Studies in Big Data",
            "series_number": "105",
            "publisher": "Springer",
            "pages": 349,
            "weight_g": 697,
            "price": Decimal("129.99"),
        },
    ),
    (
        "real_3.0/prisjakt_doc_bokrondellen_style_se.xml",
        "9780521614320",
        {**by("Noel Goodey"), "title": "Messages 2 class cds", "height_mm": 134, "price": None},
    ),
    (
        "edge_cases/control_chars.xml",
        "9780194351898",
        {"title": "OXFORDPICTURE DICTIONARY CHINESE", "weight_g": 720, **by("SHAPIRO")},
    ),
    ("edge_cases/utf_16.xml", "9781742169347", {**by("Hans Küng"), "pages": 304}),
    (
        "edge_cases/extra_entities.xml",
        "9780470048948",
        {"title": "Ipod® & Itunes® for Dummies®, 4th Edition", "line": 1},
    ),
    ("edge_cases/entities.xml", "9780732287573", {"title": "High Noon–in Nimbin"}),
    (
        GAME,
        "5902719470332",
        {"title": "Jamniki", "tax_class": "other", "genres": (("Gry planszowe",),)},
    ),
    (
        "samples_3.x/elibri_pl__all_possible_tags.xml",
        "9788324799992",
        {"series_number": "Vol. 1", "published_precision": "year", "language": "pl"},
    ),
]


@pytest.mark.parametrize(("file", "ean", "expected"), RECORDS, ids=[one[1] for one in RECORDS])
def test_records_say_what_one_reads_in_them(onix_folder, file, ean, expected):
    [row] = [row for row in read(onix_folder / file).rows if row.ean == ean]

    assert {name: getattr(row, name) for name in expected} == expected


@pytest.mark.parametrize("release", ["0", "1"])
def test_short_tags_say_the_same_as_reference_names(onix_folder, release):
    [short] = read(onix_folder / f"{EDITEUR}{release}_short.xml").rows
    [long] = read(onix_folder / f"{EDITEUR}1_ref.xml").rows

    assert short._replace(line=0) == long._replace(line=0, reference=short.reference)


def test_a_deletion_names_what_it_takes_back(onix_folder):
    batch = read(onix_folder / "samples_3.x/elibri_pl__onix_deleted_product_example.xml")

    [deletion] = batch.deletions
    assert (deletion.line, deletion.ean) == (9, "9788324799992")
    assert deletion.reference == "fdb8fa072be774d97a97"
    assert deletion.sent_at is not None


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("announced", "active"),
        ("preorder", "active"),
        ("cancelled", "cancelled"),
        ("indefinitely_postponed", "postponed"),
        ("out_of_print", "out_of_print"),
        ("published", "active"),
    ],
)
def test_what_a_supplier_says_decides_what_can_be_had(onix_folder, name, status):
    [row] = read(onix_folder / f"samples_3.x/elibri_pl__onix_{name}_product_example.xml").rows

    assert row.publishing_status == status
