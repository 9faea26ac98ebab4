"""What the pages of uploaded feeds show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.http import StreamingHttpResponse

from bookstore.looking import ShortPaginator
from catalog.feeds.differences import field_text, in_words, value_text
from catalog.feeds.report import ReportFile, told
from catalog.models import Book
from catalog.money import format_count, format_money
from catalog.spreadsheets import csv_file

from . import imports
from .models import FeedRun, FeedUpload

UPLOADS_ON_A_PAGE = 25
RUNS_SHOWN = 10
PROBLEMS_SHOWN = 50


class Change(NamedTuple):
    """A line of what would change; `book` is the one in the shop, if it is there."""

    ean: str
    book: Book | None
    field: str
    before: str
    after: str


def lists(page: str | None) -> dict[str, Any]:
    """What was uploaded, and what commands brought lately. Three queries."""
    uploads = ShortPaginator(FeedUpload.objects.for_list(), UPLOADS_ON_A_PAGE)
    runs = FeedRun.objects.filter(upload=None).order_by("-pk")
    return {"uploads": uploads.get_page(page), "runs": runs[:RUNS_SHOWN]}


def of_upload(upload: FeedUpload) -> dict[str, Any]:
    """Where it stands: how far the worker is, what would change, or what came of it."""
    price = format_money(upload.price) if upload.price else ""
    known: dict[str, Any] = {"upload": upload, "price_text": price}
    if upload.is_working:
        return {**known, **_progress(upload)}
    if upload.run:
        problems = upload.run.problems.order_by("pk")
        known["run"] = upload.run
        known["figures"] = figures(vars(upload.run))
        known["faults"] = [told(problem.told()) for problem in problems[:PROBLEMS_SHOWN]]
    elif upload.looked_at and not upload.is_dropped:
        known["figures"] = figures(upload.counts)
        known["faults"] = upload.problems
        known["has_changed"] = upload.is_looked_at and _shop_has_changed_since(upload)
    if upload.looked_at and not upload.is_dropped:
        known["words"] = in_words(upload.kinds)
        known["changes"] = list(_changes(upload.changes))
    return known


def figures(counts: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """What became of records, or would, with what each number is of."""
    columns: Any = [FeedRun._meta.get_field(name) for name in FeedRun.COUNTS]
    return [(column.verbose_name, format_count(counts.get(column.name, 0))) for column in columns]


def _progress(upload: FeedUpload) -> dict[str, Any]:
    """How far the worker is; without a number if it has not begun."""
    run = upload.run if upload.is_applying else None
    position = run.position if run else upload.position
    if position is None or (upload.is_applying and not run):
        return {"waits_for_another": imports.is_running()}
    records = run.records if run else upload.records
    return {
        "percent": min(99, position * 100 // max(upload.size, 1)),
        "records": format_count(records),
    }


def _changes(rows: Sequence[Sequence[str]]) -> Iterable[Change]:
    eans = {ean for ean, *_rest in rows}
    books = Book.objects.filter(ean__in=eans).only("ean", "title", "slug")
    known = {book.ean: book for book in books}
    for ean, field, before, after in rows:
        values = (value_text(field, before), value_text(field, after))
        yield Change(ean, known.get(ean), field_text(field), *values)


def _shop_has_changed_since(upload: FeedUpload) -> bool:
    """Whether another feed or a hand has touched the catalogue since it was looked at."""
    since = upload.looked_at
    past: Any = Book.history.model
    return (
        FeedRun.objects.filter(ended_at__gt=since).exists()
        or FeedRun.objects.filter(state=FeedRun.State.RUNNING).exists()
        or past.objects.filter(history_date__gt=since).exists()
    )


def problems_csv(run: FeedRun) -> StreamingHttpResponse:
    """All that was wrong with the file of a run, as a file for spreadsheets."""
    problems = run.problems.order_by("pk").iterator()
    rows = (told(problem.told()) for problem in problems)
    return csv_file(f"feed-{run.pk}-problems", ReportFile.header, rows)


def name_of_file(upload: FeedUpload, name: str) -> str:
    """What a browser is to call a table that belongs to an upload."""
    return f"{upload.file_name.rpartition('.')[0] or upload.file_name}-{name}"
