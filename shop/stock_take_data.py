"""What counts of the stock say of whoever took part in them: see accounts/person.py."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from accounts.person import ERASED, Part, Person

from .models import StockTake, StockTakeScan


class StockTakesPart(Part):
    name = "stock_takes"
    title = _("Counts of the stock that you took part in")
    on_erasure = _("Kept without saying who it was: they explain the stock of the shop.")
    models = (StockTake, StockTakeScan)
    is_kept = True
    is_of_staff = True

    def rows(self, person: Person) -> Any:
        scans = StockTakeScan.objects.filter(who__in=person.emails)
        began, posted = Q(who__in=person.emails), Q(posted_by__in=person.emails)
        takes = StockTake.objects.filter(began | posted | Q(pk__in=scans.values("take")))
        theirs = scans.select_related("book").defer("book__search").order_by("pk")
        return (
            takes.annotate(is_begun_by_them=Q(began), is_posted_by_them=Q(posted))
            .prefetch_related(Prefetch("scans", theirs))
            .order_by("pk")
        )

    def describe(self, take: Any) -> dict[str, Any]:
        return {
            "count": str(take),
            "what": take.get_scope_display(),
            "shelf": take.shelf,
            "begun_at": take.started_at,
            "begun_by_you": take.who if take.is_begun_by_them else "",
            "posted_at": take.posted_at,
            "posted_by_you": take.posted_by if take.is_posted_by_them else "",
            "given_up_at": take.abandoned_at,
            "scans": [
                {"at": scan.at, "by": scan.who, "book": scan.book.title, "copies": scan.copies}
                for scan in take.scans.all()
            ],
        }

    def erase(self, person: Person, now: datetime) -> None:
        for rows, column in (
            *((StockTake.objects, "who"), (StockTake.objects, "posted_by")),
            (StockTakeScan.objects, "who"),
        ):
            rows.filter(**{f"{column}__in": person.emails}).update(**{column: ERASED})
