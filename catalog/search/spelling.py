"""How far two spellings of a word are apart."""

from __future__ import annotations


def slips(typed: str, meant: str) -> int:
    """How many letters were left out, added, mistaken or swapped with their neighbour.

    The optimal string alignment distance (Boytsov, 2011): no part of a word is changed twice.
    """
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            swapped = i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other
            row.append(min(cost, before[j - 2] + 1) if swapped else cost)
        before, above = above, row
    return above[-1]
