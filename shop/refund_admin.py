"""What staff asked to give back, in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline
from catalog.money_columns import money

from .models import RefundRequest, RefundRequestItem
from .views import refund_requests


class RefundRequestItemInline(ReadOnlyInline):
    model = RefundRequestItem
    fields = readonly_fields = ("item", "copies", money(RefundRequestItem, "amount"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("item")


@admin.register(RefundRequest)
class RefundRequestAdmin(ReadOnlyAdmin):
    """Refunds that staff asked for: those that wait for a second person, and what became of all."""

    list_display = (
        *("asked_at", "order", money(RefundRequest, "amount"), "status", "reason"),
        *("is_cancellation", "asked_by", "decided_by", "decided_at"),
    )
    list_filter = ("status", "is_cancellation")
    list_select_related = ("order", "asked_by", "decided_by")
    sortable_by = ()
    search_fields = ("order__number__exact",)
    inlines = (RefundRequestItemInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order", "asked_by", "decided_by")

    def get_urls(self) -> list[Any]:
        acts = {
            "approve": refund_requests.request_approve,
            "decline": refund_requests.request_decline,
        }
        own = [
            path(
                f"<int:request_id>/{act}/",
                self.admin_site.admin_view(view),
                name=f"shop_refundrequest_{act}",
            )
            for act, view in acts.items()
        ]
        return own + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """With whether whoever looks is the second person it waits for."""
        wanted = context["original"]
        may = request.user.has_perm("shop.refund_order") and wanted.asked_by != request.user
        context["may_decide"] = may and wanted.is_waiting
        return super().render_change_form(request, context, *args, **kwargs)
