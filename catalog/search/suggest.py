"""What the search box suggests for the letters typed so far.

It is asked at every keystroke, so it reads tables made for it (suggestions.py), in three
statements at most.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext_lazy

from bookstore.replicas.reading import catalogue_connection
from catalog.folding import LONGEST_KEY, fold_words, is_worded
from catalog.identifiers import find_number
from catalog.models import Book, Suggestion
from catalog.money import format_count
from catalog.titles import ARTICLES, split_article

from .config import SEARCH_CONFIG
from .marks import mark_typed
from .query import LITTLE_WORDS
from .suggestions import BEST_FIRST, MANY

FEWEST_LETTERS = 2
LONGEST = 80
# Of a text that somebody pastes, which may hold an ISBN.
LONGEST_PASTED = 1000
MOST = 8
# If fewer begin with what was typed, it may be words from the middle of a title, or names.
FEW = 4
# Shorter ones begin too many words for books that hold them to be looked for.
SHORTEST_WORD = 3

Kind = Suggestion.Kind
# In the order in which they are shown; so many of each kind go before more of any other.
SHARES: dict[str, int] = {Kind.BOOK: 5, Kind.AUTHOR: 2, Kind.SERIES: 1, Kind.GENRE: 1}
_COUNTS = {
    Kind.BOOK: ngettext_lazy("%(number)s book", "%(number)s books", "count"),
    Kind.AUTHOR: ngettext_lazy("%(number)s author", "%(number)s authors", "count"),
    Kind.SERIES: ngettext_lazy("%(number)s series", "%(number)s series", "count"),
    Kind.GENRE: ngettext_lazy("%(number)s subject", "%(number)s subjects", "count"),
}

# Of beginnings that many spellings share the best are written down; others are looked for.
_SHARED_BY_MANY = """
SELECT prefix, suggestions FROM catalog_suggestionprefix WHERE prefix = ANY(%s)
"""
# Folded letters hold no wildcard.
_SHARED_BY_FEW = f"""
(SELECT %s, kind, label, detail, address FROM catalog_suggestion
WHERE spelling LIKE %s ORDER BY {BEST_FIRST} LIMIT {MANY})
"""
# Books are indexed by the stems of words, and no unfinished word has one: the commonest words that
# it may become stand in for it. Where very many books match, not all of them are looked at.
_HOLDING = f"""
WITH typed AS MATERIALIZED (
    SELECT to_tsquery('{SEARCH_CONFIG}', concat(%(words)s, '(', %(last)s, ':AB', (
        SELECT string_agg(' | ' || word || ':AB', '') FROM (
            SELECT word FROM catalog_word WHERE word LIKE %(last)s || '%%'
            ORDER BY books DESC LIMIT 20
        ) finished
    ), ')')) AS query
)
SELECT title, byline, ean, slug FROM (
    SELECT id, title, byline, ean, slug, bestseller_rank FROM catalog_book
    WHERE search @@ (SELECT query FROM typed) AND tier = 0 AND withdrawn_at IS NULL LIMIT 500
) book
ORDER BY bestseller_rank DESC, id DESC LIMIT {MOST}
"""


class Hit(NamedTuple):
    kind: str
    label: str
    detail: str  # a book's byline, or the number of books
    address: str


class Line(NamedTuple):
    address: str
    label: SafeString
    detail: str


@dataclass(frozen=True)
class Group:
    """The suggestions of one kind."""

    kind: Suggestion.Kind
    lines: list[Line]

    @property
    def count_text(self) -> str:
        return _count_text(self.kind, len(self.lines))


def suggestions_for(text: str) -> list[Group]:
    """Books, authors, series and genres that `text` may begin to name: MOST of them at most."""
    return _groups(*_found(text))


def completions_for(text: str) -> list[Hit]:
    """The same without their groups, the best first, in plain words."""
    return [hit._replace(detail=_detail(hit)) for hit in _found(text)[0]]


def _found(text: str) -> tuple[list[Hit], list[str]]:
    """What to suggest, and the readings of `text` that it was found by."""
    if number := find_number(text[:LONGEST_PASTED]):
        return _numbered(number), []
    text = text[:LONGEST]
    typed = _readings(text) if is_worded(text) else []
    if not typed or len(typed[0]) < FEWEST_LETTERS:
        return [], typed
    hits = _distinct(_beginning_with(typed))
    if len(hits) < FEW or not any(hit.kind == Kind.BOOK for hit in hits):
        hits = _distinct([*hits, *_holding(typed[-1])])
    return _mixed(hits), typed


def _readings(text: str) -> list[str]:
    """What `text` may mean, folded, likeliest first: as it is, and without a leading article."""
    split = (split_article(text, language) for language in ARTICLES)
    readings = []
    for whole in [text, *(rest for article, rest in split if article)]:
        readings.append(fold_words(whole))
        *before, last = whole.split() or [""]
        # A last letter after others is an initial like them, or begins a word.
        if before and len(last) == 1:
            readings.append(f"{fold_words(' '.join(before))} {fold_words(last)}".strip())
    return [reading[:LONGEST_KEY] for reading in dict.fromkeys(readings) if reading]


def _numbered(number: str) -> list[Hit]:
    books = Book.objects.on_sale().filter(ean=number)
    return [_book(*row) for row in books.values_list("title", "byline", "ean", "slug")]


def _beginning_with(readings: Sequence[str]) -> list[Hit]:
    """Hits whose spelling begins with one of `readings`, the first one's first, best first."""
    with catalogue_connection().cursor() as cursor:
        cursor.execute(_SHARED_BY_MANY, [list(readings)])
        found = {prefix: json.loads(hits) for prefix, hits in cursor.fetchall()}
        few = [reading for reading in readings if reading not in found]
        if few:
            params = [value for reading in few for value in (reading, f"{reading}%")]
            cursor.execute(" UNION ALL ".join([_SHARED_BY_FEW] * len(few)), params)
            for reading, *hit in cursor.fetchall():
                found.setdefault(reading, []).append(hit)
    return [Hit(*hit) for reading in readings for hit in found.get(reading, ())]


