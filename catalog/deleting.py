"""Taking away what staff entered by mistake, as long as nothing names it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from bookstore.keeping import reasons_to_keep

from . import history, tasks


class CannotDelete(Exception):
    """Something names it; nothing was changed. `reasons` are written for staff."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = reasons
        super().__init__(_("It cannot be deleted: %(why)s.") % {"why": "; ".join(reasons)})


@transaction.atomic
def delete(model: Any, pk: int, *, who: str, now: datetime) -> None:
    """Delete a row, and note in its history, if it has one, who did. Raises CannotDelete, or DoesNotExist.

    The row is locked so that nobody can name it meanwhile: an order, say, waits, and finds no book.
    """
    row = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    if reasons := reasons_to_keep(row):
        raise CannotDelete(reasons)
    if hasattr(model, "history"):
        history.note(row, history.DELETED, who=who, now=now)
    if cover := getattr(row, "cover_image", None):
        tasks.remove_cover.enqueue(name=str(cover))
    try:
        row.delete()
    except ProtectedError as refusal:
        named_by = {str(other._meta.verbose_name_plural) for other in refusal.protected_objects}
        raise CannotDelete(sorted(named_by)) from refusal
