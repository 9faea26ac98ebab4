"""The ledger of stock, and the deliveries that fill it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookstore.looking import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin
from catalog.identifiers import read_ean
from catalog.models import Book, StockMovement
from waitlist import holds

from .models import GoodsIn, GoodsInLine, OrderItem, plain_number
from .movement_form import MovementForm


@admin.register(StockMovement)
class StockMovementAdmin(StaffAdmin):
    """The ledger of stock. It is in this app because what arrives serves the waiting list first."""

    form = MovementForm
    add_form_template = "admin/catalog/stockmovement/add_form.html"
    list_display = ("at", "book", "quantity", "reason", "order_number", "who", "note")
    linked_by = ("at",)
    list_filter = ("reason",)
    list_select_related = ("book",)
    search_fields = ("book__ean__exact",)
    search_help_text = _("Number of an order, EAN or ISBN")
    sortable_by = ()
    ordering = ("-pk",)
    raw_id_fields = ("book",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return super().get_queryset(request).defer("book__search", "book__search_text")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        """Of a book, or of the books of an order: by both there is an index to go by."""
        if not search_term:
            return queryset, False
        if ean := read_ean(search_term):
            books = Book.objects.filter(ean=ean).values_list("pk", flat=True)
            return queryset.filter(book__in=list(books)), False
        number = plain_number(search_term)
        items = OrderItem.objects.filter(order__number=number).values_list("book", flat=True)
        return queryset.filter(book__in=list(items), order_number=number), False

    def save_model(self, request: HttpRequest, obj: StockMovement, form: Any, change: bool) -> None:
        obj.at, obj.who = timezone.now(), str(request.user)
        offered = holds.receive_by_hand(obj)
        if offered:
            words = ngettext(
                "One copy was offered to the first in line.",
                "%(offered)d copies were offered to the first in line.",
                offered,
            )
            messages.success(request, words % {"offered": offered})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show how the copies would be shared out, which is a question and no error."""
        form = context["adminform"].form
        if getattr(form, "question", None):
            pressed = "_addanother" if "_addanother" in request.POST else "_save"
            asked = {"errors": [], "title": _("How these copies are shared out")}
            context |= {**asked, "question": form.question, "pressed": pressed}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class GoodsInLineInline(ReadOnlyInline):
    model = GoodsInLine
    fields = ("ean", "book", "copies", "offered", "posted_at", "is_set_aside")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GoodsInLine]:
        lines = super().get_queryset(request).select_related("book")
        return lines.defer("book__search", "book__search_text")


@admin.register(GoodsIn)
class GoodsInAdmin(ReadOnlyAdmin):
    """Deliveries to look at. Staff who receive stock have pages of their own for it."""

    list_display = ("__str__", "who", "started_at", "posted_at", "closed_at")
    list_display_links = ("__str__",)
    search_fields = ("reference__exact",)
    sortable_by = ()
    inlines = (GoodsInLineInline,)
