"""Titles and authors in boxes: tidying, shortening, breaking into lines, fitting."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from catalog.covers.letters import Anchor, Family, Style, measure, write

_SMALL = "a an and at by for from in of on or the to with"
SMALL_WORDS = frozenset(_SMALL.split())

# They bound the search for line breaks and the size of the file, and nothing smaller is legible.
MAX_TITLE_WORDS = 14
MAX_TITLE_LETTERS = 90
MAX_WORD_LETTERS = 60
MAX_AUTHOR_LETTERS = 60
MAX_LINES = 6

_TITLE_TRACKING = -0.012
_CAPITALS = Style("sans", 0.09)
_RAGGED_PENALTY = 0.18


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


class Fitted(NamedTuple):
    score: float
    size: float
    lines: list[str]


def tidy(text: str) -> str:
    """Composed letters, single spaces; no control, format or half-surrogate characters."""
    spaced = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in {"Cf", "Cs"})
    return " ".join(unicodedata.normalize("NFC", kept).split())


def headline(title: str) -> str:
    """The title without its subtitle, and no longer than a cover can carry."""
    main = re.split(r"[:;]\s", title)[0].strip(" :;") or title
    words = [shorten(word, MAX_WORD_LETTERS) for word in main.split()]
    kept = _words_that_fit(words)
    if len(kept) == len(words):
        return " ".join(words)
    while len(kept) > 1 and _is_small(kept[-1]):
        kept.pop()
    return " ".join(kept).rstrip(",.;:-…") + "…"


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _words_that_fit(words: list[str]) -> list[str]:
    kept = words[:MAX_TITLE_WORDS]
    while len(" ".join(kept)) > MAX_TITLE_LETTERS:
        kept.pop()
    return kept


def _is_small(word: str) -> bool:
    return word.lower().strip(",;:") in SMALL_WORDS


def ways_to_break(words: list[str]) -> Iterator[list[str]]:
    """All ways to set words in up to six lines that never end on a small word."""
    for count in range(1, min(MAX_LINES, len(words)) + 1):
        yield from _into_lines(words, count)


def _into_lines(words: list[str], count: int) -> Iterator[list[str]]:
    if count == 1:
        yield [" ".join(words)]
        return
    for end in range(1, len(words) - count + 2):
        if not _is_small(words[end - 1]):
            first = " ".join(words[:end])
            for rest in _into_lines(words[end:], count - 1):
                yield [first, *rest]


def fit(title: str, style: Style, box: Box, *, leading: float, largest: float) -> Fitted:
    """The largest type whose line breaks fit the box; ragged lines count against it."""

    def scored(lines: list[str]) -> Fitted:
        widths = [measure(line, style) for line in lines]
        widest = max(widths)
        size = min(box.width / widest, box.height / (len(lines) * leading), largest)
        raggedness = (widest - min(widths)) / widest
        return Fitted(size * (1 - _RAGGED_PENALTY * raggedness), size, lines)

    return max(map(scored, ways_to_break(title.split())), key=lambda fitted: fitted.score)


def title_lines(
    title: str,
    box: Box,
    fill: str,
    *,
    largest: float,
    family: Family = "roman",
    anchor: Anchor = "start",
    stand: Literal["top", "middle", "bottom"] = "top",
    leading: float = 0.98,
) -> list[str]:
    """The title as large as the box allows; nothing for a page without words."""
    if not title:
        return []
    style = Style(family, _TITLE_TRACKING)
    _, size, lines = fit(title, style, box, leading=leading, largest=largest)
    spare = box.height - size * leading * len(lines)
    baseline = box.y + spare * {"top": 0.0, "middle": 0.5, "bottom": 1.0}[stand] + size * 0.80
    x = box.x + box.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return [
        write(
            line, style, size=size, x=x, y=baseline + size * leading * i, fill=fill, anchor=anchor
        )
        for i, line in enumerate(lines)
    ]


def title_foot(
    title: str, box: Box, *, largest: float, family: Family, leading: float = 0.98
) -> float:
    """How far down a title at the top of its box comes."""
    if not title:
        return box.y
    style = Style(family, _TITLE_TRACKING)
    _, size, lines = fit(title, style, box, leading=leading, largest=largest)
    return box.y + size * leading * len(lines)


def author_line(
    author: str,
    x: float,
    y: float,
    fill: str,
    *,
    size: float,
    anchor: Anchor = "start",
    widest: float = 832,
) -> list[str]:
    """The author in spaced capitals, made smaller when the name is long."""
    if not author:
        return []
    capitals = author.upper()
    size = min(size, widest / measure(capitals, _CAPITALS))
    return [write(capitals, _CAPITALS, size=size, x=x, y=y, fill=fill, anchor=anchor)]
