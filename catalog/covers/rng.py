"""Choices that come out the same on every machine."""

from collections.abc import Sequence

_MASK = 2**64 - 1


class Rng:
    """splitmix64: no library version can change the sequence that follows from a seed."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def below(self, count: int) -> int:
        return self._next() % count

    def pick[T](self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * (self._next() >> 11) / 2**53

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)
