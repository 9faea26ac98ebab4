"""Days as the catalogue knows them: often no more than the year."""

from datetime import date

from django.utils import formats

# Others are known to the day.
FORMATS = {"year": "YEAR_FORMAT", "month": "YEAR_MONTH_FORMAT"}


def date_as_known(day: date | None, precision: str) -> str:
    """`day` in the words of the language that is on, no more exact than `precision`; "" for none."""
    if day is None:
        return ""
    return formats.date_format(day, FORMATS.get(precision, "DATE_FORMAT"))
