"""What the front page of the admin says of searches."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from bookstore.panels import Cell, Column, Content, Panel

from .models import MissedSearch
from .money import format_count

DAYS, SHOWN = 30, 10


def missed_searches(*, now: datetime, is_whole: bool) -> Content:
    today = timezone.localdate(now, timezone.get_default_timezone())
    since = today - timedelta(days=DAYS - 1)
    rows = MissedSearch.objects.since(since)

    def list_of(**query: str) -> str:
        found = {"day__gte": since.isoformat(), **query}
        return reverse("admin:catalog_missedsearch_changelist", query=found)

    return Content(
        words=_("What readers of the last 30 days looked for and did not find, most wanted first."),
        columns=[
            Column("words", _("Words")),
            Column("times", _("Times"), is_number=True),
            Column("last_day", _("Last time")),
        ],
        rows=[
            (
                Cell(row["words"], url=list_of(words__exact=row["words"])),
                Cell(row["all_times"], format_count(row["all_times"])),
                Cell(
                    row["last_day"].isoformat(), formats.date_format(row["last_day"], "DATE_FORMAT")
                ),
            )
            for row in (rows if is_whole else rows[:SHOWN])
        ],
        nothing=_("Every search of the last 30 days found something."),
        url=list_of(),
        url_words=_("All searches that found nothing"),
    )


PANELS = [
    Panel(
        name="missed_searches",
        title=_("Searches that found nothing"),
        permission="catalog.view_missedsearch",
        content=missed_searches,
        place=70,
    )
]
