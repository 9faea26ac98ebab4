"""What `make quick` takes of the tests: some of each file, so that it meets all of the shop."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

FEW = 7


def sample(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The first tests of each file, and of each test the first case, of what is neither slow nor in a
    browser."""
    taken: dict[Path, set[str]] = defaultdict(set)
    kept = []
    for item in items:
        name = item.name.partition("[")[0]
        is_quick = not any(map(item.get_closest_marker, ("slow", "browser")))
        if is_quick and name not in taken[item.path] and len(taken[item.path]) < FEW:
            taken[item.path].add(name)
            kept.append(item)
    return kept
