"""What the fields of a MARC record say of a book: the words of libraries in those of a shop."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.feeds.marc.publication import pages_in, size_in, year_in
from catalog.feeds.marc.reader import MarcReader
from catalog.feeds.marc.texts import bare
from catalog.feeds.rows import BookRow, Problem
from catalog.models import Contribution

from .marc import book, data

A, B, ILL, T, F = (
    Contribution.Role.AUTHOR,
    Contribution.Role.EDITOR,
    Contribution.Role.ILLUSTRATOR,
    Contribution.Role.TRANSLATOR,
    Contribution.Role.INTRODUCTION,
)


@pytest.fixture
def row_of(tmp_path: Path):
    def read(*fields: tuple[str, bytes], **options: str) -> BookRow:
        path = tmp_path / "one.mrc"
        path.write_bytes(book(*fields, **options))
        batch = MarcReader(path, today=date(2026, 11, 27)).read(10, with_derived=False)
        problems.extend(batch.problems)
        return batch.rows[0]

    problems: list[Problem] = []
    read.problems = problems
    return read


# Titles


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The war game /", "The war game"),
        ("Die broke :", "Die broke"),
        ("Capital versus labour under high growth.", "Capital versus labour under high growth"),
        ("Perl conference 4.0.", "Perl conference 4.0"),
        ("To be continued ...", "To be continued ..."),
        ("[Imperial military school, Ṣanʻāʾ]", "Imperial military school, Ṣanʻāʾ"),
        ("S. 2479, etc.", "S. 2479, etc."),
        ("Made in the U.S.A. /", "Made in the U.S.A."),
        ("A place : its people ; its past /", "A place: its people; its past"),
        ("Who goes there? /", "Who goes there?"),
        (" / ", ""),
    ],
)
def test_punctuation_of_catalogues_is_taken_off(text, plain):
    assert bare(text) == plain


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from(" .,:;/=[]aÀж漢()'\"-5"), max_size=12))
def test_what_is_bare_stays_as_it_is(text):
    assert bare(bare(text)) == bare(text)


def test_a_title_keeps_its_article_and_its_parts(row_of):
    row = row_of(
        ("245", data("14", "aThe Iliad :", "ba poem.", "nBook 1,", "pThe quarrel /", "cHomer."))
    )

    assert (row.title, row.subtitle) == ("The Iliad. Book 1, The quarrel", "a poem")


def test_a_record_in_two_scripts_gives_the_one_on_the_cover(row_of):
    row = row_of(
        ("100", data("1 ", "6880-01", "aLyons, Daniel,", "d1960-")),
        ("245", data("10", "6880-02", "aQiaobusi de mi mi ri ji /", "cLiu Ning yi.")),
        ("260", data("  ", "aBeijing :", "bRoman,", "c2010.")),
        ("650", data(" 0", "6880-05", "aExecutives", "vFiction.")),
        ("700", data("1 ", "6880-04", "aLiu, Ning.", "4trl")),
        ("880", data("10", "6245-02/$1", "a乔布斯的秘密日记 /", "c刘宁译.")),
        ("880", data("1 ", "6700-04/$1", "a刘, 宁.")),
        ("880", data("  ", "6260-00/$1", "b中信出版社,")),
        ("880", data(" 0", "6650-05/$1", "a小说")),
    )

    assert row.title == "乔布斯的秘密日记"
    # Where a field stands in one script only, that is the one.
    assert row.contributors == (("Daniel Lyons", A), ("刘宁", T))
    assert row.publisher == "Roman"
    assert row.genres == ()


# People


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (data("1 ", "aHunt, Andrew,", "d1964-"), "Andrew Hunt"),
        (data("1 ", "aPhilbrick, W. R.", "q(W. Rodman)"), "W. R. Philbrick"),
        (data("0 ", "aHomer."), "Homer"),
        (data("0 ", "aJohn Paul", "bII,", "cPope,", "d1920-2005."), "John Paul II"),
        (data("1 ", "aKing, Martin Luther,", "cJr.,", "d1929-1968."), "Martin Luther King Jr."),
        (data("1 ", "aSt. John, Noah,"), "Noah St. John"),
        (data("1 ", "a[Villars, Pierre,", "cmarquis de,"), "Pierre Villars"),
        (data("1 ", "aBridgham, Gladys Ruth. [from old catalog]"), "Gladys Ruth Bridgham"),
        (data("1 ", "a村上, 春樹,", "d1949-"), "村上春樹"),
        (data("1 ", "aمودن، عبد الرحيم."), "عبد الرحيم مودن"),
        (data("1 ", "aPetrushevskai︠a︡, Li︠u︡dmila"), "Liudmila Petrushevskaia"),
    ],
)
def test_names_are_as_covers_have_them(row_of, field, name):
    assert row_of(("100", field)).contributors == ((name, A),)


def test_a_body_may_be_the_author(row_of):
    row = row_of(("110", data("2 ", "aSchool Mathematics Project.", "bWorking Party.")))

    assert row.contributors == (("School Mathematics Project. Working Party", A),)


def test_a_name_without_letters_is_none(row_of):
    row = row_of(("100", data("00", "bROBA", "c1")), ("700", data("1 ", "a.")))

    assert row.contributors == ()


@pytest.mark.parametrize(
    ("term", "roles"),
    [
        ("4edt", [B]),
        ("4http://id.loc.gov/vocabulary/relators/ill", [ILL]),
        ("eeditor.", [B]),
        ("ecomp.", [B]),
        ("eill.", [ILL]),
        ("ephotographer.", [ILL]),
        ("etr. [and] ed.", [T, B]),
        ("eauthor of introduction, etc.", [F]),
        ("ewriter of foreword.", [F]),
        ("ejoint author.", [A]),
        ("eÜbersetzer", [T]),
        ("eHrsg.", [B]),
        ("ecover artist.", []),
        ("enarrator.", [Contribution.Role.READER]),
        ("4pbl", []),
    ],
)
def test_roles_are_read_from_codes_and_terms(row_of, term, roles):
    row = row_of(("700", data("1 ", "aCase, Bernard,", term)))

    assert [role for _name, role in row.contributors] == roles


@pytest.mark.parametrize(
    ("statement", "role"),
    [
        ("Andrew Hunt, Bernard Case.", A),
        ("by Virginia L. Mullin. Illustrated by Bernard Case.", ILL),
        ("edited by Michael F. Goodchild, Bernard J. Case ; with a foreword by A. Square.", B),
        ("by Paul Tournier ; translated by Bernard S. Case.", T),
        ("Paul Tournier ; traduit du français par B. Case.", T),
        ("Paul Tournier ; herausgegeben von B. Case.", B),
        ("Noah St. John ; foreword by Bernard Case.", F),
    ],
)
def test_without_a_role_the_title_page_says_it(row_of, statement, role):
    row = row_of(
        ("245", data("10", "aA title /", f"c{statement}")), ("700", data("1 ", "aCase, Bernard."))
    )

    assert row.contributors == (("Bernard Case", role),)
    assert row_of.problems == []


def test_nobody_is_made_an_author_by_guessing(row_of):
    row = row_of(("700", data("1 ", "aKnight, Kathryn.")))

    assert row.contributors == ()
    (problem,) = row_of.problems
    assert (problem.field, problem.row_is_skipped) == ("700", False)
    assert problem.reason == "Nothing says what Kathryn Knight did for the book."


def test_people_of_other_works_are_left_out(row_of):
    row = row_of(
        ("100", data("1 ", "aDay, Thomas.")),
        ("700", data("12", "aWollstonecraft, Mary.", "tOriginal stories from real life.")),
        ("700", data("1 ", "aDAY, Thomas.", "4aut")),
    )

    assert row.contributors == (("Thomas Day", A),)


# Publication


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1982.", "1982"),
        ("c1994", "1994"),
        ("cc1998.", "1998"),
        ("©2010", "2010"),
        ("cop. 1987", "1987"),
        ("[1987?]", "1987"),
        ("[1968, c1962]", "1968"),
        ("c.1998, c1993.", "1998"),
        ("1873 [i.e. 1973]", "1973"),
        ("Shōwa 46-47 [1971-1972]", "1971"),
        ("5765 [2005]", "2005"),
        ("DL 2017", "2017"),
        ("1880-1901.", "1880"),
        ("MDCCCXC.", "1890"),
        ("M.DCC.LXXXIX", "1789"),
        ("[between 1900 and 1909]", ""),
        ("[197-?]", ""),
        ("[n.d.]", ""),
        ("9999", ""),
        ("", ""),
    ],
)
def test_the_year_of_publication_is_found(text, year):
    assert year_in(text) == year


def test_publication_stands_before_copyright_and_both_before_the_codes(row_of):
    codes = ("008", b"080801r18732010nyu           000 0 eng d\x1e")
    copyrighted = ("264", data(" 4", "c©2009"))
    published = ("264", data(" 1", "aNew York :", "bDover Publications,", "c[2010]"))

    years = [
        row.published_on.year
        for row in (row_of(codes), row_of(codes, copyrighted), row_of(copyrighted, published))
    ]

    assert years == [1873, 2009, 2010]
    assert row_of(copyrighted, published).publisher == "Dover Publications"
    assert row_of(published).published_precision == "year"


@pytest.mark.parametrize("name", ["[s.n.],", "S.n.,", "[publisher not identified]", "[s.n],"])
def test_nobody_is_no_publisher(row_of, name):
    assert row_of(("260", data("  ", "a[S.l.] :", f"b{name}"))).publisher == ""


def test_a_year_that_cannot_be_is_left_out(row_of):
    row = row_of(("260", data("  ", "c2099.")))

    assert row.published_on is None
    assert [problem.field for problem in row_of.problems] == ["260"]


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("xii, 345 p. :", "345"),
        ("xii, 450 p., [16] p. of plates :", "450"),
        ("247, 16 pages ;", "247"),
        ("[viii], 371 p.", "371"),
        ("381p. :", "381"),
        ("1 v. (920 p.) ;", "920"),
        ("284 S. ;", "284"),
        ("186 с.", "186"),
        ("iv, 291 leaves :", ""),
        ("2 volumes :", ""),
        ("v. ;", ""),
        ("p. cm.", ""),
        ("D8.390. n.e.", ""),
    ],
)
def test_pages_are_found(text, pages):
    assert pages_in(text) == pages


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("345 p. ; 24 cm.", ("240", "")),
        ("21-24 cm", ("240", "")),
        ("33 x 38 cm.", ("330", "380")),
        ("21,5 × 13 cm", ("215", "130")),
        ("180 mm", ("180", "")),
        ("24 cm + 1 disc (4 3/4 in.)", ("240", "")),
        ("p. cm.", ("", "")),
    ],
)
def test_the_size_is_in_millimetres(text, size):
    assert size_in(text) == size


@pytest.mark.parametrize(
    ("fields", "series"),
    [
        ([("490", data("1 ", "aTōyō bunko ;", "v201"))], ("Tōyō bunko", "201")),
        ([("440", data(" 0", "aEconomic series ;", "vno. 46."))], ("Economic series", "46")),
        ([("490", data("0 ", "aHer Waste ; pt. 1"))], ("Her Waste", "1")),
        ([("830", data(" 0", "aEnriched classics series."))], ("Enriched classics series", "")),
        (
            [
                ("490", data("1 ", "aEnriched classics ;", "vv. 3")),
                ("830", data(" 0", "aEnriched classics series ;", "v3.")),
            ],
            ("Enriched classics", "3"),
        ),
        (
            [("440", data(" 0", "aIFIP transactions.", "nB,", "pApplications ;", "vB-5"))],
            ("IFIP transactions. B, Applications", "B-5"),
        ),
    ],
)
def test_series_are_as_the_book_has_them(row_of, fields, series):
    row = row_of(*fields)

    assert (row.series, row.series_number) == series


# Language, description, price, genres


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ([("041", data("1 ", "aeng", "hfre"))], "en"),
        ([("041", data("0 ", "aengwel"))], "en"),
        ([("008", b"080801s2009    xx            000 0 ger d\x1e")], "de"),
        ([("008", b"080801s2009    xx            000 0 fre d\x1e")], "fr"),
        ([("041", data("0 ", "aund")), ("008", b"x" * 35 + b"chi d\x1e")], "zh"),
        ([("008", b"080801s2009    xx            000 0 zxx d\x1e")], ""),
    ],
)
def test_the_language_is_the_shortest_code(row_of, fields, language):
    assert row_of(*fields).language == language


def test_descriptions_are_joined_and_reviews_left_out(row_of):
    row = row_of(
        ("520", data("  ", "a", "aA novel.", "bOf manners.", "cJane")),
        ("520", data("1 ", "aWell worth it.")),
        ("520", data("2 ", "aMore.")),
    )

    assert row.description == "A novel. Of manners.\n\nMore."


@pytest.mark.parametrize(
    ("subfields", "price"),
    [
        (["a02", "b9.99", "cGBP"], Decimal("9.99")),
        (["a02", "b9.99", "cEUR"], None),
        (["a01", "b9.99", "cGBP"], None),
    ],
)
def test_the_price_is_that_of_the_shops_currency_with_tax(row_of, subfields, price):
    assert row_of(("365", data("  ", *subfields))).price == price


@pytest.mark.parametrize(
    ("fields", "genres"),
    [
        (
            [("650", data(" 7", "aFICTION / Mystery & Detective / General.", "2bisacsh"))],
            (("Fiction", "Mystery & Detective"),),
        ),
        ([("655", data(" 7", "aScience fiction.", "2gsafd"))], (("Science fiction",),)),
        ([("655", data(" 7", "aElectronic books.", "2lcsh"))], ()),
        ([("650", data(" 0", "aPython (Computer program language)"))], ()),
        ([("008", b"080801s2009    xx            000 1 eng d\x1e")], (("Fiction",),)),
        (
            [("008", b"080801s2009    xx     j      000 1 eng d\x1e")],
            (("Children’s books", "Fiction"),),
        ),
        ([("008", b"080801s2009    xx            000 0 eng d\x1e")], ()),
        (
            [
                ("008", b"080801s2009    xx            000 1 eng d\x1e"),
                ("655", data(" 7", "aLove stories.", "2gsafd")),
                ("655", data(" 7", "alove stories", "2lcgft")),
            ],
            (("Love stories",),),
        ),
    ],
)
def test_genres_are_kinds_of_books_and_not_subjects(row_of, fields, genres):
    assert row_of(*fields).genres == genres


def test_large_print_is_a_format(row_of):
    assert row_of(("250", data("  ", "aLarge print ed."))).format == "large_print"


def test_edition_statements_change_no_title(row_of):
    assert row_of(("250", data("  ", "a2nd ed."))).title == "Emma"
