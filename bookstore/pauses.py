"""How long to wait before something that failed is tried again."""

from datetime import timedelta

LONGEST = timedelta(hours=6)
# Twice as long after each of so many attempts is longer than LONGEST.
MOST_DOUBLINGS = 10


def pause_after(attempts: int) -> timedelta:
    """A minute after the first attempt, then each pause twice the last, up to six hours."""
    return min(timedelta(minutes=2 ** min(attempts - 1, MOST_DOUBLINGS)), LONGEST)
