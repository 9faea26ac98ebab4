"""The board of orders in the admin, and the page of each."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline
from catalog.money_columns import money

from .board import StateFilter, is_filtered, ordering, tabs_for
from .fulfilment import Fulfilment
from .models import FulfilmentMove, Order, OrderEvent, OrderItem, OrderNote, Payment, Withdrawal
from .picking import MOST_ORDERS
from .services import fulfilling, posting
from .staff_filters import OfBookFilter
from .staff_forms import NoteForm
from .views import staff

# The others of its books wait for their day of sale, and the order is paid as before.
PART_IS_READY = _("a part is ready to collect, the rest is not on sale yet")

SUMS = tuple(
    money(Order, name) for name in ("items_total", "discount_total", "delivery_total", "total")
)
SUMS_OF_PAYMENTS = tuple(money(Payment, name) for name in ("amount", "paid", "refunded"))
TAXES = tuple(money(Order, name) for name in ("tax_total", "delivery_tax"))


class OrderItemInline(ReadOnlyInline):
    model = OrderItem
    fields = readonly_fields = (
        *("title", "ean", money(OrderItem, "unit_price"), "quantity"),
        *(money(OrderItem, "discount"), "tax_class", "tax_rate", money(OrderItem, "tax")),
        *("posted_on", "sent_at"),
    )


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = (
        *("provider", "status"),
        *SUMS_OF_PAYMENTS,
        *("opened_at", "settled_at", "reference"),
    )
    readonly_fields = SUMS_OF_PAYMENTS


class OrderEventInline(ReadOnlyInline):
    model = OrderEvent
    verbose_name_plural = _("Events")
    fields = ("at", "kind", "who", "note")


class FulfilmentMoveInline(ReadOnlyInline):
    model = FulfilmentMove
    verbose_name_plural = _("Moves")
    fields = ("at", "was", "becomes", "who")


class OrderNoteInline(ReadOnlyInline):
    model = OrderNote
    verbose_name_plural = _("Notes")
    fields = ("at", "text", "who")


class WithdrawalInline(ReadOnlyInline):
    model = Withdrawal
    fields = ("received_at", "name", "email", "words")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders as they were placed. What staff do with one are pages of their own."""

    list_display = (
        *("number", "placed_at", "state", "first_posted_at", "day_to_come"),
        *("email", money(Order, "total"), "delivery_name"),
    )
    sortable_by = ()
    list_filter = (StateFilter, "status", "closed_at", OfBookFilter)
    search_fields = ("number", "email")
    search_help_text = _("Number of the order, or the email address it was placed with")
    readonly_fields = (*SUMS, *TAXES, "goes_to", "refunds_so_far", "erased_at")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "status"),
                    "goes_to",
                    ("email", "phone", "user"),
                    ("delivery_name", "is_collected", "delivery_days", "expected_on", "tracking"),
                )
            },
        ),
        (
            _("Money"),
            {
                "fields": (
                    (*SUMS, "currency"),
                    (*TAXES, "delivery_tax_rate", "voucher", "voucher_code"),
                    "refunds_so_far",
                )
            },
        ),
        (
            _("Times"),
            {
                "fields": (
                    ("placed_at", "pay_by", "closed_at"),
                    ("first_posted_at", "posted_at", "erased_at"),
                )
            },
        ),
    )
    inlines = (
        *(OrderNoteInline, OrderItemInline, FulfilmentMoveInline, PaymentInline),
        *(OrderEventInline, WithdrawalInline),
    )
    actions = ("pick", "mark_packed", "mark_ready", "mark_delivered")

    @admin.display(description=_("state"))
    def state(self, order: Order) -> str:
        return order.get_fulfilment_display()

    @admin.display(description=_("goes to"))
    def goes_to(self, order: Order) -> str:
        return format_html_join("", "{}<br>", ((line,) for line in order.address_lines)) or "-"

    @admin.display(description=_("waits until"), empty_value="-")
    def day_to_come(self, order: Any) -> Any:
        return order.day_to_come

    @admin.display(description=_("refunds"))
    def refunds_so_far(self, order: Order) -> str:
        rows = (
            (
                reverse("admin:shop_refund_change", args=[refund.pk]),
                refund.amount_text,
                refund.get_status_display(),
                refund.get_reason_display(),
            )
            for refund in order.refunds
        )
        return format_html_join("", '<div><a href="{}">{}</a>, {}, {}</div>', rows) or "-"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: Any = super().get_queryset(request)
        return orders.with_day_to_come(timezone.localdate())

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ordering(request)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        term = search_term.strip()
        return (queryset.found_by_staff(term) if term else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        own = {"tabs": tabs_for(request), "is_filtered": is_filtered(request)}
        known = {"title": _("Orders"), **own, **(extra_context or {})}
        return super().changelist_view(request, known)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the next steps of those who may take them."""
        if self.has_post_permission(request):
            steps = fulfilling.steps(context["original"])
            words = [(step.value, fulfilling.BY_A_WORD[step]) for step in steps]
            context |= {"steps": words, "note_form": NoteForm()}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_post_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("shop.post_order"))

    @admin.action(description=_("Pick list"), permissions=["post"])
    def pick(self, request: HttpRequest, chosen: Any) -> HttpResponse | None:
        orders = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST_ORDERS + 1])
        if _are_too_many(request, orders):
            return None
        return redirect(reverse("admin:shop_pick_list", query={"order": orders}))

    @admin.action(description=_("Packed"), permissions=["post"])
    def mark_packed(self, request: HttpRequest, chosen: Any) -> None:
        _take_all(request, chosen, Fulfilment.PACKED)

    @admin.action(description=_("Ready to collect, with a mail"), permissions=["post"])
    def mark_ready(self, request: HttpRequest, chosen: Any) -> None:
        _take_all(request, chosen, Fulfilment.READY)

    @admin.action(description=_("Delivered"), permissions=["post"])
    def mark_delivered(self, request: HttpRequest, chosen: Any) -> None:
        _take_all(request, chosen, Fulfilment.DELIVERED)

    def get_urls(self) -> list[Any]:
        acts = {
            "move": staff.order_move,
            "note": staff.order_note,
            "post": staff.order_post,
            "cancel": staff.order_cancel,
            "refund": staff.order_refund,
            "invoice": staff.order_invoice,
        }
        own = [
            path(
                f"<int:order_id>/{act}/", self.admin_site.admin_view(view), name=f"shop_order_{act}"
            )
            for act, view in acts.items()
        ]
        return own + super().get_urls()


def _are_too_many(request: HttpRequest, orders: list[Any]) -> bool:
    if len(orders) <= MOST_ORDERS:
        return False
    words = _("Nothing was done: that is for %(most)d orders at a time, at the most.")
    messages.error(request, words % {"most": MOST_ORDERS})
    return True


def _take_all(request: HttpRequest, chosen: Any, to: Fulfilment) -> None:
    """Each order by itself: one that cannot go there keeps no other from it, and is named."""
    numbers = list(chosen.order_by("pk").values_list("number", flat=True)[: MOST_ORDERS + 1])
    if _are_too_many(request, numbers):
        return
    who, now, done = str(request.user), timezone.now(), Counter[Any]()
    for number in numbers:
        try:
            if to == Fulfilment.READY:
                order = posting.make_ready(number=number, who=who, now=now)
            else:
                order = fulfilling.take(number=number, to=to, who=who, now=now)
        except (posting.CannotPost, fulfilling.CannotMove) as refusal:
            messages.error(request, str(refusal))
        else:
            done[to.label if order.fulfilment == to else PART_IS_READY] += 1
    for state, count in done.items():
        words = ngettext("%(done)d order: %(state)s.", "%(done)d orders: %(state)s.", count)
        messages.success(request, words % {"done": count, "state": state})
