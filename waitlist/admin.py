from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin

from . import expected
from .models import Arrival, ExpectedDelivery, PreBooking, PreBookingEvent
from .staff_forms import ExpectedDeliveryForm
from .views import staff


class PreBookingEventInline(ReadOnlyInline):
    model = PreBookingEvent
    fields = ("at", "kind", "who", "reason")


@admin.register(PreBooking)
class PreBookingAdmin(ReadOnlyAdmin):
    """Who waits for what, and in which place. Nobody is moved: the two overrides have pages of their own."""

    list_display = ("book", "number_in_line", "state", "joined_at", "hold_until", "user")
    list_filter = ("state",)
    search_fields = ("book__ean__exact", "user__email__exact")
    search_help_text = _("ISBN, or a member’s email address")
    fields = readonly_fields = (
        *("book", "user", "state", "number_in_line", "order_number"),
        *("joined_at", "first_place", "promised_from", "promised_to", "price_joined"),
        *("arrival", "offered_at", "hold_until", "offer_price", "reminded_at"),
        *("skipped", "ended_at"),
    )
    inlines = (PreBookingEventInline,)
    # Whoever knows the address of a place may act for its owner.
    view_on_site = False

    @admin.display(description=_("number in line"))
    def number_in_line(self, place: Any) -> int | None:
        return place.number if place.is_living else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PreBooking]:
        return super().get_queryset(request).for_staff()  # type: ignore[attr-defined]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The list of one book begins with whoever is first in line."""
        return ("pk",) if "book__id__exact" in request.GET else ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[PreBooking], bool]:
        """By the one column that is meant, since none of them could be used for "this or that"."""
        term = search_term.strip()
        if "@" in term:
            return queryset.filter(user__email=term.lower()), False
        return (queryset.filter(book__ean=term.replace("-", "")) if term else queryset), False

    def get_urls(self) -> list[Any]:
        acts = {"take-back": staff.place_take_back, "end": staff.place_end}
        own = [
            path(
                f"<int:place_id>/{act}/",
                self.admin_site.admin_view(view),
                name=f"waitlist_prebooking_{act.replace('-', '_')}",
            )
            for act, view in acts.items()
        ]
        return own + super().get_urls()


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    """What came while people waited for it, and how many of the copies went to them."""

    list_display = ("at", "book", "copies", "offered", "on_sale", "reason")
    list_filter = ("reason",)
    search_fields = ("book__ean__exact",)
    fields = readonly_fields = ("at", "book", "copies", "offered", "on_sale", "reason")

    @admin.display(description=_("on sale"))
    def on_sale(self, arrival: Arrival) -> int:
        return arrival.on_sale

    def get_queryset(self, request: HttpRequest) -> QuerySet[Arrival]:
        return super().get_queryset(request).select_related("book").defer("book__search")


class DueFilter(admin.SimpleListFilter):
    title = _("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("Overdue")), ("to_come", _("Still to come"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        lookups: dict[str | None, dict[str, date]] = {
            "overdue": {"due_on__lt": today},
            "to_come": {"due_on__gte": today},
        }
        return queryset.filter(**lookups.get(self.value(), {}))


@admin.register(ExpectedDelivery)
class ExpectedDeliveryAdmin(StaffAdmin):
    """Copies that suppliers have promised."""

    form = ExpectedDeliveryForm
    list_display = ("due_on", "book", "copies", "is_confirmed")
    list_filter = ("is_confirmed", DueFilter)
    search_fields = ("book__ean__exact",)
    ordering = ("due_on", "pk")
    raw_id_fields = ("book",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExpectedDelivery]:
        return super().get_queryset(request).select_related("book").defer("book__search")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A delivery of another book is another delivery."""
        return ("book",) if obj else ()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except ExpectedDelivery.NotUpdated:
            # All of it arrived between our look and our lock.
            messages.error(request, _("Nothing was changed: its copies have come meanwhile."))
            return redirect("admin:waitlist_expecteddelivery_changelist")

    def save_model(
        self, request: HttpRequest, obj: ExpectedDelivery, form: Any, change: bool
    ) -> None:
        if change:
            expected.change(obj, form.changed_data)
        else:
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: ExpectedDelivery) -> None:
        expected.remove(ExpectedDelivery.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ExpectedDelivery]) -> None:
        expected.remove(queryset)
