"""What the bench asks for: addresses of each kind of page, drawn from the catalogue that is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from random import Random
from urllib.parse import urlencode

from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalog import search
from catalog.models import Book, Genre
from shop import sales
from shop.models import Cart

from .targets import FRONT_PAGE
from .urls import EMPTY

ADDRESSES = 200
# So many books are looked at again and again.
POPULAR = 100
SORTS = ("bestselling", "newest", "rating", "price", "-price", "title")
# The numbered pages end here, and lists go on by key.
LAST_NUMBERED = 100
_SAMPLE = 20_000
# Words with which titles are joined say nothing about a search.
_JOINING = {"the", "and", "for", "with", "from"}
_FORMATS = [choice.value for choice in Book.Format]
_AFTER = re.compile(r'href="([^"]*[?&;]after=[^"]*)"')


@dataclass(frozen=True)
class Page:
    """One kind of page: its addresses, and what each request sends along."""

    name: str
    addresses: tuple[str, ...]
    # Pages are kept from one request to the next, as in the shop (off: each is drawn afresh).
    from_cache: bool = False
    # The browser has the page already and asks whether it has changed.
    revalidates: bool = False
    cookie: str = ""


class Words:
    """Searches of each kind, from the words of the titles that are there."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._titles = [title.split() for title in _titles()]
        counted = Counter(word for title in self._titles for word in sorted(set(title)))
        known = [word for word, _titles in counted.most_common() if _is_telling(word)]
        self.common = known[:60]
        self.rare = [word for word in known if counted[word] == 1]
        self._counted = counted

    def two(self) -> Iterator[str]:
        """Two words of one title, so that something is found."""
        while True:
            telling = [word for word in self._rng.choice(self._titles) if _is_telling(word)]
            if len(set(telling)) > 1:
                yield " ".join(self._rng.sample(sorted(set(telling)), 2))

    def typos(self) -> Iterator[str]:
        """A word of a title with one slip, which makes it a word that is in none."""
        known = [word for word in self._counted if len(word) > 5]
        while True:
            word = _with_a_slip(self._rng, self._rng.choice(known))
            if word not in self._counted:
                yield word

    def nothing(self) -> Iterator[str]:
        while True:
            yield "".join(self._rng.choices("xzqjkvw", k=9))

    def beginnings(self) -> Iterator[str]:
        """What stands in the box while somebody types a title."""
        while True:
            title = " ".join(self._rng.choice(self._titles))
            yield title[: self._rng.randint(1, 12)].strip()


def pages(rng: Random) -> list[Page]:
    """Every kind of page that the bench knows, in the order of its table."""
    words = Words(rng)
    genres = list(
        Genre.objects.filter(parent__isnull=False).order_by("pk").values_list("slug", flat=True)
    )
    numbers = [rng.randint(2, LAST_NUMBERED) for _number in range(ADDRESSES)]
    # The order of the best sellers is not named in an address.
    lists = [
        _books(**({} if sort == SORTS[0] else {"sort": sort}), page=str(number))
        for sort, number in zip(rng.choices(SORTS, k=ADDRESSES), numbers, strict=True)
    ]
    facets = [_books(genre=genre, format=form) for genre, form in product(genres, _FORMATS[:3])]
    books = tuple(_book_addresses(rng))
    searches = {
        "search: common word": words.common,
        "search: two words": words.two(),
        "search: rare word": words.rare,
        "search: typo": words.typos(),
        "search: nothing": words.nothing(),
    }
    return [
        Page("empty view", (EMPTY,)),
        Page("home", ("/",), from_cache=True),
        Page("list, drawn afresh", tuple(lists)),
        Page("list, from cache", ("/books/",), from_cache=True),
        Page("list, unchanged (304)", ("/books/",), from_cache=True, revalidates=True),
        Page("deep list", tuple(_deep_lists())),
        Page("genre", tuple(f"/genres/{slug}/" for slug in genres)),
        Page("facets", tuple(rng.sample(facets, len(facets)))),
        *(Page(name, _searches(found)) for name, found in searches.items()),
        Page("search with facets", tuple(islice(_narrowed(rng, words.common, genres), ADDRESSES))),
        Page("suggest", tuple(_suggestions(words))),
        Page("book, drawn afresh", books),
        Page("book", books[:POPULAR], from_cache=True),
        Page("basket", ("/basket/",), cookie=_basket()),
        Page(FRONT_PAGE, ("/admin/",), cookie=_staff()),
    ]


