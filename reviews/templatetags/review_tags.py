from typing import Any

from django import template

from catalog.models import Book
from reviews import reading

register = template.Library()


@register.inclusion_tag("reviews/_readers_say.html")
def readers_say(book: Book) -> dict[str, Any]:
    """What the book's own page shows of its reviews, the same to everybody. One query, or none."""
    return {
        "book": book,
        "summary": reading.Summary.of(book),
        "reviews": reading.most_helpful(book),
    }
