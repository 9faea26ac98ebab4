"""What machines read of a book's page: schema.org terms as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from .book_facts import Facts
from .cards import mean_in_tenths
from .models import Book, Contribution, Contributor
from .trails import Step

type Delivery = Callable[[Book], list[dict[str, Any]]]

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


_DELIVERY: list[Delivery] = []


def register_delivery(say: Delivery) -> None:
    """Let `say` describe the delivery of a book that is posted at once, as OfferShippingDetails.

    An app registers it when Django is ready; what it says must stand on the page of the book, too.
    """
    _DELIVERY.append(say)


def script(*nodes: dict[str, Any]) -> SafeString:
    """The content of a script element of type application/ld+json: one graph."""
    graph = {"@context": SCHEMA, "@graph": nodes}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return SafeString(text.translate(_ESCAPES))


def book_graph(book: Book, facts: Facts, *, trail: Sequence[Step], site: str) -> SafeString:
    """The book and the way to it; `site` is the scheme and host of its address."""
    return script(breadcrumbs(trail, site), _product(book, facts, site))


def breadcrumbs(trail: Sequence[Step], site: str) -> dict[str, Any]:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": step.name}
            | ({"item": site + step.url} if step.url else {})
            for position, step in enumerate(trail, start=1)
        ],
    }


def person(contributor: Contributor, site: str) -> dict[str, str]:
    """Somebody who made books, under one id wherever they are named."""
    url = site + contributor.get_absolute_url()
    return {"@type": "Person", "@id": f"{url}#person", "name": contributor.name, "url": url}


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
        **_people(facts.people, site),
        "aggregateRating": _rating(book),
        "offers": _offer(book, url),
    }
    return {name: fact for name, fact in product.items() if fact}


def _people(contributions: Iterable[Contribution], site: str) -> dict[str, list[dict[str, str]]]:
    people: dict[str, list[dict[str, str]]] = {}
    for made in contributions:
        role = ROLES.get(made.role, "contributor")
        people.setdefault(role, []).append(person(made.contributor, site))
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
    if can.is_posted_at_once and (ways := [way for say in _DELIVERY for way in say(book)]):
        offer["shippingDetails"] = ways
    return offer


def _term(name: str | None) -> str:
    return f"{SCHEMA}/{name}" if name else ""
