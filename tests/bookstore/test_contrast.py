"""The colours of the shop beside one another: WCAG 1.4.3 for words, 1.4.11 for edges and focus."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css" / "shop.css"
COLOUR = r"#[0-9a-f]{3,6}"
TOKEN = re.compile(
    rf"^ +--([a-z0-9-]+): (?:light-dark\(({COLOUR}), ({COLOUR})\)|({COLOUR}));$", re.M
)
GROUNDS = ("paper", "sheet", "tint", "blush")
WORDS = {
    *product(("ink", "ink-2", "blue", "blue-deep", "rubric", "green", "amber"), GROUNDS),
    *product(("on-blue",), ("blue", "blue-deep", "rubric")),
    *product(("on-hero", "gold"), ("hero",)),
    ("ink", "board"),
}
EDGES = {*product(("line", "focus"), GROUNDS), ("gold", "hero")}
PAIRS = [(pair, least) for pairs, least in ((WORDS, 4.5), (EDGES, 3.0)) for pair in sorted(pairs)]


def tokens(scheme: str) -> dict[str, str]:
    layer = CSS.read_text().partition("@layer tokens {")[2].partition("}")[0]
    found = TOKEN.findall(layer)
    return {name: both or (light, dark)[scheme == "dark"] for name, light, dark, both in found}


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stand_out_from_what_they_stand_on(scheme):
    colours = tokens(scheme)
    ratios = {pair: contrast(*(colours[name] for name in pair)) for pair, _least in PAIRS}

    assert {pair: ratios[pair] for pair, least in PAIRS if ratios[pair] < least} == {}
