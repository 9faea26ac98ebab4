"""Searches that found nothing, counted by the day: what buyers should know, and nobody's secret."""

from __future__ import annotations

import re
from datetime import date

from django.db import connection

from catalog.folding import fold_words
from catalog.identifiers import find_number

LONGEST = 100
# What may tell who searched: an address, or the number of a phone, a card or an order.
_PERSONAL = re.compile(r"@|(?:\d[\s().+/-]*){7}")
_COUNT = """
INSERT INTO catalog_missedsearch AS known (words, day, times) VALUES (%s, %s, 1)
ON CONFLICT (day, words) DO UPDATE SET times = known.times + 1
"""


def note(words: str, *, today: date) -> None:
    """Count a search that found nothing, unless its words could tell of a person."""
    text = find_number(words) or ("" if _PERSONAL.search(words) else fold_words(words)[:LONGEST])
    if text:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [text, today])
