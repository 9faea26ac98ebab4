"""Files of uploaded covers: the small ones that lists show, and those that nobody needs any more."""

from __future__ import annotations

import re

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from .cover_address import SMALL, small_name
from .cover_upload import encoded
from .models import Book

_SMALL = re.compile(rf"-w{SMALL}(\.\w+)$")


def make_small(name: str) -> None:
    """Make the small picture of a stored cover. Nothing happens if it is there, or the cover gone."""
    small = small_name(name)
    if default_storage.exists(small) or not default_storage.exists(name):
        return
    with default_storage.open(name) as file, Image.open(file) as picture:
        picture.thumbnail((SMALL, SMALL * 10))
        # Covers of earlier years are JPEGs, and what is served goes by the name.
        kind = str(picture.format)
        default_storage.save(small, ContentFile(encoded(picture.convert("RGB"), kind)))


def remove(name: str) -> None:
    """Remove a stored cover and its small picture, unless a book shows it."""
    if Book.objects.filter(cover_image=name).exists():
        return
    for file in (name, small_name(name)):
        default_storage.delete(file)


def instead_of_small(path: str) -> str | None:
    """The stored cover to show as long as the worker has not made its small picture at `path`."""
    if default_storage.exists(path):
        return None
    whole = _SMALL.sub(r"\1", path)
    return whole if whole != path and default_storage.exists(whole) else None
