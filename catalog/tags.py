"""The codes in `Book.tags`, by which one index serves every facet.

Positive tags are the ids of genres: a book's own and all above them. Negative ones are the facets
below. A trigger of the database gives them to books (migration 0008, which says the same in SQL);
this module only reads and asks.
"""

from __future__ import annotations

ALL_BOOKS = 0  # as the tag of a FacetCount: every book of the scope
IN_STOCK = -41  # only as the tag of a FacetCount: stock is in no index
TO_PREORDER = -42

FORMATS = {"paperback": -1, "pocket": -2, "hardback": -3, "clothbound": -4, "large_print": -5}
ERAS = {
    "before-1900": -11,
    "1900-1949": -12,
    "1950-1979": -13,
    "1980-1999": -14,
    "2000-2009": -15,
    "2010-2019": -16,
    "since-2020": -17,
}
# The first and the last year of each.
ERA_YEARS = {
    "before-1900": (1, 1899),
    "1900-1949": (1900, 1949),
    "1950-1979": (1950, 1979),
    "1980-1999": (1980, 1999),
    "2000-2009": (2000, 2009),
    "2010-2019": (2010, 2019),
    "since-2020": (2020, 9998),
}
# One evening, under 150 pages; a weekend, to 350; a long winter.
LENGTHS = {"evening": -21, "weekend": -22, "winter": -23}
# A book of four stars also carries “three stars and up”.
RATINGS = {"4": -31, "3": -32}

LANGUAGE = -10_000
_LETTERS = 27


def language_tag(code: str) -> int | None:
    """The tag of a language of two or three letters (ISO 639); None for any other text."""
    if not (code.isascii() and code.isalpha() and code.islower() and 2 <= len(code) <= 3):
        return None
    number = 0
    for letter in code:
        number = number * _LETTERS + ord(letter) - ord("a") + 1
    return LANGUAGE - number


def language_of(tag: int) -> str | None:
    """The code of the language that `tag` stands for; None if it is no tag of a language."""
    number = LANGUAGE - tag
    if not 0 < number < _LETTERS**3:
        return None
    letters = ""
    while number:
        number, letter = divmod(number, _LETTERS)
        letters = chr(letter + ord("a") - 1) + letters
    return letters
