"""What the vocabulary knows of typed words: in how many books they are, and what is spelt alike."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Self

from bookstore.process_cache import remembered
from bookstore.replicas.reading import catalogue_connection
from catalog.folding import is_sign_word

from .config import SEARCH_CONFIG
from .query import LITTLE_WORDS, OTHER_SPELLINGS
from .spelling import slips
from .vocabulary import SHORTEST, TWO_SLIPS_FROM, deletions

# So many spellings are tried for a word.
ALTERNATIVES = 12
# So much less likely is another word where books hold what was typed, letter by letter.
MEANT = 1.5

_STEMS = f"""
SELECT typed.word, coalesce(min(stem.lexeme), ''), coalesce(min(lexeme.books), 0)
FROM unnest(%s::text[]) AS typed(word)
LEFT JOIN LATERAL unnest(to_tsvector('{SEARCH_CONFIG}', typed.word)) AS stem ON true
LEFT JOIN catalog_lexeme lexeme ON lexeme.lexeme = stem.lexeme
GROUP BY typed.word
"""
_NEAR = f"""
SELECT typed.word, near.word, near.books, coalesce(
    (SELECT min(stem.lexeme) FROM unnest(to_tsvector('{SEARCH_CONFIG}', near.word)) stem), '')
FROM jsonb_to_recordset(%s) AS typed(word text, deletions text[], most int)
JOIN catalog_word near ON near.deletions && typed.deletions
WHERE levenshtein_less_equal(typed.word, near.word, typed.most) <= typed.most
"""


@dataclass(frozen=True)
class Vocabulary:
    """The stem of each word, and the number of books that hold it in any form."""

    stems: Mapping[str, str]
    counts: Mapping[str, int]

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """What is known of these words. Each process remembers it for a minute."""
        asked = list(dict.fromkeys(w for word in words for w in OTHER_SPELLINGS.get(word, (word,))))
        return remembered("vocabulary", " ".join(asked), lambda: cls._looked_up(asked))

    @classmethod
    def _looked_up(cls, words: list[str]) -> Self:
        with catalogue_connection().cursor() as cursor:
            cursor.execute(_STEMS, [words])
            rows = cursor.fetchall()
        return cls({row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows})

    def books(self, word: str) -> int:
        return sum(self.counts[other] for other in OTHER_SPELLINGS.get(word, (word,)))


@dataclass(frozen=True)
class Spelling:
    """A word that may be meant, and how unlikely that is (0: it is what was typed)."""

    word: str
    stem: str
    books: int
    cost: float


def spellings(words: Sequence[str], vocabulary: Vocabulary) -> dict[str, list[Spelling]]:
    """For each word what it may mean, likeliest first: itself if books hold it, and what is near."""
    near = neighbours(words)
    found = {}
    for word in words:
        books = vocabulary.books(word)
        itself = [Spelling(word, vocabulary.stems[word], books, 0.0)] if books else []
        others = [other for other in near[word] if other.word != word]
        if len(others) < len(near[word]):
            others = [replace(other, cost=other.cost + MEANT) for other in others]
        found[word] = sorted(itself + others, key=attrgetter("cost"))[:ALTERNATIVES]
    return found


def neighbours(words: Iterable[str]) -> defaultdict[str, list[Spelling]]:
    """Words of the catalogue that are spelt like each of `words`, or nearly so, in any order."""
    typed = [
        # PostgreSQL counts a swap of two letters twice.
        {"word": word, "deletions": deletions(word), "most": 2 * _most_slips(word)}
        for word in words
        if len(word) >= SHORTEST and word.isalpha() and not is_sign_word(word)
    ]
    near: defaultdict[str, list[Spelling]] = defaultdict(list)
    with catalogue_connection().cursor() as cursor:
        cursor.execute(_NEAR, [json.dumps(typed)])
        for word, other, books, stem in cursor.fetchall():
            if slips(word, other) <= _most_slips(word):
                near[word].append(Spelling(other, stem, books, _cost(word, other, books)))
    return near


def _most_slips(word: str) -> int:
    return 2 if len(word) >= TWO_SLIPS_FROM else 1


def _cost(word: str, other: str, books: int) -> float:
    """Slips cost most; a commoner word is likelier; first letters are seldom wrong.

    Every book has an “and” or a “the”, which says nothing of how likely they are here.
    """
    first = 0.0 if word[0] == other[0] else 0.4
    commonness = 0.0 if other in LITTLE_WORDS else math.log(books + 1) / 20
    return slips(word, other) + first - commonness
