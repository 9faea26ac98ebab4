"""Typographic covers: the same bytes for the same book, and something sane for any book."""

import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from catalog.covers import COVER_VERSION, MOODS, draw_cover
from catalog.covers.drawing import MAX_BYTES
from catalog.covers.letters import Style, can_write, measure
from catalog.covers.page import Page
from catalog.covers.palettes import PALETTES
from catalog.covers.rng import Rng
from catalog.covers.templates import TEMPLATES
from catalog.covers.typesetting import Box, fit, headline, tidy, ways_to_break

SVG = "{http://www.w3.org/2000/svg}"
LONG_TITLE = "The Interesting Narrative of the Life of a Person " * 10
GENJI = "源氏物語"

# A change of any digest is a change of the drawing: raise COVER_VERSION, then write the new ones.
DIGESTS = [
    (
        "Frankenstein",
        "Mary Shelley",
        "gothic",
        "fb115230a4de1d61f5595cdd73c1f32404428860d9389e1d5e8f6f23b8436d6d",
    ),
    (
        "Moby-Dick; or, The Whale",
        "Herman Melville",
        "sea",
        "3db749dc9772e480ccac080fe0e81c330389c6bf4045966156bceeb5129fbe6d",
    ),
    (
        "The Time Machine",
        "H. G. Wells",
        "sf",
        "2f7f034c6c43d6e8acf6abeaa23eac52f386c02c1276beea3676f995c97ab291",
    ),
    (
        "Middlemarch",
        "George Eliot",
        "novel",
        "646c946b6b20576427c7b0f73f6262329016871cd676c9954bd9bd3c903cdaa8",
    ),
    (
        "The Narrow Road to the Deep North",
        "Matsuo Bashō",
        "poetry",
        "52d0e443243d47e0b6ff81b9a590140a379986fb579f64f1eb02e362a7bb46b5",
    ),
    (
        "Meditations",
        "Marcus Aurelius",
        "ideas",
        "2c77247992b39020ef1afa22c6f05d0fd9946a633c93f2d687e025ec1de3a1f7",
    ),
    (
        GENJI,
        "紫式部",
        "novel",
        "eb43eac019fa5530f6b4fb22be74d47b8ab74467c95df258db4993e39b723206",
    ),
]

ODD_TITLES = [
    "",
    " \t\n ",
    "…",
    ":",
    "; or, The Whale",
    "the",
    "of the",
    "µ",
    "ß",
    "\u0301",
    "\u00ad",
    "Moby\x00Dick",
    "Moby\ud800Dick",
    "\x01\x02\x1f",
    "<script>alert(1)</script>",
    "]]>&amp;\"'",
    "Zażółć gęślą jaźń",
    "Zaz\u0307o\u0301l\u0142c\u0301",
    "Łukasz",
    "Bashō",
    GENJI,
    "Ὀδύσσεια",
    "Война и мир",
    "ألف ليلة وليلة",
    "שיר השירים",
    "Emoji Dick 🐳",
    "a b " * 125,
    LONG_TITLE,
    "x" * 500,
    "g" * 57,
    "@@@@@@ " * 70,
]


@pytest.mark.parametrize(("title", "author", "mood", "digest"), DIGESTS)
def test_a_book_has_the_same_bytes_everywhere(
    title: str, author: str, mood: str, digest: str
) -> None:
    cover = draw_cover(title=title, author=author, mood=mood, year="1851")
    assert sha256(cover.encode()).hexdigest() == digest


def test_threads_draw_what_one_would() -> None:
    titles = [
        f"The Book of {word}" for word in ["Sand", "Snow", "Salt", "Ash", "Łódź", "Tōkyō"]
    ] * 8
    alone = [draw_cover(title=title, author="Ş. Ünal") for title in titles]
    measure.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda title: draw_cover(title=title, author="Ş. Ünal"), titles))
    assert together == alone


def test_different_books_look_different() -> None:
    covers = {draw_cover(title="Selected Poems", author=f"Poet {n}") for n in range(50)}
    assert len(covers) == 50


def test_case_and_composition_do_not_choose_another_picture() -> None:
    composed = draw_cover(title="Bashō", author="")
    assert draw_cover(title="Basho\u0304", author="") == composed


def test_the_version_is_a_number_for_the_address() -> None:
    assert COVER_VERSION >= 1


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_is_drawn(mood: str) -> None:
    assert set(MOODS[mood].templates) <= TEMPLATES.keys()
    assert set(MOODS[mood].palettes) <= PALETTES.keys()
    _check(draw_cover(title="Persuasion", author="Jane Austen", mood=mood))


def test_an_unknown_mood_is_a_novel() -> None:
    novel = draw_cover(title="Persuasion", author="Jane Austen", mood="novel")
    assert draw_cover(title="Persuasion", author="Jane Austen", mood="?") == novel


@pytest.mark.slow
@pytest.mark.parametrize("height", [700, 1000, 1302, 1535, 2200])
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_keeps_its_words_on_the_page(name: str, height: int) -> None:
    for seed in range(30):
        parts = _draw_template(name, "War and Peace in the Long Summer", height, seed=seed)
        baselines = [float(place) for place in _baselines(parts)]
        assert len(baselines) >= 2
        assert all(0 < place < height for place in baselines)


