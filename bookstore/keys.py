"""Keys of rows as addresses and forms say them."""

from collections.abc import Iterable

# Whatever is longer may not fit into the 64 bits of a key.
LONGEST = 18


def key_in(text: str) -> int | None:
    """The key that `text` is; None for anything else."""
    is_key = text.isascii() and text.isdecimal() and len(text) <= LONGEST
    return int(text) if is_key else None


def keys_in(texts: Iterable[str]) -> list[int]:
    """Those of `texts` that are keys, in their order."""
    return [key for text in texts if (key := key_in(text)) is not None]
