"""Made-up words that look like English, and are used as often as English words are."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random

MOST_WORDS = 60_000
# Zipf–Mandelbrot: the word of rank r is used in proportion to 1 / (r + SHIFT).
SHIFT = 7

# What is frequent in English stands here more than once. Words of a family share a stem, as
# “found”, “founded” and “founding” do.
_ONSETS, _NUCLEI, _CODAS, _SUFFIXES = (
    letters.split()
    for letters in (
        "b b br c c ch d d f fl g gr h h l l m m n n p pl pr qu r r s s st t t th tr v w w",
        "a a a e e e i i i o o o u ai ea ee oa oo ou",
        "d l ll m n n n nd r r r rd rn s ss st th ze",
        "s ed ing er ly ness ment able",
    )
)
# Words that mean something to the shop: articles, and what titles are joined with.
_RESERVED = {"the", "and", "les", "der", "die", "das", "ein", "eine", "une", "los", "las", "una"}
_RESERVED |= {"gli", "uno", "for", "from", "with"}
_SHORTEST = 3


class Picks:
    """Draws numbers from 0 on, each in proportion to its weight."""

    def __init__(self, weights: Iterable[float]) -> None:
        self._ends = list(accumulate(weights))

    def draw(self, rng: Random) -> int:
        return bisect(self._ends, rng.random() * self._ends[-1])


class Vocabulary:
    """Distinct words of plain lower-case letters, the most used ones first."""

    def __init__(self, rng: Random, size: int) -> None:
        self.words = _make_words(rng, size)
        self._picks = Picks(1 / (rank + SHIFT) for rank in range(1, size + 1))

    def draw(self, rng: Random, number: int) -> list[str]:
        return [self.words[self._picks.draw(rng)] for _number in range(number)]


class Sentences:
    """Descriptions out of a stock of sentences: to draw each of their words would take minutes."""

    def __init__(self, rng: Random, vocabulary: Vocabulary, size: int) -> None:
        self._sentences = [
            f"{' '.join(vocabulary.draw(rng, rng.randint(9, 17))).capitalize()}."
            for _number in range(size)
        ]

    def draw(self, rng: Random, number: int) -> str:
        first = int(rng.random() * (len(self._sentences) - number))
        return " ".join(self._sentences[first : first + number])


def make_names(rng: Random, number: int) -> list[str]:
    """Distinct words with a capital, fit for names."""
    return [word.capitalize() for word in _make_words(rng, number)]


def _make_words(rng: Random, number: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < number:
        # Words that are used often are short.
        stem = _stem(rng, 1 + (rng.random() < 80 * len(words) / number) + (rng.random() < 0.25))
        if len(stem) >= _SHORTEST and stem not in _RESERVED:
            words[stem] = None
            words |= dict.fromkeys(_family(rng, stem))
    return list(words)[:number]


def _stem(rng: Random, syllables: int) -> str:
    # Only the last syllable ends in a consonant, or words would be hard to say.
    openings = [_one(rng, _ONSETS) + _one(rng, _NUCLEI) for _number in range(syllables)]
    return "".join(openings) + _one(rng, _CODAS)


def _family(rng: Random, stem: str) -> list[str]:
    if rng.random() < 0.6:
        return []
    return [stem + suffix for suffix in rng.sample(_SUFFIXES, rng.randint(1, 3))]


def _one(rng: Random, choices: Sequence[str]) -> str:
    return choices[int(rng.random() * len(choices))]
