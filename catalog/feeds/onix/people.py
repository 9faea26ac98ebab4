"""Who made a book, in the order of its record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from catalog.feeds.rows import LONGEST_NAME
from catalog.models import Contribution

from .codes import ROLES
from .product import Product
from .tree import Composite

_ROLE = re.compile(r"[A-FZ][0-9]{2}")
_NOBODY = frozenset(
    ("various", "unknown", "anonymous", "anon", "no author provided", "not available", "n/a")
)
# Between people of whom one element names several.
_BETWEEN = re.compile(r"\s*[;/]\s*")
_PARTICLES = frozenset(
    [
        "da",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "du",
        "la",
        "le",
        "ni",
        "st",
        "ter",
        "van",
        "von",
        "zu",
    ]
)
_CAPITALISED = re.compile(r"[^\W\d_][\w.'’-]*")
MOST_INVERTED = 4


def read_people(product: Product) -> tuple[tuple[str, Contribution.Role], ...]:
    """The people with what they did, each once for each."""
    people: dict[tuple[str, str], tuple[str, Contribution.Role]] = {}
    for contributor in sorted(product.descriptive.all("Contributor"), key=_place):
        roles = _roles(product, contributor)
        for name in _names(contributor) if roles else ():
            if product.fits("PersonName", name, LONGEST_NAME):
                for role in roles:
                    people.setdefault((name.casefold(), role), (name, role))
    return tuple(people.values())


def _place(contributor: Composite) -> int:
    """The number it stands at; whoever has none stands behind, as in the file."""
    number = contributor.text("SequenceNumber")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 99_999


def _roles(product: Product, contributor: Composite) -> list[Contribution.Role]:
    """What somebody did, as far as the shop names those who do it; an author if nothing is said."""
    codes = contributor.texts("ContributorRole") or ["A01"]
    for code in codes:
        if not _ROLE.fullmatch(code):
            product.note("ContributorRole", code, _("There is no such role."))
    return [role for code in codes for role in ROLES.get(code, ())]


def _names(contributor: Composite) -> list[str]:
    """The names as they are printed; of inverted ones the family's name goes behind."""
    name = contributor.text("PersonName") or _structured(contributor)
    inverted = contributor.text("PersonNameInverted")
    # Some feeds give only the family's name as the whole.
    if name and not inverted.startswith(f"{name},"):
        return _real([name])
    if name := inverted:
        return [_lowered(uninverted(part)) for part in _real(_several(name))]
    return _real([contributor.text("KeyNames", "CorporateName", "CorporateNameInverted")])


def _several(name: str) -> Iterator[str]:
    """The people whom one name names; an “&” parts them only where each has a name of two words."""
    for part in _BETWEEN.split(name):
        both = part.split(" & ")
        yield from both if all(" " in one.strip() for one in both) else [part]


def _lowered(name: str) -> str:
    """A name in capitals as it is printed; initials and names of one word may be meant so."""
    words = name.split()
    is_shouted = len(words) > 1 and name.isupper() and any(len(word) > 3 for word in words)
    return name.title() if is_shouted else name


def _structured(contributor: Composite) -> str:
    """A name of parts; without a given name it may be only half of one."""
    if not contributor.text("NamesBeforeKey"):
        return ""
    parts = ("NamesBeforeKey", "PrefixToKey", "KeyNames", "NamesAfterKey", "SuffixToKey")
    return " ".join(text for part in parts if (text := contributor.text(part)))


def _real(names: Iterable[str]) -> list[str]:
    """Without what stands where there is nobody to name."""
    return [
        name
        for name in names
        if any(map(str.isalpha, name)) and name.casefold().strip(" .") not in _NOBODY
    ]


def uninverted(name: str) -> str:
    """“Austen, Jane” and “Austen Jane” as one says it; a generation stays behind the name.

    Without a comma only what looks like a name is turned round.
    """
    family, comma, rest = (part.strip() for part in name.partition(","))
    if comma:
        given, _comma, generation = (part.strip() for part in rest.partition(","))
        turned = f"{given} {family}".strip(" .-")
        return f"{turned}, {generation}" if generation else turned
    words = name.split()
    if not 2 <= len(words) <= MOST_INVERTED or not all(map(_is_of_a_name, words)):
        return name
    end = next(at for at, word in enumerate(words, 1) if not _is_particle(word) or at == len(words))
    return " ".join([*words[end:], *words[:end]])


def _is_of_a_name(word: str) -> bool:
    return bool(_CAPITALISED.fullmatch(word)) and (word[0].isupper() or _is_particle(word))


def _is_particle(word: str) -> bool:
    return word.casefold() in _PARTICLES
