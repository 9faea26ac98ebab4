"""What machines read of a book's page: schema.org terms as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from .book_facts import Facts
from .cards import mean_in_tenths
from .models import Book, Contribution
from .rooms import Room

SCHEMA = "https://schema.org"
# What schema.org calls the roles of people; others are contributors.
ROLES: dict[str, str] = {
    Contribution.Role.AUTHOR: "author",
    Contribution.Role.EDITOR: "editor",
    Contribution.Role.TRANSLATOR: "translator",
    Contribution.Role.ILLUSTRATOR: "illustrator",
}
FORMATS: dict[str, str] = {
    Book.Format.PAPERBACK: "Paperback",
    Book.Format.POCKET: "Paperback",
    Book.Format.HARDBACK: "Hardcover",
    Book.Format.CLOTHBOUND: "Hardcover",
}
DAYS_TO_RETURN = 14
# A title must never close the element that holds the data.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def book_graph(book: Book, facts: Facts, *, way: Sequence[Room], site: str) -> SafeString:
    """The content of a script element of type application/ld+json.

    `way` are the genres that lead to the book, `site` is the scheme and host of its address.
    """
    graph = {"@context": SCHEMA, "@graph": [_trail(book, way, site), _product(book, facts, site)]}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return SafeString(text.translate(_ESCAPES))


def _trail(book: Book, way: Sequence[Room], site: str) -> dict[str, Any]:
    steps = [{"name": room.name, "item": site + room.url} for room in way]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, **step}
            for position, step in enumerate([*steps, {"name": book.title}], start=1)
        ],
    }


def _product(book: Book, facts: Facts, site: str) -> dict[str, Any]:
    url = site + book.get_absolute_url()
    product = {
        "@type": ["Product", "Book"],
        "@id": f"{url}#book",
        "name": book.title,
        "url": url,
        "image": site + book.cover.url,
        "alternativeHeadline": book.subtitle,
        "isbn": book.isbn,
        "gtin13": book.ean,
        "bookFormat": _term(FORMATS.get(book.format)),
        "numberOfPages": book.pages,
        "inLanguage": book.language,
        "datePublished": _date_of(book),
        "publisher": facts.publisher and _named("Organization", facts.publisher.name),
        "isPartOf": facts.series and _named("BookSeries", facts.series.title),
        "position": book.series_number if facts.series else None,
        **_people(facts.people),
        "aggregateRating": _rating(book),
        "offers": _offer(book, url),
    }
    return {name: fact for name, fact in product.items() if fact}


def _people(contributions: Iterable[Contribution]) -> dict[str, list[dict[str, str]]]:
    people: dict[str, list[dict[str, str]]] = {}
    for made in contributions:
        role = ROLES.get(made.role, "contributor")
        people.setdefault(role, []).append(_named("Person", made.contributor.name))
    return people


def _named(kind: str, name: str) -> dict[str, str]:
    return {"@type": kind, "name": name}


def _date_of(book: Book) -> str:
    """The date of publication, no more exact than it is known."""
    if book.published_on is None:
        return ""
    length = {"year": 4, "month": 7}.get(book.published_precision, 10)
    return book.published_on.isoformat()[:length]


def _rating(book: Book) -> dict[str, Any] | None:
    if not book.rating_count:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": mean_in_tenths(book.rating_sum, book.rating_count) / 10,
        "ratingCount": book.rating_count,
        "bestRating": 5,
    }


def _offer(book: Book, url: str) -> dict[str, Any] | None:
    can = book.availability
    if not can.schema:
        return None
    offer = {
        "@type": "Offer",
        "price": str(book.price),
        "priceCurrency": settings.SHOP["currency"],
        "availability": _term(can.schema),
        "itemCondition": _term("NewCondition"),
        "url": url,
        "hasMerchantReturnPolicy": {
            "@type": "MerchantReturnPolicy",
            "applicableCountry": settings.SHOP["country"],
            "returnPolicyCategory": _term("MerchantReturnFiniteReturnWindow"),
            "merchantReturnDays": DAYS_TO_RETURN,
        },
    }
    if can.schema == "PreOrder":
        offer["availabilityStarts"] = str(book.on_sale_on)
    return offer


def _term(name: str | None) -> str:
    return f"{SCHEMA}/{name}" if name else ""
