"""What somebody did in the shop as one of its staff, by the tables that nothing else answers for."""

from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from accounts.person import ERASED, Part, Person
from catalog.models import Repricing

from .models import FeedUpload

# Tables with the columns that name who did it, by the address that they signed in with.
TRACES: dict[type[Model], tuple[str, ...]] = {
    Repricing: ("who", "ended_by"),
    FeedUpload: ("uploaded_by", "decided_by"),
}


class StaffTracesPart(Part):
    """The rows stay, since the shop must know what was done; who did it is forgotten."""

    name = "work_as_staff"
    title = _("What you did as one of the staff")
    models = tuple(TRACES)
    is_kept = True
    is_of_staff = True
    on_erasure = _("That it was done, and when, is kept without saying who did it.")

    def of_each_table(self, person: Person) -> list[Any]:
        return [self._of(model, person) for model in TRACES]

    def describe(self, row: Any) -> dict[str, Any]:
        return {"what": str(row._meta.verbose_name), "which": str(row)}

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
