"""What staff see of a waiting list beside its book."""

from django import template

from catalog.models import Book
from waitlist.models import PreBooking

register = template.Library()


@register.simple_tag
def queue_lengths(book: Book) -> dict[str, int]:
    """How many people wait for a book, and how many copies of it are held."""
    return PreBooking.objects.filter(book=book).lengths()
