"""What somebody typed, as words and as queries of PostgreSQL's full-text search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

from catalog import numerals
from catalog.folding import LONGEST_KEY, fold_words, title_key
from catalog.titles import ARTICLES

# Words that may be missing, on either side, wherever others tell which book is meant.
LITTLE_WORDS = {"the", "a", "an", "and"}
MOST_WORDS = 24
# What is written in two ways. Numbers as words and in Roman figures follow.
_SAME = [("st", "saint"), ("vol", "volume"), ("dr", "doctor"), ("mr", "mister"), ("mt", "mount")]
_ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]


def _other_spellings() -> dict[str, tuple[str, ...]]:
    groups: list[tuple[str, ...]] = list(_SAME)
    for number, (word, roman) in enumerate(zip(numerals.SMALL, _ROMAN, strict=True), 1):
        # A lone “i”, “v” or “x” is a letter more often than a number.
        figures = (roman,) if len(roman) > 1 else ()
        groups.append((str(number), word, *figures))
    return {word: group for group in groups for word in group}


OTHER_SPELLINGS = _other_spellings()
# What may stand before the number of a volume, and between that and the name of its series.
_UNITS = {"book", "books", "vol", "volume", "part", "no", "nr", "number", "episode"}
_LINKS = {"of", "in", "from"}
_FIGURES = {word: str(number) for number, word in enumerate(numerals.SMALL, 1)}


@dataclass(frozen=True)
class Query:
    """Folded words in the order in which they were typed."""

    text: str
    # The title that the words would be, without a leading article, and that article: one pair for
    # each language in which the first word is an article.
    titles: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, words: str) -> Self:
        text = " ".join(fold_words(words).split()[:MOST_WORDS])
        titles = [title_key(words, language) for language in ("", *ARTICLES)]
        titles += [title_key(text, language) for language in ARTICLES]
        titles += [(text, ""), (_with_last_letter_apart(words), "")]
        cut = {(key[:LONGEST_KEY], article): None for key, article in titles if key}
        return cls(text, tuple(cut))

    @cached_property
    def words(self) -> tuple[str, ...]:
        return needed(self.text)

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(key for key, _article in self.titles))

    @property
    def series(self) -> list[str]:
        """The series with a number that the words would be: “the hollows 2”."""
        asked = [self.text, *(f"the {key}" for key in self.keys), *self.keys]
        if volume := _volume(self.text):
            name, number = volume
            asked += [f"{name} {number}", f"the {name} {number}"]
            asked += [f"{name.removeprefix('the ')} {number}"]
        return asked

    def tsquery(self, weights: str = "") -> str:
        """The operand of to_tsquery() for books that hold all words, in parts of these weights."""
        return all_of(self.words, weights)


def needed(text: str) -> tuple[str, ...]:
    """The words of folded `text` that a book must hold: all but the little ones, if there are others.

    “Book 3 of Dune” is about Dune and 3.
    """
    volume = _volume(text)
    typed = dict.fromkeys((" ".join(volume) if volume else text).split())
    return tuple(word for word in typed if word not in LITTLE_WORDS) or tuple(typed)


def _volume(text: str) -> tuple[str, str] | None:
    """The name of a series and the number that folded `text` asks for: “dune”, “3”."""
    words = text.split()
    for at, (unit, number) in enumerate(pairwise(words)):
        figures = _FIGURES.get(number, number)
        if unit in _UNITS and figures.isdigit():
            after = words[at + 2 :]
            name = [*words[:at], *(after[1:] if after and after[0] in _LINKS else after)]
            return (" ".join(name), figures) if set(name) - LITTLE_WORDS else None
    return None


def _with_last_letter_apart(words: str) -> str:
    """“teaching a s” is the beginning of a title; its last letters are no initials."""
    *others, last = words.split() or [""]
    return f"{fold_words(' '.join(others))} {fold_words(last)}".strip()


def all_of(words: Iterable[str], weights: str = "") -> str:
    return " & ".join(any_of(OTHER_SPELLINGS.get(word, (word,)), weights) for word in words)


def any_of(words: Sequence[str], weights: str = "") -> str:
    suffix = f":{weights}" if weights else ""
    terms = [f"{word}{suffix}" for word in words]
    return terms[0] if len(terms) == 1 else f"({' | '.join(terms)})"
