"""What the shop holds about a person by their orders and basket: see accounts/person.py."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Func, Model, Q, TextField, Value
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import OutboxMessage
from accounts.person import ERASED, Obstacle, Part, Person, Turn
from accounts.personal_data import describe_mail, lock_mails
from catalog.models import Book, Contributor, Genre, Publisher, Series, StockMovement

from .models import (
    NUMBER_ALPHABET,
    NUMBER_LENGTH,
    BillingAddress,
    Cart,
    CartItem,
    FulfilmentMove,
    GoodsIn,
    Invoice,
    Order,
    OrderEvent,
    OrderItem,
    OrderNote,
    Payment,
    Refund,
    RefundItem,
    RefundRequest,
    RefundRequestItem,
    Withdrawal,
)
from .services import erasing
from .staff_traces import StaffTracesPart
from .stock_take_data import StockTakesPart

# Staff's mails have no thread, but the key of each names the order. Taken out once a row: to look
# for any of many numbers in each key takes a time that grows with both.
NUMBER_IN_KEY = Func(
    F("dedupe_key"),
    Value(f"-([{NUMBER_ALPHABET}]{{{NUMBER_LENGTH}}})(?:-|$)"),
    function="substring",
    arg_joiner=" FROM ",
    output_field=TextField(),
)

# What staff change by hand, with a history.
CHANGED: tuple[Any, ...] = (Book, Contributor, Genre, Publisher, Series)


class BasketPart(Part):
    name = "basket"
    title = _("Books in the basket")
    on_erasure = _("Deleted.")
    models = (Cart, CartItem)
    turn = Turn.ORDERS_AND_BASKETS

    def rows(self, person: Person) -> Any:
        theirs = Q(pk__in=erasing.visitors_baskets(person).values("pk"))
        if person.user:
            own = Cart.objects.filter(user=person.user)
            theirs |= Q(user=person.user) | Q(merged_into__in=own.values("pk"))
        return Cart.objects.filter(theirs).order_by("pk")

    def count(self, person: Person) -> int:
        return CartItem.objects.filter(cart__in=self.rows(person).values("pk")).count()

    def describe(self, cart: Cart) -> dict[str, Any]:
        items = cart.items.select_related("book").defer("book__search").order_by("book_id")
        return {
            "voucher": cart.voucher.code if cart.voucher else "",
            "changed_at": cart.updated_at,
            "books": [
                {
                    "title": item.book.title,
                    "ean": item.book.ean,
                    "copies": item.quantity,
                    "price_seen": _money(item.price_seen, settings.SHOP["currency"]),
                    "saved_for_later_at": item.saved_at,
                }
                for item in items
            ],
        }

    def lock(self, person: Person) -> None:
        # Visitors' before the account's, as everywhere. A checkout begins by locking its basket, so
        # it is over then, or has not begun.
        for kind in (Q(user__isnull=True), Q(user__isnull=False)):
            list(self.rows(person).filter(kind).locked().values_list("pk"))


class OrdersPart(Part):
    name = erasing.ORDERS
    title = _("Orders")
    models: tuple[type[Model], ...] = (
        *(Order, OrderItem, BillingAddress, OrderEvent, Payment, Refund, RefundItem),
        *(Invoice, Withdrawal, StockMovement, GoodsIn, RefundRequest, RefundRequestItem),
        *(FulfilmentMove, OrderNote),
    )
    is_kept = True
    turn = Turn.ORDERS_AND_BASKETS
    on_erasure = format_lazy(
        _(
            "Kept without name, addresses, email address, phone, parcel number and notes. What was "
            "bought, prices, taxes, the country, days, numbers and the invoice stay: tax law makes "
            "the shop keep them for {years} years after the end of the tax year. Nobody but staff "
            "can look at them then."
        ),
        years=settings.SHOP["years_kept"],
    )

    def rows(self, person: Person) -> Any:
        lines = (
            *("items", "events", "moves", "notes", "withdrawals"),
            *("payments__refunds__items__item", "refund_requests__items__item"),
        )
        orders = erasing.orders_of(person).select_related("invoice", "billing_address")
        return orders.prefetch_related(*lines).order_by("pk")

    def describe(self, order: Order) -> dict[str, Any]:
        return describe_order(order)

    def lock(self, person: Person) -> list[int]:
        return erasing.lock(person)

    def obstacles(self, person: Person, now: datetime) -> list[Obstacle]:
        return erasing.obstacles(person, now)

    def erase(self, person: Person, now: datetime) -> None:
        erasing.part_from(person, now)


class OrderMailsPart(Part):
    """Mails about their orders to others than them: to another address of theirs, and to staff."""

    name = "mails_about_orders"
    title = _("Copies of other emails about your orders")
    on_erasure = _("Deleted, but for those to the shop itself that it has not got yet.")
    models = (OutboxMessage,)

    def rows(self, person: Person) -> Any:
        numbers = list(erasing.orders_of(person).values_list("number", flat=True))
        to_them = Q(pk__in=[])
        for email in person.emails:
            to_them |= Q(to__iexact=email)
        mails = OutboxMessage.objects.annotate(number_in_key=NUMBER_IN_KEY)
        about = Q(thread__in=numbers) | Q(number_in_key__in=numbers)
        return mails.filter(about).exclude(to_them).order_by("pk")

    def describe(self, mail: OutboxMessage) -> dict[str, Any]:
        return describe_mail(mail)

    def lock(self, person: Person) -> None:
        lock_mails(self.rows(person))

    def erase(self, person: Person, now: datetime) -> None:
        # What staff have not read yet may ask them to do something.
        waiting = Q(to=settings.SHOP["email"], sent_at__isnull=True)
        self.rows(person).exclude(waiting).delete()


def describe_order(order: Order) -> dict[str, Any]:
    invoice, bill = getattr(order, "invoice", None), getattr(order, "billing_address", None)
    return {
        "number": order.number,
        "state": order.get_status_display(),
        "placed_at": order.placed_at,
        "to_be_paid_by": order.pay_by,
        "paid_or_given_up_at": order.closed_at,
        "first_parcel_at": order.first_posted_at,
        "last_parcel_at": order.posted_at,
        "expected_on": order.expected_on,
        "tracking": order.tracking,
        "email": order.email,
        "language": order.language,
        "address": order.postal_fields,
        "billing_address": bill.postal_fields if bill else None,
        "invoice": {"number": invoice.number_text, "issued_at": invoice.issued_at}
        if invoice
        else None,
        "sums": _sums(order),
        "voucher": order.voucher_code,
        "books": [_line(item, order.currency) for item in order.items.all()],
        "payments": [_payment(payment) for payment in order.payments.all()],
        "refunds_that_staff_asked_for": [
            _request(request, order.currency) for request in order.refund_requests.all()
        ],
        "withdrawals": [_withdrawal(withdrawal) for withdrawal in order.withdrawals.all()],
        **_in_the_shop(order),
    }


def _in_the_shop(order: Order) -> dict[str, Any]:
    """How the shop went about it, and what staff told each other of it."""
    return {
        "state_in_the_shop": order.get_fulfilment_display(),
        "history": [
            {"at": event.at, "what": event.get_kind_display(), "who": event.who, "note": event.note}
            for event in order.timeline
        ],
        "moves_in_the_shop": [
            {
                "at": move.at,
                "from": move.get_was_display(),
                "to": move.get_becomes_display(),
                "who": move.who,
            }
            for move in sorted(order.moves.all(), key=lambda move: move.pk)
        ],
        "notes_of_staff": [
            {"at": note.at, "note": note.text, "who": note.who}
            for note in sorted(order.notes.all(), key=lambda note: note.pk)
        ],
    }


def _sums(order: Order) -> dict[str, Any]:
    return {
        "books": _money(order.items_total, order.currency),
        "discount": _money(order.discount_total, order.currency),
        "delivery": _money(order.delivery_total, order.currency),
        "way_of_delivery": order.delivery_name,
        "tax_within": _money(order.tax_total, order.currency),
        "total": _money(order.total, order.currency),
    }


def _line(item: OrderItem, currency: str) -> dict[str, Any]:
    return {
        "title": item.title,
        "ean": item.ean,
        "copies": item.quantity,
        "price": _money(item.unit_price, currency),
        "discount": _money(item.discount, currency),
        "tax_within": _money(item.tax, currency),
        "taxed_as": item.get_tax_class_display(),
        "tax_rate": f"{item.tax_rate} %",
        "posted_at": item.sent_at,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    refunds = sorted(payment.refunds.all(), key=lambda refund: refund.pk)
    return {
        "by": payment.provider,
        "references": [name for name in (payment.reference, payment.charge) if name],
        "state": payment.get_status_display(),
        "asked_for": _money(payment.amount, payment.currency),
        "paid": _money(payment.paid, payment.currency) if payment.paid is not None else None,
        "begun_at": payment.opened_at,
        "settled_at": payment.settled_at,
        "refunds": [_refund(refund, payment.currency) for refund in refunds],
    }


def _refund(refund: Refund, currency: str) -> dict[str, Any]:
    return {
        "amount": _money(refund.amount, currency),
        "state": refund.get_status_display(),
        "reason": refund.get_reason_display(),
        "note": refund.note,
        "who": refund.who,
        "reference": refund.reference,
        "problem": refund.last_error,
        "asked_at": refund.asked_at,
        "done_at": refund.done_at,
        "books": [_refunded(line, currency) for line in refund.items.all()],
    }


def _request(request: RefundRequest, currency: str) -> dict[str, Any]:
    """Without who of the staff asked and decided."""
    return {
        "amount": _money(request.amount, currency),
        "delivery": _money(request.delivery, currency),
        "besides": _money(request.goodwill, currency),
        "books": [_refunded(line, currency) for line in request.items.all()],
        "cancels_the_order": request.is_cancellation,
        "copies_come_back": request.restock,
        "reason": request.get_reason_display(),
        "note": request.words,
        "asked_at": request.asked_at,
        "state": request.get_status_display(),
        "decided_at": request.decided_at,
        "why_declined": request.answer,
    }


def _refunded(line: RefundItem | RefundRequestItem, currency: str) -> dict[str, Any]:
    amount = _money(line.amount, currency)
    return {"title": line.item.title, "copies": line.copies, "amount": amount}


def _withdrawal(withdrawal: Withdrawal) -> dict[str, Any]:
    return {
        "name": withdrawal.name,
        "email": withdrawal.email,
        "books": withdrawal.words,
        "received_at": withdrawal.received_at,
    }


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"


class CatalogueChangesPart(Part):
    """What somebody of the staff changed in the catalogue by hand: catalog/history.py."""

    name = "changes_of_the_catalogue"
    title = _("What you changed in the catalogue as one of the staff")
    on_erasure = _("Kept without saying who made them: they are the history of the shop.")
    models = tuple(changed.history.model for changed in CHANGED)
    is_kept = True
    is_of_staff = True

    def describe(self, row: Any) -> dict[str, Any]:
        return {
            "of": str(row.instance_type._meta.verbose_name),
            "what": row.get_history_type_display(),
            "at": row.history_date,
            "reason": row.history_change_reason,
            "as_it_was_then": {
                str(field.verbose_name): field.value_to_string(row) for field in row.tracked_fields
            },
        }

    def erase(self, person: Person, now: datetime) -> None:
        for rows in self.of_each_table(person):
            rows.update(history_user_id=ERASED)

    def of_each_table(self, person: Person) -> Iterator[Any]:
        for model in self.models:
            rows = model._default_manager.filter(history_user_id__in=person.emails)
            yield rows.order_by("pk")


# From the last to the first: orders are locked before baskets, and mails are found by orders.
PARTS = [
    *(BasketPart(), OrdersPart(), OrderMailsPart()),
    *(StaffTracesPart(), CatalogueChangesPart(), StockTakesPart()),
]
