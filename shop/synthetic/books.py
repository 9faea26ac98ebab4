"""The made-up books themselves, row by row. The same seed makes the same books."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log
from random import Random
from zlib import crc32

from stdnum import ean as ean_number

from catalog.folding import extra_words
from catalog.models import Book
from catalog.sorts import TIER_0, TIER_1

from .names import Name, few_with_many, make_people, make_publishers, make_series
from .rows import NULL, Ids, Row, Rows
from .words import MOST_WORDS, Picks, Sentences, Vocabulary

MOST_BOOKS = 10_000_000
# 979-9 is a group of ISBNs that is not given out: no real book has such a number.
_RANGE = "9799"

_CONNECTIONS = ("of", "of", "and", "in", "of the")
_OTHER_LANGUAGES = ("fr", "de", "es", "it")
_FORMATS = [choice.value for choice in Book.Format]
_FORMAT_PICKS = Picks([55, 15, 23, 4, 3])
_PRICE_FACTORS = dict(zip(_FORMATS, (1.0, 0.7, 1.8, 2.2, 1.5), strict=True))
_SIZES = dict(zip(_FORMATS, (198, 178, 234, 204, 240), strict=True))


@dataclass(frozen=True, slots=True)
class _Work:
    """What all editions of a work have in common."""

    id: str
    authors: list[int]
    language: str
    title: Row
    series: Row
    genres: list[int]
    pages: int
    published: int


def number_block(seed: int) -> str:
    """What the numbers of all books of a seed begin with; seeds that end alike share a block."""
    return f"{_RANGE}{seed % 10}"


class Library:
    """A made-up catalogue of `number` books."""

    def __init__(self, number: int, seed: int) -> None:
        self.number = number
        self._block = number_block(seed)
        self._rng = rng = Random(seed)
        self._vocabulary = Vocabulary(rng, min(MOST_WORDS, 5_000 + number))
        self._sentences = Sentences(rng, self._vocabulary, min(5_000, 100 + number))
        self.people = make_people(rng, max(50, number * 3 // 10))
        self.publishers = make_publishers(rng, max(20, number // 200))
        self.series = make_series(rng, self._vocabulary, max(5, number // 50))
        self._people_picks = few_with_many(len(self.people))
        self._publisher_picks = few_with_many(len(self.publishers))
        self._volumes = array("H", [0]) * len(self.series)
        self._keys: set[int] = set()
        self._outside = array(
            "L", (max(0, int(rng.lognormvariate(2.5, 2.2)) - 3) for _number in range(number))
        )
        self._tiers = _tiers([_bestseller_rank(ratings) for ratings in self._outside])

    def rows(self, ids: Ids, today: date) -> Iterator[Rows]:
        """The rows of each work with its editions, all books in the order of their ids."""
        written = works = 0
        while written < self.number:
            rows = Rows()
            work = self._work(ids, works, rows)
            for edition in range(min(self._editions(), self.number - written)):
                self._edition(ids, written, work, edition, today, rows)
                written += 1
            works += 1
            yield rows

    def _editions(self) -> int:
        draw = self._rng.random()
        return 1 if draw < 0.92 else 2 if draw < 0.98 else 3

    def _work(self, ids: Ids, number: int, rows: Rows) -> _Work:
        rng = self._rng
        language = "en" if rng.random() < 0.9 else rng.choice(_OTHER_LANGUAGES)
        series = int(rng.random() * len(self.series)) if rng.random() < 0.1 else None
        # A series is the work of one author.
        authors = self._authors() if series is None else [series * 13 % len(self.people)]
        title, key = self._new_title(language, self.people[authors[0]])
        work = _Work(
            id=str(ids.first_work + number),
            authors=authors,
            language=language,
            title=title,
            series=_NO_SERIES if series is None else self._place_in(series, ids),
            genres=sorted(set(self._genres(len(ids.genres)))),
            pages=max(24, min(1500, int(rng.lognormvariate(5.7, 0.45)))),
            # Days ago; half of all books are less than eleven years old.
            published=int(rng.expovariate(1 / 5_800)),
        )
        rows.works.append(f"{work.id}\t{title['title']}\t{key}")
        return work

    def _authors(self) -> list[int]:
        number = 1 if self._rng.random() < 0.78 else 2
        drawn = [self._people_picks.draw(self._rng) for _place in range(number)]
        return list(dict.fromkeys(drawn))

    def _new_title(self, language: str, author: Name) -> tuple[Row, str]:
        """A title that the author has not given to another work, and the key of the work."""
        while True:
            title = self._title(language)
            key = f"{title['key']}|{author.folded}"
            # A digest, to remember a million of them; two of them may be equal now and then.
            digest = crc32(key.encode())
            if digest not in self._keys:
                self._keys.add(digest)
                return title, key

    def _genres(self, number: int) -> list[int]:
        draw = self._rng.random()
        return [
            # The square makes some genres larger than others.
            int(self._rng.random() ** 2 * number)
            for _link in range(1 if draw < 0.3 else 2 if draw < 0.7 else 3)
        ]

    def _title(self, language: str) -> Row:
        rng = self._rng
        drawn = self._vocabulary.draw(rng, 3 + int(rng.random() ** 1.5 * 4))
        plain = list(drawn)
        if language == "en" and rng.random() < 0.3:
            plain.insert(len(plain) // 2 + 1, _CONNECTIONS[int(rng.random() * len(_CONNECTIONS))])
        key = " ".join(plain)
        draw = rng.random()
        article = "" if language != "en" or draw > 0.3 else "the" if draw > 0.06 else "a"
        subtitle = " ".join(self._vocabulary.draw(rng, 4)) if rng.random() < 0.25 else ""
        return {
            "title": f"{article} {key}".strip().title(),
            "subtitle": subtitle.capitalize(),
            # Plain words fold into themselves: lines 1, 2 and 4 of catalog.folding.search_lines.
            "key": key,
            "article": article,
        }

    def _place_in(self, number: int, ids: Ids) -> Row:
        self._volumes[number] += 1
        series, volume = self.series[number], str(self._volumes[number])
        return {
            "series_id": str(ids.series[number]),
            "series_title": series.text,
            "series_number": volume,
            "folded": f"{series.folded} {volume}",
        }

    def _edition(
        self, ids: Ids, number: int, work: _Work, edition: int, today: date, rows: Rows
    ) -> None:
        pk = str(ids.first_book + number)
        leaves = [ids.genres[genre] for genre in work.genres]
        book = {"id": pk, "ean": self._ean(number), "work_id": work.id}
        book |= self._words(work, ids)
        book |= self._print(work)
        book |= self._dates(work, edition, today)
        book |= self._trade(book["format"])
        book |= self._readers(number)
        tags = sorted({genre for leaf, root, _mood in leaves for genre in (leaf, root)})
        book["tags"] = f"{{{','.join(map(str, tags))}}}"
        book["cover_mood"] = leaves[0][2]
        rows.books.append(book)
        rows.texts.append(f"{pk}\t{self._sentences.draw(self._rng, 5)}")
        rows.genres += [f"{pk}\t{leaf}" for leaf, _root, _mood in leaves]
        rows.contributions += [
            f"{pk}\t{ids.people[author]}\t{position}"
            for position, author in enumerate(work.authors)
        ]
        if book["stock"] != "0":
            rows.movements.append(f"{pk}\t{book['stock']}")

    def _ean(self, number: int) -> str:
        body = f"{self._block}{number:07d}"
        return body + ean_number.calc_check_digit(body)

    def _words(self, work: _Work, ids: Ids) -> Row:
        people = [self.people[author] for author in work.authors]
        house = self._publisher_picks.draw(self._rng)
        publisher = self.publishers[house]
        title, series = work.title, work.series
        lines = (
            title["key"],
            f"{title['article']} ",
            _folded(people),
            title["subtitle"].lower(),
            series["folded"],
            publisher.folded,
        )
        return {
            "title": title["title"],
            "subtitle": title["subtitle"],
            "byline": _byline(people),
            "slug": title["title"].lower().replace(" ", "-")[:80].strip("-"),
            "sort_title": title["key"],
            "language": work.language,
            "publisher_id": str(ids.publishers[house]),
            "publisher_name": publisher.text,
            "series_id": series["series_id"],
            "series_title": series["series_title"],
            "series_number": series["series_number"],
            # A line break as COPY writes it.
            "search_text": r"\n".join(lines),
        }

    def _print(self, work: _Work) -> Row:
        rng = self._rng
        form = _FORMATS[_FORMAT_PICKS.draw(rng)]
        height = _SIZES[form] + rng.randint(-8, 8)
        thickness = 4 + work.pages // 14
        return {
            "format": form,
            "pages": str(work.pages),
            "height_mm": str(height),
            "width_mm": str(int(height * 0.65)),
            "thickness_mm": str(thickness),
            "weight_g": str(int(height * height * 0.65 * thickness / 1_600)),
            "cover_image": "",
        }

    def _dates(self, work: _Work, edition: int, today: date) -> Row:
        # Later editions come out later; one work in 200 is announced for the coming months.
        ago = work.published // (edition + 1)
        published = max(today - timedelta(days=ago), date(1820, 1, 1))
        coming = self._rng.random() < 0.005
        if coming:
            published = today + timedelta(days=1 + int(self._rng.random() * 180))
        return {
            "published_on": published.isoformat(),
            "published_precision": "year" if published.year < 1950 else "day",
            "on_sale_on": published.isoformat() if coming else NULL,
        }

    def _trade(self, form: str) -> Row:
        rng = self._rng
        price = min(400.0, exp(rng.gauss(2.35, 0.4)) * _PRICE_FACTORS[form])
        has_stock = rng.random() > 0.22
        return {
            "price": f"{int(price)}.99" if rng.random() < 0.98 else NULL,
            "stock": str(1 + int(rng.expovariate(1 / 8))) if has_stock else "0",
        }

    def _readers(self, number: int) -> Row:
        rng = self._rng
        outside = self._outside[number]
        taste = min(4.9, max(1.5, rng.gauss(3.8, 0.5)))
        count = 1 + int(rng.lognormvariate(1.0, 1.3)) if rng.random() < 0.3 else 0
        total = max(count, min(5 * count, round(count * taste)))
        return {
            "rating_sum": str(total),
            "rating_count": str(count),
            "rating_counts": _rating_counts(total, count),
            "rating_rank": str(_rating_rank(total, count)),
            "outside_rating": f"{taste:.2f}" if outside else NULL,
            "outside_ratings": str(outside),
            "bestseller_rank": str(_bestseller_rank(outside)),
            "tier": str(self._tiers[number]),
        }


_NO_SERIES: Row = {"series_id": NULL, "series_title": "", "series_number": "", "folded": ""}


def _folded(people: Sequence[Name]) -> str:
    """Line 3 of the search text: the names, and their other spellings."""
    words = " ".join(person.folded for person in people)
    if not any(person.extra for person in people):
        return words
    return f"{words} {extra_words(_byline(people))}".rstrip()


def _byline(people: Sequence[Name]) -> str:
    return ", ".join(person.text for person in people)


# The same as shop/lists.py works out, so that its next round finds nothing to write.
def _bestseller_rank(outside_ratings: int) -> int:
    return min(999, round(60 * log(1 + outside_ratings)))


def _rating_rank(total: int, count: int) -> int:
    return (2_000 * total + 35_000 + count + 5) // (2 * (count + 5)) if count else 0


def _rating_counts(total: int, count: int) -> str:
    """How many gave how many stars, as COPY reads it: all of them the stars next to the mean."""
    counts = [0] * 6
    if count:
        mean, above = divmod(total, count)
        counts[mean - 1], counts[mean] = count - above, above
    return "{" + ",".join(map(str, counts[:5])) + "}"


def _tiers(ranks: Sequence[int]) -> array:
    """The tier of each book: of two that sell alike the later one comes first."""
    tiers = array("B", [2]) * len(ranks)
    books = range(len(ranks))
    order = sorted(books, key=lambda number: ranks[number] * len(ranks) + number, reverse=True)
    for place, number in enumerate(order[:TIER_1]):
        tiers[number] = 0 if place < TIER_0 else 1
    return tiers
