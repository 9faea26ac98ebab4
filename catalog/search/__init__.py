"""Search: from what somebody typed to the books that were meant.

`read` is the one way in, for pages and commands alike; `found_among` asks it for staff.
"""

from .reading import Found, found_among, read

__all__ = ["Found", "found_among", "read"]
