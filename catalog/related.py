"""What stands around a book on its page: other editions, neighbours in its series, shelves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _

from .book_facts import CANDIDATES, MOST_EDITIONS, Candidate, Facts, facts_of, work_of
from .editions import Editions, earlier_year, editions
from .models import Book
from .rooms import Room
from .sorts import SORTS
from .tags import language_tag
from .volumes import Volume, volumes_by_key

ON_A_SHELF = 6
# Where readers have not told enough, so many by the author and in the series go before the genre.
OF_A_KIND = 2


class Shelf(NamedTuple):
    key: str
    title: str
    books: list[Volume]
    more_url: str = ""
    more_title: str = ""


class Around:
    """What the page of `book` shows beside it. Nothing is asked for before the page wants it.

    All of it costs two statements, and one more a minute for the best of the narrowest of `rooms`.
    """

    def __init__(self, book: Book, rooms: Sequence[Room]) -> None:
        self.book = book
        self.rooms = rooms

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.book)

    @cached_property
    def editions(self) -> Editions:
        return editions(self.book, self._books(self.facts.editions))

    @property
    def has_more_editions(self) -> bool:
        """Whether there are more than are listed."""
        return len(self.facts.editions) == MOST_EDITIONS

    @property
    def earliest_year(self) -> int | None:
        """Of the oldest edition here, if it is older than the book."""
        return earlier_year(self.book, self.facts.earliest)

    @property
    def previous(self) -> Volume | None:
        return next(iter(self._books(self.facts.previous)), None)

    @property
    def next(self) -> Volume | None:
        return next(iter(self._books(self.facts.next)), None)

    @property
    def shelves(self) -> list[Shelf]:
        """The shelves that have books."""
        also = self._books([*self._liked, *self._filling])
        # What readers did is said of readers alone.
        title = _("You may also like") if self._filling else _("Readers who liked this also liked")
        shelves = [Shelf("also", title, also), self._more_by_the_same()]
        return [shelf for shelf in shelves if shelf.books]

    def _more_by_the_same(self) -> Shelf:
        if not self._more:
            return Shelf("more", "", [])
        who = self.facts.people[0].contributor
        return Shelf(
            "more",
            _("More by %(name)s") % {"name": who.name},
            self._books(self._more),
            more_url=who.get_absolute_url(),
            more_title=_("All books by %(name)s") % {"name": who.name},
        )

    @cached_property
    def _more(self) -> list[Candidate]:
        return _pick(self.facts.by_author, ON_A_SHELF, {work_of(self.book)})

    @cached_property
    def _liked(self) -> list[Candidate]:
        return _pick(self.facts.liked, ON_A_SHELF, {work_of(self.book)})

    @cached_property
    def _filling(self) -> list[Candidate]:
        """What is likely to please: of the author, of the series, then the best of the genre."""
        places = ON_A_SHELF - len(self._liked)
        taken = {candidate.work for candidate in (*self._more, *self._liked)}
        taken.add(work_of(self.book))
        filling = _pick(self.facts.by_author, min(OF_A_KIND, places), taken)
        filling += _pick(self.facts.in_series, min(OF_A_KIND, places - len(filling)), taken)
        if len(filling) < places and self.rooms:
            best = _best_of(self.rooms[0], self.book.language)
            filling += _pick(best, places - len(filling), taken)
        return filling

    @cached_property
    def _cards(self) -> dict[int, Volume]:
        found = self.facts
        shown = [*found.editions, *found.previous, *found.next]
        shown += [*self._more, *self._liked, *self._filling]
        return volumes_by_key({candidate.pk for candidate in shown})

    def _books(self, candidates: Iterable[Candidate]) -> list[Volume]:
        return [self._cards[one.pk] for one in candidates if one.pk in self._cards]


def recently_viewed_shelf(book_id: int, seen: Sequence[int]) -> Shelf:
    """The books a visitor looked at before this one: ids of `seen`, newest first."""
    ids = [pk for pk in seen if pk != book_id]
    cards = volumes_by_key(ids)
    return Shelf("seen", _("Recently viewed"), [cards[pk] for pk in ids if pk in cards])


def _pick(candidates: Iterable[Candidate], most: int, taken: set[int]) -> list[Candidate]:
    """The first `most` candidates of works that are not taken; their works are taken then."""
    picked: list[Candidate] = []
    for candidate in candidates:
        if len(picked) == most:
            break
        if candidate.work not in taken:
            taken.add(candidate.work)
            picked.append(candidate)
    return picked


def _best_of(room: Room, language: str) -> list[Candidate]:
    """The best sellers of a genre, those in `language` first; a process remembers them for a minute."""

    def best() -> list[Candidate]:
        in_language = _best_with([room.pk, *filter(None, [language_tag(language)])])
        rows = in_language.union(_best_with([room.pk]), all=True)
        return [Candidate(pk, work or -pk) for *_order, pk, work in sorted(rows, reverse=True)]

    return caches["process"].get_or_set(f"best_of_room:{room.pk}:{language}", best) or []


def _best_with(tags: list[int]) -> QuerySet[Book, tuple[Any, ...]]:
    """The best sellers with all of `tags`, behind what orders them: how many tags, and the rank."""
    books = Book.objects.on_sale().filter(tags__contains=tags).order_by(*SORTS["bestselling"])
    order = (Value(len(tags)), "bestseller_rank")
    return books.values_list(*order, "pk", "work_id")[:CANDIDATES]