def _books(**keys: str) -> str:
    return f"/books/?{urlencode(keys)}"


def _searches(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(_books(q=words) for words in islice(found, ADDRESSES))


def _narrowed(rng: Random, words: list[str], genres: list[str]) -> Iterator[str]:
    """Searches for a word in a genre and a format that hold some of its books: others cannot be ticked."""
    for _try in range(100 * ADDRESSES):
        found = {"q": rng.choice(words), "genre": rng.choice(genres)}
        found["format"] = rng.choice(_FORMATS[:3])
        if _finds_books(**found):
            yield _books(**found)


def _finds_books(*, q: str, genre: str, **columns: str) -> bool:
    books = Book.objects.on_sale().carrying([Genre.objects.get(slug=genre).pk])
    return search.read(q).limit(books.filter(**columns)).exists()


def _suggestions(words: Words) -> Iterator[str]:
    address = reverse("catalog:suggest")
    for beginning in islice(words.beginnings(), ADDRESSES):
        yield f"{address}?{urlencode({'q': beginning})}"


def _deep_lists() -> Iterator[str]:
    """Pages behind the last numbered one, as its links name them."""
    client = Client()
    for sort in SORTS:
        address: str | None = _books(sort=sort, page=str(LAST_NUMBERED))
        for _step in range(8):
            answer = client.get(address)
            found = _AFTER.findall(answer.content.decode()) if answer.status_code == 200 else []
            if not found:
                break
            address = found[-1].replace("&amp;", "&")
            yield address


def _book_addresses(rng: Random) -> Iterator[str]:
    last = Book.objects.order_by("-pk").values_list("pk", flat=True)[0]
    wanted = [rng.randint(1, last) for _number in range(3 * ADDRESSES)]
    books = Book.objects.filter(pk__in=wanted).only("ean", "slug").order_by("pk")
    return (book.get_absolute_url() for book in islice(books, 2 * ADDRESSES))


def _basket() -> str:
    """The cookie of somebody with two books in the basket, without the visits of earlier runs."""
    for visits in (Cart, Session):
        visits.objects.all().delete()
    client = Client()
    for ean in (
        Book.objects.filter(stock__gt=1, price__gt=0)
        .order_by("pk")
        .values_list("ean", flat=True)[:2]
    ):
        client.post(reverse("shop:basket_add", args=[ean]))
    return _cookies(client)


def _staff() -> str:
    """The cookie of somebody who sees every panel, once the worker has counted for them."""
    sales.count_book_sales(now=timezone.now())
    rights = {"is_staff": True, "is_superuser": True}
    user, _is_new = User.objects.get_or_create(email="staff@example.org", defaults=rights)
    client = Client()
    client.force_login(user)
    return _cookies(client)


def _cookies(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def _titles() -> list[str]:
    """The folded titles of books from all over the catalogue."""
    share = min(100, 100 * _SAMPLE / max(1, Book.objects.count()))
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT split_part(search_text, E'\n', 1) FROM catalog_book"
            " TABLESAMPLE SYSTEM (%s) REPEATABLE (1)",
            [share],
        )
        return [title for (title,) in cursor.fetchall()]


def _is_telling(word: str) -> bool:
    return len(word) > 2 and word not in _JOINING


def _with_a_slip(rng: Random, word: str) -> str:
    place = rng.randint(1, len(word) - 2)
    slip = rng.choice(("swap", "drop", "double", "other"))
    if slip == "swap":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    middle = {"drop": "", "double": word[place] * 2, "other": "x"}[slip]
    return word[:place] + middle + word[place + 1 :]
