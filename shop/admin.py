from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin
from catalog.money_columns import money

from . import feed_admin as feed_admin
from . import order_admin as order_admin
from . import refund_admin as refund_admin
from . import stock_admin as stock_admin
from .models import (
    DeliveryBand,
    DeliveryMethod,
    Order,
    Refund,
    RefundItem,
    TaxRate,
    Voucher,
    WebhookEvent,
)
from .services import refunds
from .staff_filters import OfSalesFilter, OwedFilter


class RefundItemInline(ReadOnlyInline):
    model = RefundItem
    fields = readonly_fields = ("item", "copies", money(RefundItem, "amount"), "is_restocked")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Money that went back, is to go back, or failed to: those need a person."""

    list_display = (
        *("asked_at", "order", money(Refund, "amount"), "status", "reason"),
        *("who", "attempts", "next_try_at", "last_error"),
    )
    linked_by = ("asked_at",)
    list_filter = ("status", "reason", OwedFilter, OfSalesFilter)
    list_select_related = ("payment__order",)
    search_fields = ("payment__order__number__exact", "reference__exact")
    actions = ("send_again",)
    inlines = (RefundItemInline,)

    @admin.action(description=_("Send failed refunds again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, chosen: Any) -> None:
        for refund in chosen.order_by("pk"):
            try:
                refunds.send_again(refund_id=refund.pk, who=str(request.user), now=timezone.now())
            except refunds.CannotRefund as refusal:
                messages.error(request, f"{refund}: {refusal}")
            else:
                messages.success(request, _("%(refund)s is on its way again.") % {"refund": refund})

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("shop.refund_order"))

    @admin.display(description=_("order"))
    def order(self, refund: Refund) -> str:
        return refund.payment.order.number


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """What payment providers told the shop, and what it made of it."""

    list_display = ("received_at", "provider", "kind", "outcome", "event_id")
    list_filter = ("provider", "outcome")
    search_fields = ("event_id__exact",)


class DeliveryBandInline(admin.TabularInline):
    model = DeliveryBand
    ordering = ("at_least", "pk")
    extra = 1


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(StaffAdmin):
    list_display = (
        *("name", "kind", money(DeliveryMethod, "price"), "price_by"),
        *(money(DeliveryMethod, "free_from"), "days_from", "days_to", "cutoff_hour"),
        *("position", "is_active"),
    )
    list_editable = ("position", "is_active")
    ordering = ("position", "pk")
    inlines = (DeliveryBandInline,)


@admin.register(TaxRate)
class TaxRateAdmin(StaffAdmin):
    """A rate that changes is a new row from its day on; orders keep the rate they were sold at."""

    list_display = ("country", "tax_class", "rate", "valid_from")
    list_filter = ("country", "tax_class")
    ordering = ("country", "tax_class", "-valid_from", "pk")


@admin.register(Voucher)
class VoucherAdmin(StaffAdmin):
    list_display = (
        *("code", "value_text", "valid_from", "valid_until"),
        *("most_uses", "uses", "is_active", "note"),
    )
    list_filter = ("is_active",)
    search_fields = ("code", "note")
    ordering = ("-pk",)
    filter_horizontal = ("excluded_genres",)
    raw_id_fields = ("excluded_books",)
    readonly_fields = ("uses",)

    @admin.display(description=_("uses"))
    def uses(self, voucher: Any) -> int:
        return getattr(voucher, "uses", 0)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voucher]:
        """With the number of uses, counted for the vouchers of the page alone."""
        used = Order.objects.uses_of(OuterRef("pk")).order_by().values("voucher")
        counted = Subquery(used.annotate(number=Count("pk")).values("number"))
        return super().get_queryset(request).annotate(uses=Coalesce(counted, 0))
