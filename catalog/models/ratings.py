"""Readers' ratings on the row of a book: their sum, their number, and how many gave each star."""

from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Coalesce

STARS = range(1, 6)


def no_ratings() -> list[int]:
    return [0] * len(STARS)


def ratings_add_up() -> Q:
    """That there are five counts, none below zero, and that number and sum agree with them."""
    one, two, three, four, five = (F(f"rating_counts__{star - 1}") for star in STARS)
    counts = Q(rating_counts__len=len(STARS))
    for star in STARS:
        counts &= Q(**{f"rating_counts__{star - 1}__gte": 0})
    # A count that is NULL makes a sum NULL, and what is NULL a constraint lets pass.
    unknown = Value(-1, IntegerField())
    return counts & Q(
        rating_count=Coalesce(one + two + three + four + five, unknown),
        rating_sum=Coalesce(one + two * 2 + three * 3 + four * 4 + five * 5, unknown),
    )
