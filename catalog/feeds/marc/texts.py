"""Takes the punctuation of library catalogues (ISBD) off: “The war game / ” is “The war game”."""

from __future__ import annotations

import re

from .records import Field

_ENDING = " /:;=,"
_BEFORE_MARK = re.compile(r"\s+([:;,])(?=\s)")
# Words whose full stop is their own.
_SHORT = re.compile(
    r"etc|jr|sr|inc|ltd|co|corp|bros|dr|mr|mrs|ms|st|vs|vol|nr|no|pt|bd|dept|univ|usw"
)


def bare(text: str) -> str:
    """`text` without brackets of the cataloguer and without punctuation at its end."""
    plain = text.replace("[", "").replace("]", "").strip(_ENDING)
    if plain.endswith(".") and not plain.endswith("..") and not _is_short(plain.split()[-1]):
        plain = plain[:-1].rstrip(_ENDING)
    return _BEFORE_MARK.sub(r"\1", plain)


def _is_short(word: str) -> bool:
    """Whether a word with a full stop behind it is cut short: an initial, “etc.”, “U.S.A.”"""
    plain = word[:-1].strip("(\"'“‘").casefold()
    is_initial = len(plain) == 1 and plain.isalpha() and plain.upper() != plain
    return is_initial or bool(re.search(r"[^\W\d]\.", plain)) or bool(_SHORT.fullmatch(plain))


def titled(field: Field, codes: str = "anp") -> str:
    """A title with the numbers and names of its parts: “IFIP transactions. B, Applications”."""
    title, previous = "", ""
    for code, text in field.pairs():
        if code in codes and (part := bare(text)):
            mark = ", " if previous == "n" else ". "
            title = f"{title}{mark}{part}" if title else part
            previous = code
    return title


def subtitle(field: Field) -> str:
    return ": ".join(part for text in field.texts("b") if (part := bare(text)))
