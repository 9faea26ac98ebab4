"""What other apps put on a book's page for the reader who looks: each part under a name.

The page is kept for everybody and has a gap for each part (bookstore/caching.py). An app registers
its parts when Django is ready, so that the catalogue need not know who they are.
"""

from collections.abc import Callable, Mapping
from functools import partial

from django.http import HttpRequest

from .volumes import Volume

type Draw = Callable[[HttpRequest, Volume], str]

_PARTS: dict[str, Draw] = {}


def register(name: str, draw: Draw) -> None:
    """Let `draw` make the HTML of {% personal_part name %} on the page of a book."""
    _PARTS[name] = draw


def parts_for(request: HttpRequest, book: Volume) -> Mapping[str, Callable[[], str]]:
    """The parts that apps have registered, each drawn only when the page asks for it."""
    return {name: partial(draw, request, book) for name, draw in _PARTS.items()}
