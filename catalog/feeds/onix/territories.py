"""Whether what a record says of a territory holds for the country of the shop."""

from __future__ import annotations

from .tree import Composite

_EVERYWHERE = frozenset(("WORLD", "ROW"))


def is_for(country: str, territory: Composite) -> bool:
    """Whether a country is in a territory; one of which nothing is said is everywhere."""
    if not territory.parts:
        return True
    if country in _codes(territory, "CountriesExcluded"):
        return False
    countries = _codes(territory, "CountriesIncluded")
    regions = _codes(territory, "RegionsIncluded")
    if country in countries or _EVERYWHERE & regions:
        return True
    return not countries and not regions


def _codes(territory: Composite, name: str) -> set[str]:
    return {code for text in territory.texts(name) for code in text.split()}
