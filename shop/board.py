"""The tabs of the board of orders: one for each state, those first that people work through."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .fulfilment import OPEN, Fulfilment
from .models import Order

ALL = "all"
# What is to be done stands first.
FIRST = Fulfilment.PAID
TABS = (
    *(Fulfilment.PAID, Fulfilment.PICKING, Fulfilment.PACKED, Fulfilment.READY, Fulfilment.NEW),
    *(Fulfilment.POSTED, Fulfilment.DELIVERED, Fulfilment.COLLECTED, Fulfilment.RETURNED),
    *(Fulfilment.REFUNDED, Fulfilment.CANCELLED, Fulfilment.UNPAID),
)


@dataclass(frozen=True)
class Tab:
    """A state; with how many orders are in it, if people work through those."""

    state: str
    label: Any
    count: int | None
    is_now: bool


class StateFilter(admin.SimpleListFilter):
    """One tab of the board: what is to be done unless another was chosen, all where one searches."""

    title = _("state")
    parameter_name = "fulfilment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((state.value, state.label) for state in TABS), (ALL, _("All"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = state_now(request)
        return queryset if state == ALL else queryset.filter(fulfilment=state)


def state_now(request: HttpRequest) -> str:
    """Of the tab that was chosen; of none, where there is none of that name."""
    chosen = request.GET.get(StateFilter.parameter_name)
    if chosen in Fulfilment.values or chosen == ALL:
        return str(chosen)
    return ALL if request.GET.get(SEARCH_VAR, "").strip() else FIRST.value


def ordering(request: HttpRequest) -> tuple[str]:
    """Oldest first where people work through the orders, else newest first."""
    return ("pk",) if state_now(request) in OPEN else ("-pk",)


def tabs_for(request: HttpRequest) -> list[Tab]:
    """In one query."""
    counts, now = Order.objects.open_counts(), state_now(request)
    tabs = [
        Tab(
            state.value,
            state.label,
            counts.get(state.value, 0) if state in OPEN else None,
            is_now=state == now,
        )
        for state in TABS
    ]
    return [*tabs, Tab(ALL, _("All"), None, is_now=now == ALL)]