@pytest.mark.parametrize("height", [700, 1302, 1535])
def test_the_sun_stays_below_the_title(height: int) -> None:
    for seed in range(30):
        parts = _draw_template("contour", "War and Peace and Long Summers", height, seed=seed)
        sun = ET.fromstring(parts[0])
        top = float(sun.attrib["cy"]) - float(sun.attrib["r"])
        last_line = max(float(place) for place in _baselines(parts))
        assert last_line < top


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_without_a_title_still_draws(name: str) -> None:
    parts = _draw_template(name, "", 1535, author="")
    assert parts
    assert not _baselines(parts)


@pytest.mark.parametrize("name", PALETTES)
def test_ink_can_be_read_on_ground_and_on_second(name: str) -> None:
    palette = PALETTES[name]
    assert _contrast(palette.ink, palette.ground) >= 4.5
    assert _contrast(palette.ink, palette.second) >= 4.5


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("title", ODD_TITLES, ids=ascii)
def test_odd_titles_are_drawn(title: str, mood: str) -> None:
    _check(draw_cover(title=title, author="Ursula K. Le Guin", mood=mood))


@pytest.mark.parametrize("author", ODD_TITLES, ids=ascii)
def test_odd_authors_and_years_are_drawn(author: str) -> None:
    _check(draw_cover(title="Walden", author=author, mood="poetry", year=author))


@pytest.mark.parametrize("title", ["", GENJI, "Война и мир", "ألف ليلة وليلة", "🐳", "g" * 57])
def test_a_title_without_letters_of_ours_is_a_picture_without_words(title: str) -> None:
    cover = draw_cover(title=title, author="Anonymous", mood="ideas", year="1008")
    assert not _baselines([cover])


def test_an_author_without_letters_of_ours_leaves_the_title() -> None:
    assert len(_baselines([draw_cover(title="Genji", author="紫式部", mood="crime")])) >= 1


@pytest.mark.parametrize("word", ["Bashō", "Zażółć", "Łukasz"])
def test_extended_letters_come_from_the_extended_cut(word: str) -> None:
    assert can_write(word, "roman")
    assert can_write(word, "italic")
    assert can_write(word.upper(), "sans")


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ((129, 198), (129, 198)),
        ((0, -5), (80, 80)),
        ((9999, 1), (400, 280)),
        ((80, 400), (80, 176)),
    ],
)
def test_the_trim_is_kept_sane(asked: tuple[int, int], drawn: tuple[int, int]) -> None:
    width, height = asked
    root = ET.fromstring(draw_cover(title="A", author="B", width_mm=width, height_mm=height))
    assert (root.get("width"), root.get("height")) == (str(drawn[0] * 4), str(drawn[1] * 4))


def test_no_cover_is_too_heavy() -> None:
    heaviest = draw_cover(title="ğ@" * 7 + " ğ@ğ@ğ@" * 20, author="@" * 60, year="@" * 12)
    assert len(heaviest) <= MAX_BYTES


def test_a_long_title_is_little_work() -> None:
    words = headline(tidy(LONG_TITLE)).split()
    assert sum(1 for _ in ways_to_break(words)) <= 2400
    assert sum(1 for _ in ways_to_break(["word"] * 14)) <= 2400


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Moby-Dick; or, The Whale", "Moby-Dick"),
        ("The Bill of Rights : The Ten Amendments", "The Bill of Rights"),
        ("Walden", "Walden"),
        ("one two three four five six seven eight nine ten eleven twelve of the end", None),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_a_title_is_cut_to_what_a_cover_can_carry(title: str, shown: str | None) -> None:
    expected = shown or title.removesuffix(" of the end") + "…"
    assert headline(title) == expected


def test_no_line_ends_on_a_small_word() -> None:
    for lines in ways_to_break(["The", "Wind", "in", "the", "Willows"]):
        assert not any(line.endswith((" in", " the", "The")) for line in lines)


def test_a_title_fills_its_box_and_stays_inside() -> None:
    style, box = Style("roman", -0.012), Box(0, 0, 832, 400)
    fitted = fit("The Mysteries of Udolpho", style, box, leading=1.0, largest=240)
    widest = max(measure(line, style) for line in fitted.lines) * fitted.size
    assert widest <= 832.001
    assert fitted.size * len(fitted.lines) <= 400.001
    assert fitted.size > 100


def test_the_random_numbers_are_splitmix64() -> None:
    assert Rng(0).below(2**64) == 0xE220A8397B1DCDAF


def _draw_template(
    name: str, title: str, height: int, *, author: str = "Tolstoy", seed: int = 7
) -> list[str]:
    year = "1869" if title else ""
    page = Page(title, author, year, height, PALETTES["night"], Rng(seed))
    return TEMPLATES[name](page)


def _baselines(parts: list[str]) -> list[str]:
    """Where the lines of type stand; the giant initial is type as well."""
    return re.findall(r"translate\(-?[\d.]+ (-?[\d.]+)\) scale", "".join(parts))


def _check(cover: str) -> None:
    """A picture that stands alone and can do nothing."""
    root = ET.fromstring(cover)
    assert root.tag == f"{SVG}svg"
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "rect", "path", "circle", "ellipse", "g", "clipPath"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert not any((element.text or "").strip() for element in root.iter())
    assert len(cover.encode()) < 60_000
    assert not re.search(r"nan|inf", cover.replace("xmlns", ""))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """WCAG relative luminance."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