def _holding(reading: str) -> list[Hit]:
    """Best sellers that have all words of `reading`, the last of which may be unfinished."""
    words = [word for word in reading.split() if word not in LITTLE_WORDS]
    while words and len(words[-1]) < SHORTEST_WORD:
        words.pop()
    if not words:
        return []
    *words, last = words
    with catalogue_connection().cursor() as cursor:
        beginning = "".join(f"{word}:AB & " for word in words)
        cursor.execute(_HOLDING, {"words": beginning, "last": last})
        return [_book(*row) for row in cursor.fetchall()]


def _book(title: str, byline: str, ean: str, slug: str) -> Hit:
    return Hit(Kind.BOOK, title, byline, reverse("catalog:book_detail", args=[ean, slug]))


def _distinct(hits: Iterable[Hit]) -> list[Hit]:
    """The first of all hits that look alike: a name in both orders, two editions of a book."""
    first: dict[tuple[str, ...], Hit] = {}
    for hit in hits:
        first.setdefault(_look(hit), hit)
    return list(first.values())


def _look(hit: Hit) -> tuple[str, ...]:
    """What readers tell a hit by: feeds spell one person in several ways, with accents and without."""
    if hit.kind == Kind.BOOK:
        return hit.kind, fold_words(hit.label), fold_words(hit.detail)
    if hit.kind == Kind.AUTHOR:
        return hit.kind, fold_words(hit.label)
    return hit[:3]


def _mixed(hits: Sequence[Hit]) -> list[Hit]:
    """The best MOST of all kinds. A kind goes beyond its share where others leave room."""
    ranked = []
    for order, (kind, share) in enumerate(SHARES.items()):
        same = islice((hit for hit in hits if hit.kind == kind), MOST)
        ranked += [(place >= share, place, order, hit) for place, hit in enumerate(same)]
    return [hit for *_, hit in sorted(ranked)[:MOST]]


def _groups(hits: Sequence[Hit], typed: Sequence[str]) -> list[Group]:
    lines = {kind: [_line(hit, typed) for hit in hits if hit.kind == kind] for kind in SHARES}
    return [Group(Kind(kind), found) for kind, found in lines.items() if found]


def _line(hit: Hit, typed: Sequence[str]) -> Line:
    if hit.kind == Kind.BOOK:
        label, detail = mark_typed([hit.label, hit.detail], typed)
        return Line(hit.address, label, detail)
    (label,) = mark_typed([hit.label], typed)
    return Line(hit.address, label, _detail(hit))


def _detail(hit: Hit) -> str:
    """What is said of a hit beside its name: who made a book, or how many books there are."""
    return hit.detail if hit.kind == Kind.BOOK else _count_text(Kind.BOOK, int(hit.detail))


def _count_text(kind: str, number: int) -> str:
    return _count_text_in(get_language(), kind, number)


# Finding a plural takes longer than all the rest of a line.
@lru_cache(maxsize=4096)
def _count_text_in(language: str | None, kind: str, number: int) -> str:
    return _COUNTS[Kind(kind)] % {"count": number, "number": format_count(number)}
