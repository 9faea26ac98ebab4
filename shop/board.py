"""The tabs of the board of orders: one for each state, those first that people work through."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fulfilment import OPEN, Fulfilment
from .models import Order

# What is to be done, which stands first: PAID, but for what waits for its day of sale.
NOW = "now"
ALL = "all"
# What an address says besides which orders are asked for.
PAGING = {ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR}
TABS = (
    *(Fulfilment.PAID, Fulfilment.PICKING, Fulfilment.PACKED, Fulfilment.READY, Fulfilment.NEW),
    *(Fulfilment.POSTED, Fulfilment.DELIVERED, Fulfilment.COLLECTED, Fulfilment.RETURNED),
    *(Fulfilment.REFUNDED, Fulfilment.CANCELLED, Fulfilment.UNPAID),
)
NAMES: list[tuple[str, Any]] = [
    (NOW, _("To pick now")),
    *((state.value, state.label) for state in TABS),
    (ALL, _("All")),
]


@dataclass(frozen=True)
class Tab:
    """A state, or NOW or ALL; with how many orders are in it, if people work through those."""

    state: str
    label: Any
    count: int | None
    is_now: bool


class StateFilter(admin.SimpleListFilter):
    """One tab of the board: what is to be done, or all where one searches or filters, if none is chosen."""

    title = _("state")
    parameter_name = "fulfilment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return NAMES

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = state_now(request)
        if state == NOW:
            return queryset.to_pick(timezone.localdate())
        return queryset if state == ALL else queryset.filter(fulfilment=state)


def state_now(request: HttpRequest) -> str:
    """Of the tab that was chosen; what is to be done, or all that is asked for, if none was."""
    chosen = request.GET.get(StateFilter.parameter_name)
    if chosen in (NOW, *Fulfilment.values, ALL):
        return str(chosen)
    return ALL if _asked(request) else NOW


def is_filtered(request: HttpRequest) -> bool:
    """Whether other filters than the tab narrow the list, as those of a link from elsewhere do."""
    return bool(_asked(request) - {StateFilter.parameter_name, SEARCH_VAR})


def _asked(request: HttpRequest) -> set[str]:
    """What the address says of which orders are asked for."""
    return {key for key in request.GET if request.GET.get(key, "").strip()} - PAGING


def ordering(request: HttpRequest) -> tuple[str]:
    """Oldest first where people work through the orders, else newest first."""
    return ("pk",) if state_now(request) in (NOW, *OPEN) else ("-pk",)


def tabs_for(request: HttpRequest) -> list[Tab]:
    """In one query."""
    counts, to_pick = Order.objects.open_counts(timezone.localdate())
    known = {NOW: to_pick, **{state.value: counts.get(state.value, 0) for state in OPEN}}
    now = state_now(request)
    return [Tab(state, label, known.get(state), is_now=state == now) for state, label in NAMES]
