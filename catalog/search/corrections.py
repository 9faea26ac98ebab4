"""What somebody meant whose words, as they were typed, no book holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bookstore.replicas.reading import catalogue_connection
from catalog.folding import unfolded

from .config import SEARCH_CONFIG
from .query import Query, all_of, any_of, needed
from .words import Spelling, Vocabulary, neighbours, spellings

# So many books are looked at to see which spellings go together.
BOOKS = 200
# Of so many words one may be left out.
MOST_TO_LEAVE_OUT = 8
LEFT_OUT = 2.0
ONE_SLIP = 1.0
# From here on it may be likelier that a word is too much.
FAR_FETCHED = 1.5
# A word is taken for two, or two for one, when both halves have so many letters.
SHORTEST_HALF = 3
# No two words together are longer, and no other word is cut.
LONGEST_PAIR = 40

_HOLDING = f"""
SELECT tsvector_to_array(search) FROM catalog_book
WHERE search @@ to_tsquery('{SEARCH_CONFIG}', %s) AND withdrawn_at IS NULL
ORDER BY bestseller_rank DESC, id DESC LIMIT {BOOKS}
"""
_ANY = f"""
SELECT EXISTS (SELECT FROM catalog_book
WHERE search @@ to_tsquery('{SEARCH_CONFIG}', %s) AND withdrawn_at IS NULL)
"""


def correct(query: Query, vocabulary: Vocabulary) -> str | None:
    """The words that were probably meant, or None."""
    respelt, cost = _respelt(query, spellings(query.words, vocabulary))
    if respelt and cost < LEFT_OUT:
        return respelt
    return _respaced(query) or respelt


def likelier(query: Query, vocabulary: Vocabulary, times: int) -> str | None:
    """The words with those replaced that differ by one slip from one in `times` as many books."""
    near = neighbours(query.words)
    meant = {}
    for word in near:
        best = max(near[word], key=lambda spelling: spelling.books)
        if best.books >= times * max(vocabulary.books(word), 1) and best.cost <= 1:
            meant[word] = best.word
    return _replaced(query, meant) if meant else None


def _respaced(query: Query) -> str | None:
    """The words with a space more or a space less, if a book holds them so."""
    readings = [(text, needed(text)) for text in _spaced_otherwise(query.text.split())]
    vocabulary = Vocabulary.of(word for _text, words in readings for word in words)
    for text, words in readings:
        if all(vocabulary.books(word) for word in words) and _is_held(all_of(words)):
            return text
    return None


def _spaced_otherwise(words: Sequence[str]) -> Iterator[str]:
    for place, (word, following) in enumerate(pairwise(words)):
        yield " ".join([*words[:place], word + following, *words[place + 2 :]])
    for place, word in enumerate(words):
        if len(word) > LONGEST_PAIR:
            continue
        for cut in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1):
            yield " ".join([*words[:place], word[:cut], word[cut:], *words[place + 1 :]])


def _is_held(operand: str) -> bool:
    with catalogue_connection().cursor() as cursor:
        cursor.execute(_ANY, [operand])
        return bool(cursor.fetchone()[0])


def _respelt(query: Query, likely: Mapping[str, Sequence[Spelling]]) -> tuple[str | None, float]:
    """The likeliest spellings that books hold together, and how unlikely they are."""
    if len(query.words) == 1:
        (word,) = query.words
        meant = next(iter(likely[word]), None)
        return (_replaced(query, {word: meant.word}), meant.cost) if meant else (None, 0)
    wanted = [word for word in query.words if likely[word]]
    best = _best(query, likely, wanted)
    if best[0] and best[1] < FAR_FETCHED:
        return best
    # Words that are like no word of the catalogue are left out anyhow.
    likely_enough = LEFT_OUT * (len(query.words) - len(wanted) + 1) + ONE_SLIP
    for words in _one_left_out(wanted, likely):
        rest = _best(query, likely, words)
        if rest[0] and (not best[0] or rest[1] < best[1]):
            best = rest
        if best[0] and best[1] <= likely_enough:
            break
    return best


def _one_left_out(
    words: Sequence[str], likely: Mapping[str, Sequence[Spelling]]
) -> Iterator[list[str]]:
    """`words` without one of them: first without the commonest, which says least of a book."""
    if 2 <= len(words) <= MOST_TO_LEAVE_OUT:
        for left_out in sorted(words, key=lambda word: -likely[word][0].books):
            yield [word for word in words if word != left_out]


def _best(
    query: Query, likely: Mapping[str, Sequence[Spelling]], words: Sequence[str]
) -> tuple[str | None, float]:
    """The likeliest reading of the query among the books that hold all of `words`."""
    if not words:
        return None, 0
    operand = " & ".join(any_of([spelling.word for spelling in likely[word]]) for word in words)
    with catalogue_connection().cursor() as cursor:
        cursor.execute(_HOLDING, [operand])
        books = cursor.fetchall()
    readings = Counter(_reading(query, likely, set(stems)) for (stems,) in books)
    if not readings:
        return None, 0
    # What many books hold together is likelier than what one does.
    cost, meant = min(
        (cost - math.log(number) / 8, meant) for (cost, meant), number in readings.items()
    )
    return _replaced(query, dict(meant)), cost


def _reading(
    query: Query, likely: Mapping[str, Sequence[Spelling]], stems: set[str]
) -> tuple[float, tuple[tuple[str, str], ...]]:
    """How the words read if this book was meant, and how unlikely that is."""
    cost = 0.0
    meant = []
    for word in query.words:
        best = next((spelling for spelling in likely[word] if spelling.stem in stems), None)
        cost += best.cost if best else LEFT_OUT
        meant.append((word, best.word if best else ""))
    return cost, tuple(meant)


def _replaced(query: Query, meant: Mapping[str, str]) -> str:
    words = (meant.get(word, word) for word in query.text.split())
    return unfolded(" ".join(word for word in words if word))
