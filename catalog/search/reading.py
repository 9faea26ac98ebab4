"""What somebody typed, understood: as it stands, or corrected when no book answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.folding import is_worded
from catalog.identifiers import find_number, has_broken_isbn

from . import corrections
from .find import Match
from .query import Query
from .words import Vocabulary

if TYPE_CHECKING:
    from catalog.querysets import BookQuerySet

# Another spelling is offered, but not searched for, when it is in so many times as many books.
MANY_TIMES = 20
FEW_BOOKS = 5


@dataclass(frozen=True)
class Found:
    """The books that answer to what was typed. Nothing is read from them before it is asked for."""

    # An EAN, if the words name one: then only that book is meant.
    number: str | None = None
    match: Match | None = None
    # What was searched for instead; empty if the words were taken as they stand.
    corrected: str = ""
    # What may have been meant, although some books do answer.
    suggestion: str = ""

    @property
    def nothing(self) -> bool:
        return not self.number and self.match is None

    @property
    def is_common(self) -> bool:
        """Whether there may be more matches than a list can sort or count."""
        return self.match is not None and self.match.is_common

    @property
    def books(self) -> int:
        """At most so many books match, as far as the word counts know; 0 if they do not."""
        return self.match.rarest if self.match else 0

    def limit(self, books: BookQuerySet) -> BookQuerySet:
        """Those of `books` that match."""
        if self.number:
            return books.filter(ean=self.number)
        return self.match.limit(books) if self.match else books.none()

    def best(
        self, books: BookQuerySet, start: int, stop: int, *, matches: int | None = None
    ) -> list[int]:
        """Ids of matching books from place `start` to before `stop`, best first.

        `matches` is how many of `books` match, where that is known.
        """
        if self.match:
            return self.match.best(books, start, stop, matches=matches)
        return list(self.limit(books).values_list("pk", flat=True)[start:stop])


def read(words: str, *, literal: bool = False) -> Found:
    """The books that `words` mean. With `literal` they are never corrected.

    An ISBN in any spelling means that book alone; a broken one, or punctuation alone, nothing.
    """
    if number := find_number(words):
        return Found(number=number)
    query = Query.of(words)
    if not query.words or not is_worded(words) or has_broken_isbn(words):
        return Found()
    vocabulary = Vocabulary.of(query.words)
    match = _match(query, vocabulary)
    hits = _few_hits(match)
    if hits and hits <= FEW_BOOKS and not literal:
        return Found(match=match, suggestion=_suggestion(query, vocabulary))
    if hits or literal:
        return Found(match=match)
    return _corrected(query, vocabulary)


def found_among(books: BookQuerySet, words: str) -> BookQuerySet:
    """Those of `books`, withdrawn ones too, that `words` mean: as they stand, or else corrected."""
    literal = read(words, literal=True).limit(books)
    return literal if literal.exists() else read(words).limit(books)


def _match(query: Query, vocabulary: Vocabulary) -> Match:
    last = query.words[-1]
    return Match(
        query,
        rarest=min(vocabulary.books(word) for word in query.words),
        unfinished=len(query.text.split()) > 1 or not vocabulary.books(last),
    )


def _few_hits(match: Match) -> int:
    """How many books match, counted no further than just beyond a few."""
    from catalog.models import Book

    if len(match.query.words) == 1 and match.rarest > FEW_BOOKS:
        return FEW_BOOKS + 1
    some = match.limit(Book.objects.on_sale()).values("pk")[: FEW_BOOKS + 1]
    return len(some)


def _suggestion(query: Query, vocabulary: Vocabulary) -> str:
    """Another spelling that many more books answer to, or nothing."""
    words = corrections.likelier(query, vocabulary, MANY_TIMES)
    if not words:
        return ""
    meant = Query.of(words)
    return words if _few_hits(_match(meant, Vocabulary.of(meant.words))) > FEW_BOOKS else ""


def _corrected(query: Query, vocabulary: Vocabulary) -> Found:
    words = corrections.correct(query, vocabulary)
    if not words:
        return Found()
    meant = Query.of(words)
    return Found(match=_match(meant, Vocabulary.of(meant.words)), corrected=words)
