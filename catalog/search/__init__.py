"""Search: from what somebody typed to the books that were meant.

`read` is the one way in, for pages and commands alike.
"""

from .reading import Found, read

__all__ = ["Found", "read"]
