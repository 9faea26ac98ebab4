"""Who of the staff changed what in the catalogue: the rows of models/past.py, and what they tell.

Feeds and the shop itself write none. What they changed since the last row is noted as nobody's
before a hand touches the row again, so that no name ever stands at what somebody else did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.template_utils import ObjDiffDisplay

from .models import Book, BookText, Contribution, Genre

CREATED, CHANGED, DELETED = "+", "~", "-"
NOTHING = "–"
LONGEST_VALUE = 200
# How many steps the page of one thing shows.
MOST_SHOWN = 200


@dataclass(frozen=True)
class Change:
    """One column of a step: what it is called, and how it read before and after."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Step:
    """One row of a history. `who` is empty for what feeds or the shop itself did."""

    kind: str
    at: datetime
    who: str
    reason: str
    changes: Sequence[Change]


def catch_up(model: type[models.Model], pk: int, *, now: datetime) -> None:
    """Note what a row is before somebody changes it, unless its history ends so. Locks the row.

    Must run inside `atomic`, before anything of it is written.
    """
    rows = model._default_manager.filter(pk=pk).order_by("pk").values_list("pk")
    list(rows.select_for_update(no_key=True))
    _note_if_new(model, pk, CHANGED, who="", reason="", now=now)


def note(row: models.Model, kind: str, *, who: str, now: datetime, reason: str = "") -> None:
    """Write down what somebody made of a row; no change if it is stored as it was before.

    A row that is to be deleted must still be there.
    """
    model = type(row)
    if kind == CHANGED:
        _note_if_new(model, row.pk, kind, who=who, reason=reason, now=now)
    else:
        _write(model, kind, _as_stored(model, row.pk), who=who, reason=reason, now=now)


def note_books(book_ids: Collection[int], *, who: str, reason: str, now: datetime) -> None:
    """As `note` of a change, for many locked books in a few statements; also to catch up, by nobody."""
    past: Any = Book.history.model
    columns = [field.attname for field in past.tracked_fields]
    parts = _parts_of_books(book_ids)
    rows = Book.objects.filter(pk__in=book_ids).order_by("pk").values(*columns)
    facts = [{**row, **parts[row["id"]]} for row in rows]
    if not facts:
        return
    newest = past.objects.filter(id__in=book_ids).order_by("id", "-history_date", "-history_id")
    known = {row["id"]: row for row in newest.distinct("id").values(*facts[0])}
    how = {"history_type": CHANGED, "history_date": now}
    by = {"history_user_id": who, "history_change_reason": reason}
    past.objects.bulk_create(
        past(**how, **by, **row) for row in facts if known.get(row["id"]) != row
    )


def _parts_of_books(book_ids: Collection[int]) -> dict[int, dict[str, str]]:
    genres, people = defaultdict(list), defaultdict(list)
    named = Genre.objects.filter(books__in=book_ids).order_by("name", "pk")
    for book_id, name in named.values_list("books", "name"):
        genres[book_id].append(name)
    shares = Contribution.objects.filter(book__in=book_ids).select_related("contributor")
    for share in shares.order_by("position", "pk"):
        people[share.book_id].append(str(share))
    texts = dict(BookText.objects.filter(book__in=book_ids).values_list("book", "description"))
    return {
        pk: {
            "genre_names": ", ".join(genres[pk]),
            "people": ", ".join(people[pk]),
            "description": texts.get(pk, ""),
        }
        for pk in book_ids
    }


def steps_of(model: Any, pk: Any) -> list[Step]:
    """What became of one row, the newest step first; no more than MOST_SHOWN."""
    past = model.history.model
    rows = past.objects.filter(id=pk).order_by("-history_date", "-history_id")
    # One more, to compare the oldest of them with.
    found = list(_with_names(past, rows)[: MOST_SHOWN + 1])
    steps = [_step(new, _changes(old, new)) for new, old in pairwise(found)]
    if found and len(found) <= MOST_SHOWN:
        steps.append(_step(found[-1], []))
    return steps


def _with_names(past: Any, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    links = [field.name for field in past._meta.fields if field.is_relation]
    return rows.select_related(*links) if links else rows


def _note_if_new(model: Any, pk: int, kind: str, *, who: str, reason: str, now: datetime) -> None:
    facts = _as_stored(model, pk)
    rows = model.history.model.objects.filter(id=pk).order_by("-history_date", "-history_id")
    if rows.values(*facts).first() != facts:
        _write(model, kind, facts, who=who, reason=reason, now=now)


def _write(
    model: Any, kind: str, facts: dict[str, Any], *, who: str, reason: str, now: datetime
) -> None:
    model.history.model.objects.create(
        history_type=kind,
        history_date=now,
        history_user_id=who,
        history_change_reason=reason,
        **facts,
    )


def _as_stored(model: Any, pk: int) -> dict[str, Any]:
    columns = [field.attname for field in model.history.model.tracked_fields]
    facts: dict[str, Any] = model._default_manager.values(*columns).get(pk=pk)
    return {**facts, **_parts_of_books([pk])[pk]} if model is Book else facts


def _step(row: Any, changes: Sequence[Change]) -> Step:
    return Step(
        kind=row.history_type,
        at=row.history_date,
        who=row.history_user_id,
        # Reasons of the shop itself are kept in English; those of staff stay as they are.
        reason=_(row.history_change_reason or ""),
        changes=changes,
    )


def _changes(old: Any, new: Any) -> list[Change]:
    return [
        Change(
            capfirst(str(field.verbose_name)), *_shortened(_shown(old, field), _shown(new, field))
        )
        for field in _columns(new)
        if getattr(old, field.attname) != getattr(new, field.attname)
    ]


def _shortened(old: str, new: str) -> tuple[str, str]:
    """Long texts, cut so that what differs is seen."""
    before, after = ObjDiffDisplay(max_length=LONGEST_VALUE).common_shorten_repr(old, new)
    return before, after


def _columns(row: Any) -> Iterator[models.Field[Any, Any]]:
    for field in row._meta.concrete_fields:
        if not field.name.startswith("history_") and field.name != "id":
            yield field


def _shown(row: Any, field: models.Field[Any, Any]) -> str:
    """A value as staff read it: names of other rows, words of choices, days as days."""
    value = getattr(row, field.attname)
    if value in (None, "", []):
        return NOTHING
    if isinstance(field, ArrayField):
        words = dict(field.base_field.flatchoices)
        return ", ".join(str(words.get(one, one)) for one in value)
    if isinstance(field, models.ForeignKey):
        return str(getattr(row, field.name, None) or _("no longer there"))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "MOMENT_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    return str(value)
