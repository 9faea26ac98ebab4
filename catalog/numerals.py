"""Numbers in titles, in figures and in words: “1984” is “Nineteen Eighty-Four”.

Numbers up to twelve, SMALL, stand in too many titles for that: search knows them (search/query.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SMALL = [
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
]
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def _in_words(number: int) -> tuple[str, ...]:
    if number < 20:
        return (_TEENS[number - 13],)
    tens, units = divmod(number, 10)
    return (_TENS[tens - 2], *((SMALL[units - 1],) if units else ()))


_WORDS = {number: _in_words(number) for number in range(13, 100)}
_NUMBERS = {words: number for number, words in _WORDS.items()}
# What any of them begins with.
_PARTS = {words[0] for words in _NUMBERS}


def other_numerals(folded: str) -> str:
    """The numbers of a folded text written the other way: in words for figures, and vice versa."""
    words = folded.split()
    in_words = () if _PARTS.isdisjoint(words) else _from_words(words)
    found = dict.fromkeys([*_from_figures(words), *in_words])
    return " ".join(word for word in found if word not in words)


def _from_figures(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word.isascii() and word.isdigit() and len(word) in (2, 4):
            pairs = [int(word[at : at + 2]) for at in range(0, len(word), 2)]
            if all(pair in _WORDS for pair in pairs):
                yield from (part for pair in pairs for part in _WORDS[pair])


def _from_words(words: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        number, length = _number_at(words, at)
        second, more = _number_at(words, at + length)
        if number:
            # Two in a row are a year.
            yield f"{number}{second or ''}"
        at += length + more if number else 1


def _number_at(words: Sequence[str], at: int) -> tuple[int, int]:
    """The number of two figures that stands there in words, and how many words it takes; or 0, 0."""
    for length in (2, 1):
        if number := _NUMBERS.get(tuple(words[at : at + length])):
            return number, length
    return 0, 0
