"""The readable part of addresses."""

import hashlib

from django.utils.text import slugify

LONGEST = 80


def slug_for(text: str, *, fallback: str) -> str:
    """`text` as lower-case ASCII words with hyphens; `fallback` when its script leaves none."""
    return slugify(text)[:LONGEST].strip("-") or fallback


def distinct_slug(text: str, *, fallback: str) -> str:
    """A slug that differs between any two texts, and is the same for the same text every time."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{slug_for(text, fallback=fallback)}-{digest}"
