"""The letters that very many spellings begin with, found in one pass over all of them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator

# A spelling, its kind, how good it is among that kind (1 is best), and the key of its row.
type Spelt = tuple[str, str, int, int]


class _Beginning:
    """Some first letters, and the best of what begins with them."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.spellings = 0
        self.best: dict[str, list[tuple[int, int]]] = {}

    def add(self, found: _Beginning, keep: int) -> None:
        self.spellings += found.spellings
        for kind, places in found.best.items():
            best = self.best.setdefault(kind, [])
            for place in places:
                insort(best, place)
            del best[keep:]


def shared_by_many(
    rows: Iterable[Spelt], *, many: int, keep: int
) -> Iterator[tuple[str, list[int]]]:
    """Beginnings that more than `many` of `rows` share, with the keys of the best `keep` of a kind.

    `rows` are in the order of their letters, so that those with a beginning in common stand
    together. Only the beginnings of the present spelling are kept in mind.
    """
    # Each begins with the one before it. Between two of them no spelling ends or turns off.
    path = [_Beginning("")]
    last = _Beginning("")
    for spelling, kind, place, key in rows:
        yield from _leave(path, last, _shared(last.letters, spelling), many, keep)
        last = _Beginning(spelling)
        last.spellings, last.best = 1, {kind: [(place, key)]}
    yield from _leave(path, last, "", many, keep)


def _leave(
    path: list[_Beginning], done: _Beginning, shared: str, many: int, keep: int
) -> Iterator[tuple[str, list[int]]]:
    """Go back to the `shared` letters, and give what is done with on the way."""
    while len(path[-1].letters) > len(shared):
        path[-1].add(done, keep)
        done = path.pop()
        if done.spellings > many:
            keys = [key for best in done.best.values() for _place, key in best]
            above = max(len(shared), len(path[-1].letters))
            for letters in range(above + 1, len(done.letters) + 1):
                yield done.letters[:letters], keys
    if len(path[-1].letters) < len(shared):
        path.append(_Beginning(shared))
    path[-1].add(done, keep)


def _shared(one: str, other: str) -> str:
    """The letters that both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))]
