"""Which letters of a printed text are the ones that somebody typed.

Search compares folded texts, so “jrr t” is found in “J.R.R. Tolkien” and “misera” in “Misérables”.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from html import escape

from django.utils.safestring import SafeString

from catalog.folding import fold_words

type Range = tuple[int, int]

_PIECE = re.compile(r"\S+")
# “Étranger” is found in “L’Étranger”, although folding makes one word of it.
_HALVES = str.maketrans("'’", "  ")


def mark_typed(texts: Sequence[str], typed: Sequence[str]) -> list[SafeString]:
    """`texts` as HTML, with the letters marked that fit one of the folded readings in `typed`.

    A whole reading in the first text is best; else each word of the last reading is marked in the
    first text that has it.
    """
    printed = [_Printed(text) for text in texts]
    for reading in typed:
        if found := printed[0].find(reading):
            return [_html(texts[0], [found]), *(_html(text, []) for text in texts[1:])]
    ranges: list[list[Range]] = [[] for _ in texts]
    for word in typed[-1].split() if typed else ():
        places = ((at, text.find(word)) for at, text in enumerate(printed))
        at, found = next(((at, place) for at, place in places if place), (0, None))
        if found:
            ranges[at].append(found)
    return [_html(text, marks) for text, marks in zip(texts, ranges, strict=True)]


def _html(text: str, ranges: Iterable[Range]) -> SafeString:
    parts, end = [], 0
    # Two of the words may begin alike: the longer one counts.
    for start, stop in sorted(ranges, key=lambda marked: (marked[0], -marked[1])):
        if start >= end:
            parts += [escape(text[end:start]), f"<mark>{escape(text[start:stop])}</mark>"]
            end = stop
    return SafeString("".join([*parts, escape(text[end:])]))


class _Printed:
    """A text as it is printed, and as it is folded."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> str:
        return f" {fold_words(self.text)}"

    def find(self, words: str) -> Range | None:
        """Where in the text `words`, already folded, stand for the first time at a word's start."""
        found = self.folded.find(f" {words}")
        if found < 0 or not words:
            halves = self.text.translate(_HALVES)
            return _Printed(halves).find(words) if halves != self.text else None
        first = found - self.folded.count(" ", 0, found)
        return self._range(first, first + len(words.replace(" ", "")))

    def _range(self, first: int, last: int) -> Range:
        """Where the folded letters from number `first` to before `last` come from."""
        before, start, end = 0, 0, len(self.text)
        # Folding never looks across a space, except to put initials together.
        for piece in _PIECE.finditer(self.text):
            printed = piece.group()
            after = before + len(_letters(printed))
            if before <= first < after:
                start = piece.start() + _length_for(first - before + 1, printed) - 1
            if before < last <= after:
                end = piece.start() + _length_for(last - before, printed)
                break
            before = after
        while end < len(self.text) and unicodedata.combining(self.text[end]):
            end += 1
        return start, end


def _letters(printed: str) -> str:
    return printed.lower() if _is_plain(printed) else fold_words(printed).replace(" ", "")


def _length_for(letters: int, printed: str) -> int:
    """How many characters of `printed` it takes to give so many of its folded letters."""
    if _is_plain(printed):
        return letters
    wanted = _letters(printed)[:letters]
    lengths = range(1, len(printed))
    return next((n for n in lengths if _letters(printed[:n]).startswith(wanted)), len(printed))


def _is_plain(printed: str) -> bool:
    """Whether each character folds to one letter: most words, and folding takes its time."""
    return printed.isascii() and printed.isalnum()
