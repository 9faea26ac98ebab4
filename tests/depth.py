"""Which cases of a test are tried everywhere, and which with CI=true alone."""

from collections.abc import Iterable
from typing import Any

import pytest


def deep_after(number: int, cases: Iterable[Any]) -> list[Any]:
    """The cases of a parameter, of which all behind the first `number` are marked as deep."""
    return [
        case if place < number else pytest.param(case, marks=pytest.mark.deep)
        for place, case in enumerate(cases)
    ]
