"""What somebody did in the shop as one of its staff, by the tables that nothing else answers for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from accounts.person import ERASED, Part, Person
from catalog.models import Repricing

# Tables with the columns that name who did it, by the address that they signed in with.
TRACES: dict[type[Model], tuple[str, ...]] = {
    Repricing: ("who", "ended_by"),
}


class StaffTracesPart(Part):
    """The rows stay, since the shop must know what was done; who did it is forgotten."""

    name = "work_as_staff"
    title = _("What you did as one of the staff")
    models = tuple(TRACES)
    is_kept = True
    on_erasure = _("That it was done, and when, is kept without saying who did it.")

    def rows(self, person: Person) -> Any:
        """Those of one table; export() and count() go through all of them."""
        return self._of(Repricing, person)

    def export(self, person: Person) -> Iterator[dict[str, Any]]:
        for model in TRACES:
            for row in self._of(model, person).iterator():
                yield {"what": str(model._meta.verbose_name), "which": str(row)}

    def count(self, person: Person) -> int:
        return sum(self._of(model, person).count() for model in TRACES)

    def erase(self, person: Person, now: datetime) -> None:
        for model, columns in TRACES.items():
            for column in columns:
                theirs = model._default_manager.filter(**{f"{column}__in": person.emails})
                theirs.update(**{column: ERASED})

    def _of(self, model: type[Model], person: Person) -> Any:
        named = Q(pk__in=[])
        for column in TRACES[model]:
            named |= Q(**{f"{column}__in": person.emails})
        return model._default_manager.filter(named).order_by("pk")
