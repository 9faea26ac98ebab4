"""When and by whom a book was published, how long it is, and how large."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .records import Field
from .texts import bare, titled

# From nineteenth-century reprints to copyright dates: c1994, cop. 1994, ©1994, p1994.
_YEAR = re.compile(
    r"(?<!\d)(?P<copyright>©|℗|\bcop\.?|\bc+\.?|\bp)?\s?(?P<year>1[4-9]\d\d|20\d\d)(?!\d)"
)
_UNCERTAIN = re.compile(r"\b(?:between|entre|zwischen|not before|not after|nicht vor|nicht nach)\b")
_CORRECTED = re.compile(r".*\b(?:i\.\s?e\.|d\.\s?i\.|recte)", re.IGNORECASE | re.DOTALL)
_ROMAN = re.compile(r"\bM[MDCLXVI.\s]*[MDCLXVI]\b")
_NUMERALS = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_NOBODY = re.compile(
    r"[\[(]?\s*(?:s\.?\s?n\.?|publisher not identified|verlag nicht .*)\s*[\])]?", re.I
)
_PAGE = r"(?:pp?\b|pages?\b|páginas?\b|seiten?\b|s\b|с\b|стр\b|str\b|sid\b|blz\b|ページ|頁|页)"
_PAGES = re.compile(
    rf"((?:\[?[\divxlc]+\]?\s*[,+-]\s*)*\[?\d+\]?)\s*{_PAGE}(?!\.?\s*(?:of|de)\s+(?:col\.\s+)?plates)",
    re.IGNORECASE,
)
_SIDE = r"(\d{1,4}(?:[.,]\d)?)"
_SIZE = re.compile(
    rf"(?:{_SIDE}\s*[-–]\s*)?{_SIDE}(?:\s*[x×]\s*{_SIDE})?\s*(cm|mm)\b", re.IGNORECASE
)
_LABEL = (
    r"(?:vols?|v|no|nr|n|bd|band|t|tom|tome|bk|book|pts?|part|num|nº|n°|№|heft|h|issue|#|第)"
    r"(?:[.:\s]+|(?=\d))"
)
_LABELLED = re.compile(rf"^{_LABEL}(?=.)", re.IGNORECASE)
# “Her Waste ; pt. 1” in one.
_IN_ONE = re.compile(rf"(?P<title>.+);\s(?P<number>(?:{_LABEL})?[0-9]\S*)", re.IGNORECASE)


def imprint(fields: Iterable[Field]) -> list[Field]:
    """The statements of 260 and 264: publication first, then distribution and copyright."""
    order = {"1": 0, " ": 1, "": 1, "3": 2, "2": 3, "0": 4, "4": 5}
    return sorted(
        fields,
        key=lambda field: 1 if field.tag == "260" else order.get(field.indicators[1], 1),
    )


def publisher_in(fields: Iterable[Field]) -> str:
    for field in fields:
        for text in field.texts("b"):
            name = bare(text)
            if name and not _NOBODY.fullmatch(text.strip(" ,:;")):
                return name
    return ""


def year_in(text: str) -> str:
    """The year of publication in “[1968, c1962]”, else that of copyright, else one in Roman numerals."""
    plain = _CORRECTED.sub("", text)
    if _UNCERTAIN.search(plain.casefold()):
        return ""
    found = list(_YEAR.finditer(plain))
    published = [match["year"] for match in found if not match["copyright"]]
    years = published or [match["year"] for match in found]
    return years[0] if years else _roman_year(plain)


def _roman_year(text: str) -> str:
    found = _ROMAN.search(text)
    if not found:
        return ""
    values = [_NUMERALS[letter] for letter in found[0] if letter in _NUMERALS]
    following = [*values[1:], 0]
    return str(sum(v if v >= n else -v for v, n in zip(values, following, strict=True)))


def pages_in(text: str) -> str:
    """The highest number of pages: 345 of “xii, 345 p., [16] p. of plates”; leaves and volumes are none."""
    runs = [found[1] for found in _PAGES.finditer(text)]
    numbers = [int(number) for run in runs for number in re.findall(r"\d+", run)]
    return str(max(numbers)) if numbers else ""


def size_in(text: str) -> tuple[str, str]:
    """The height and width in millimetres; of a series of sizes the largest."""
    found = _SIZE.search(text)
    if not found:
        return "", ""
    factor = 10 if found[4].lower() == "cm" else 1
    _low, height, width = (
        str(round(float(side.replace(",", ".")) * factor)) if side else ""
        for side in found.groups()[:3]
    )
    return height, width


def series_in(field: Field) -> tuple[str, str]:
    """The title of a series, and the number in it without what it is called: 46 of “no. 46.”"""
    title, number = titled(field), field.text("v")
    if not number and (found := _IN_ONE.fullmatch(title)):
        title, number = found["title"].strip(), found["number"]
    return title, _LABELLED.sub("", bare(number), count=1)
