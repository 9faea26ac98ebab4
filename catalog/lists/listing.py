"""A page of a list: which books there are, which of them stand on it, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings
from django.db.models import Q
from django.http import Http404

from bookstore.paging import number_or_404
from bookstore.process_cache import remembered
from catalog.querysets import BookQuerySet
from catalog.search import Found
from catalog.sorts import RELEVANCE, TIER_0, TIER_1
from catalog.tags import ERA_YEARS
from catalog.volumes import Volume, volumes_by_key

from . import counting
from .address import LAST, Choice
from .facets import ERA, GENRE, IN_STOCK, STOCK, vocabulary

# The books of longer lists are never all read and sorted.
MOST_GATHERED = 10_000
# How many they are, and how the indexes of tiers have it.
BEST_SELLERS = ((TIER_0, Q(tier=0)), (TIER_1, Q(tier__lte=1)))
# What prices go by among the facets; they are no facet, since nobody ticks them.
PRICE = "price"
# Orders in which the books of a genre or of a format stand evenly among the others. Prices and
# dates go together with both.
EVEN = ("bestselling", "rating", "title")


@dataclass(frozen=True)
class Shelf:
    """What a list narrows: the whole shop, or the books of a genre, an author…"""

    name: str
    books: BookQuerySet
    # As FacetCount has it, if it counts this shelf.
    counted_as: int | None = None


class Listing:
    """The books of `shelf` that `choice` asks for, `found` among them if it has words."""

    # Pages have numbers up to here; from there a list goes on after the last book of a page.
    LAST_NUMBER = 100

    def __init__(self, shelf: Shelf, choice: Choice, found: Found | None, today: date) -> None:
        self.shelf = shelf
        self.choice = choice
        self.found = found
        self.today = today
        self.size = settings.BOOKS_PER_PAGE
        page = choice.one("page")
        self.number = 1 if page in ("", LAST) else number_or_404(page, self.LAST_NUMBER)

    @property
    def is_ranked(self) -> bool:
        return self.choice.sort == RELEVANCE

    @property
    def leaves_out_the_rest(self) -> bool:
        """Whether only books that sell well are listed: very many match, and rank does not choose."""
        return bool(self.found and self.found.is_common and not self.is_ranked)

    def narrowed(self, *, without: str = "") -> BookQuerySet:
        """The books of the list, or those that there would be without one facet or the prices."""
        choice = self.choice
        books = self.found.limit(self.shelf.books) if self.found else self.shelf.books
        if self.leaves_out_the_rest:
            books = books.filter(tier__lte=1)
        for key, values in choice.chosen.items():
            if key == without:
                continue
            if key == STOCK:
                in_stock = values[0].name == IN_STOCK
                books = books.in_stock(self.today) if in_stock else books.to_preorder(self.today)
            else:
                books = books.carrying([value.tag for value in values])
        has_prices = choice.has_prices and without != PRICE
        return books.priced(*choice.prices, choice.sort) if has_prices else books

    @property
    def key(self) -> str:
        """What is in the list and how it is asked for, but not in which order."""
        query = self.choice.but("sort").query
        return f"{self.shelf.name}?{query}&{self.leaves_out_the_rest} {self.today}"

    @cached_property
    def counts(self) -> counting.Counts:
        """How many books there are, by tags; each process remembers it for a minute."""
        return remembered("counts", self.key, self._count)

    def count_without_prices(self) -> counting.Tally:
        """How many books there would be at any price, in two queries."""
        return counting.count({PRICE: self.narrowed(without=PRICE)}, self.today)[PRICE]

    def _count(self) -> counting.Counts:
        if self.found and self.found.nothing:
            return counting.NOTHING
        lists = {"": self.narrowed()}
        lists |= {key: self.narrowed(without=key) for key in self.choice.chosen}
        known = self._already_counted()
        unknown = {key: books for key, books in lists.items() if key not in known}
        tallies = known | (counting.count(unknown, self.today) if unknown else {})
        listed = tallies.pop("")
        without = {key: tally.at_least(listed.books) for key, tally in tallies.items()}
        chosen = {value.tag for values in self.choice.chosen.values() for value in values}
        return counting.Counts(listed, without, frozenset(chosen))

    def _already_counted(self) -> dict[str, counting.Tally]:
        """Of the lists to count, those whose numbers are stored: a shelf, a genre, a facet by genres."""
        shelf, chosen = self.shelf.counted_as, self.choice.chosen
        genres, others = chosen.get(GENRE, []), [key for key in chosen if key != GENRE]
        is_simple = not self.found and not self.choice.has_prices
        if shelf is None or not is_simple or len(genres) > 1 or len(others) > 1:
            return {}
        tallies = {"".join(others): counting.stored(genres[0].tag if genres else shelf)}
        if genres and not others:
            tallies[GENRE] = counting.stored(shelf)
        elif others:
            tags = [value.tag for value in chosen[others[0]]]
            tallies[""] = counting.estimated(tallies[others[0]], tags)
            if genres:
                tallies[GENRE] = counting.stored_by_genre(tags)
        return {key: tally for key, tally in tallies.items() if tally}

    @cached_property
    def _ids(self) -> list[int]:
        """The keys of the page's books, and one more if the list goes on."""
        if self.found and self.found.nothing:
            return []
        start, stop = self.start, self.start + self.size + 1
        if self.found and self.is_ranked:
            return self.found.best(self.narrowed(), start, stop, matches=self._known_length)
        books = self._by_date(self.narrowed())
        if after := self.choice.one("after"):
            books = books.beyond(after, self.choice.sort)
        if self.is_last:
            ids = books.ids(
                self.choice.sort, 0, self._on_the_last_page, backwards=True, gather=self._gathers
            )
            return ids[::-1]
        return self._best_sellers(books, start, stop) or books.ids(
            self.choice.sort, start, stop, gather=self._gathers
        )

    @property
    def _known_length(self) -> int | None:
        """How many books there are, where a facet narrows the list and all were counted."""
        if not self.choice.is_narrowed:
            return None
        listed = self.counts.listed
        return listed.books if listed.is_exact else None

    def _best_sellers(self, books: BookQuerySet, start: int, stop: int) -> list[int]:
        """The page from the best sellers of the shop alone, if a narrow list has enough of them.

        An index of its own finds these: a tenth of the books, or a fiftieth, need to be looked at.
        """
        if self.choice.sort != "bestselling" or not self.choice.chosen or not self.is_numbered:
            return []
        listed, shop = self.counts.listed.books, max(vocabulary().books, 1)
        walked = self._walked_to(stop)
        for number, best_sellers in BEST_SELLERS:
            expected = listed * number // shop
            # Twice as many as are wanted, since they are never spread quite evenly.
            if 2 * stop <= expected < min(walked, listed):
                best = books.filter(best_sellers)
                ids = best.ids(self.choice.sort, start, stop, gather=True)
                if len(ids) == stop - start:
                    return ids
        return []

    @cached_property
    def books(self) -> list[Volume]:
        """The books on the page. Raises Http404 if the list ends before it."""
        ids = self._ids[: self.size]
        if not ids and not (self.is_numbered and self.number == 1):
            raise Http404
        found = volumes_by_key(ids)
        return [found[pk] for pk in ids if pk in found]

    @property
    def is_last(self) -> bool:
        return self.choice.one("page") == LAST

    @property
    def is_numbered(self) -> bool:
        return not self.is_last and not self.choice.one("after")

    @property
    def start(self) -> int:
        """How many books stand before the page; 0 where nobody has counted."""
        return 0 if self.is_last else (self.number - 1) * self.size

    @property
    def goes_on(self) -> bool:
        return not self.is_last and len(self._ids) > self.size

    @property
    def _on_the_last_page(self) -> int:
        listed = self.counts.listed
        return (listed.books % self.size if listed.is_exact else 0) or self.size

    @property
    def _gathers(self) -> bool:
        """Whether to sort the books that there are, rather than walk the order until there are enough.

        Where they stand evenly in the order that is a matter of arithmetic. Elsewhere a few books
        may all stand at its end. The larger part of a shop is never sorted.
        """
        if self.leaves_out_the_rest:
            return True
        listed, shop = self.counts.listed, vocabulary().books
        if listed.books > MOST_GATHERED or 2 * listed.books > shop:
            return False
        walked = self._walked_to(self.start + self.size)
        return self.choice.sort not in EVEN or listed.books <= walked

    def _walked_to(self, place: int) -> int:
        """How many books of the shop stand before a place of the list, if it is evenly spread."""
        return vocabulary().books * place // max(self.counts.listed.books, 1)

    def _by_date(self, books: BookQuerySet) -> BookQuerySet:
        """Enter an order of dates where the chosen years begin: they may be at its other end."""
        eras = self.choice.chosen.get(ERA)
        if not eras or self.choice.sort != "newest":
            return books
        years = [ERA_YEARS[era.name] for era in eras]
        first, last = min(years)[0], max(last for _first, last in years)
        return books.dated(date(first, 1, 1), date(last, 12, 31))
