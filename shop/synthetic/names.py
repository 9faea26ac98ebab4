"""Who writes and who publishes the made-up books, their series, and the rooms they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from catalog.feeds.references import sort_name
from catalog.folding import extra_words, fold_words
from catalog.slugs import slug_for

from .words import Picks, Vocabulary, make_names

_ACCENTS = str.maketrans("aeiou", "áéíóú")
_HOUSES = ("Press", "Books", "& Sons", "Publishing", "House", "Editions")
_SERIES = ("Chronicles", "Mysteries", "Papers", "Saga", "Library", "Trilogy")


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a person, a publisher or a series, with what follows from it."""

    text: str
    slug: str
    folded: str
    # Spellings by which it is also found; most names have none.
    extra: str

    @property
    def sort_name(self) -> str:
        return sort_name(self.text)


def make_people(rng: Random, number: int) -> list[Name]:
    """Authors: one in ten goes by initials, one in forty writes an accent or an apostrophe."""
    first_names = make_names(rng, 100 + number // 200)
    last_names = make_names(rng, 300 + number // 10)
    people: dict[str, Name] = {}
    while len(people) < number:
        # The square makes some names much more frequent than others.
        first = first_names[int(rng.random() ** 2 * len(first_names))]
        last = last_names[int(rng.random() ** 2 * len(last_names))]
        _add(people, _styled(rng, first, last))
    return list(people.values())


def _styled(rng: Random, first: str, last: str) -> str:
    style = rng.random()
    if style < 0.05:
        return f"{first[0]}. {last}"
    if style < 0.10:
        return f"{first[0]}. {chr(65 + int(rng.random() * 26))}. {last}"
    if style < 0.11:
        return f"{first} O’{last}"
    if style < 0.125:
        return f"{first.translate(_ACCENTS)} {last}"
    return f"{first} {last}"


def make_publishers(rng: Random, number: int) -> list[Name]:
    publishers: dict[str, Name] = {}
    names = make_names(rng, number)
    for name in names:
        _add(publishers, f"{name} {rng.choice(_HOUSES)}")
    return list(publishers.values())


def make_series(rng: Random, vocabulary: Vocabulary, number: int) -> list[Name]:
    series: dict[str, Name] = {}
    while len(series) < number:
        words = " ".join(vocabulary.draw(rng, 2)).title()
        _add(series, f"The {words} {rng.choice(_SERIES)}")
    return list(series.values())


def _add(names: dict[str, Name], text: str) -> None:
    """Add a name by its slug, which must be as distinct as the name itself."""
    # Words of plain letters, all longer than initials, need not be folded one by one.
    is_plain = text.isascii() and text.replace(" ", "").isalpha()
    folded = text.lower() if is_plain else fold_words(text)
    slug = folded.replace(" ", "-") if is_plain else slug_for(text, fallback="name")
    if slug not in names:
        names[slug] = Name(text, slug, folded, "" if is_plain else extra_words(text))


def few_with_many(number: int) -> Picks:
    """Draws of which few of `number` get many, and none gets very many."""
    return Picks([1 / (rank + number / 100) for rank in range(1, number + 1)])


# Root genre, the mood of its covers, its leaves: 10 and 50.
GENRES = (
    ("Fiction", "novel", ("Literary Fiction", "Historical Fiction", "Short Stories", "Classics", "Satire")),
    ("Crime & Thrillers", "crime", ("Detective Stories", "Police Stories", "Spy Stories", "Courtroom Drama", "True Crime")),
    ("Science Fiction & Fantasy", "sf", ("Space Opera", "Epic Fantasy", "Alternate History", "Time Travel", "Urban Fantasy")),
    ("Horror & Ghosts", "gothic", ("Ghost Stories", "Gothic Novels", "Vampires", "Weird Tales", "Folk Horror")),
    ("Children", "child", ("Picture Books", "School Stories", "Fairy Tales", "Animal Stories", "Young Adult")),
    ("Poetry & Drama", "poetry", ("Modern Poetry", "Anthologies", "Ballads", "Plays", "Verse Novels")),
    ("Travel & Sea", "sea", ("Voyages", "Islands", "Mountains", "City Guides", "Polar Exploration")),
    ("Nature & Home", "nature", ("Gardening", "Birds", "Cookery", "Weather", "Country Life")),
    ("Ideas", "ideas", ("Philosophy", "Economics", "Politics", "Religion", "Psychology")),
    ("History & Lives", "ideas", ("Ancient History", "Modern History", "Biography", "Memoirs", "Letters & Diaries")),
)  # fmt: skip
