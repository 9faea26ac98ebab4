"""Orders part from their person, who has their data erased; what tax law asks for stays.

Locks are taken as everywhere: orders, then baskets. See accounts/erasing.py for the rest.
"""

from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import Case, Q, Value, When
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.person import ERASED, Obstacle, Person
from catalog.models import StockMovement
from shop.models import (
    NOBODY,
    TO_WITHDRAW,
    BillingAddress,
    Cart,
    FulfilmentMove,
    GoodsIn,
    Order,
    OrderEvent,
    OrderNote,
    Payment,
    Refund,
    RefundRequest,
    Withdrawal,
)

# The name of the part.
ORDERS = "orders"
# 14 days to send the books back and 14 to pay for them, and some for the post.
TO_SETTLE = timedelta(days=30)
# What the shopper said, or how to follow their parcel.
KINDS_WITH_WORDS = (
    OrderEvent.Kind.WITHDRAWN,
    OrderEvent.Kind.PART_POSTED,
    OrderEvent.Kind.PART_READY,
    OrderEvent.Kind.POSTED,
    OrderEvent.Kind.READY,
)
# Who did this is the shopper, by whatever name, or one of the staff.
BY_THE_SHOPPER = (OrderEvent.Kind.PLACED, OrderEvent.Kind.WITHDRAWN)
BY_STAFF = (
    *(OrderEvent.Kind.PART_POSTED, OrderEvent.Kind.PART_READY),
    *(OrderEvent.Kind.POSTED, OrderEvent.Kind.READY),
    *(OrderEvent.Kind.DELIVERED, OrderEvent.Kind.COLLECTED, OrderEvent.Kind.RETURNED),
)


def orders_of(person: Person) -> Any:
    """All, or those alone that their erasure is about: see Person.held."""
    if (held := person.held.get(ORDERS)) is not None:
        return Order.objects.with_person().filter(pk__in=held)
    return Order.objects.of_person(user=person.user, emails=person.emails)


def visitors_baskets(person: Person) -> Any:
    """Baskets without an account that the person ordered from, and nobody else."""
    theirs = orders_of(person)
    of_others = Order.objects.exclude(pk__in=theirs.values("pk")).filter(cart__isnull=False)
    used = Cart.objects.filter(user=None, pk__in=theirs.values("cart"))
    return used.exclude(pk__in=of_others.filter(cart__in=used.values("pk")).values("cart"))


def deliveries_of(person: Person) -> Any:
    """Deliveries to the shop that they began when they were staff."""
    return GoodsIn.objects.filter(who__in=person.emails).order_by("pk")


def lock(person: Person) -> list[int]:
    """Keep the person's orders as they are, and deliveries they began as staff. Returns the orders."""
    orders = list(orders_of(person).locked().values_list("pk", flat=True))
    list(deliveries_of(person).select_for_update(no_key=True).values_list("pk"))
    return orders


def obstacles(person: Person, now: datetime) -> list[Obstacle]:
    """One for each order that the shop still needs its person for, and its page."""
    today = timezone.localtime(now).date()
    is_open = Q(status="pending") | Q(payments__status="open")
    is_open |= Q(payments__refunds__status="asked")
    may_change = Q(posted_at__isnull=True) | Q(expected_on__gte=today - TO_WITHDRAW)
    may_change |= Q(withdrawals__received_at__gt=now - TO_SETTLE)
    theirs = orders_of(person)
    owed = Refund.objects.owed().filter(payment__order__in=theirs)
    owing = set(owed.values_list("payment__order", flat=True))
    # All money of a cancelled order is on its way back already, whatever was asked for before.
    waiting = RefundRequest.objects.waiting().filter(order__in=theirs)
    waiting = waiting.exclude(order__status="cancelled")
    asked = set(waiting.values_list("order", flat=True))
    is_open |= Q(pk__in=owing | asked)
    candidates = theirs.filter(is_open | Q(status="confirmed") & may_change)
    found = candidates.distinct().order_by("pk").prefetch_related("payments__refunds")
    reasons = (
        (
            order,
            _why_under_way(order, now, is_owed=order.pk in owing, is_asked_for=order.pk in asked),
        )
        for order in found
    )
    return [
        *(Obstacle(words, order.get_absolute_url()) for order, words in reasons if words),
        *_of_staff(person),
    ]


def _of_staff(person: Person) -> list[Obstacle]:
    """Whoever gave money back, or agreed to it, goes on being known by their account."""
    user = person.user
    acts = RefundRequest.objects.filter(Q(asked_by=user) | Q(decided_by=user))
    if user is None or not acts.exists():
        return []
    return [
        Obstacle(
            _(
                "With this account money of the shop was given back, and that is the history of "
                "the shop. It cannot be deleted; a superuser can deactivate it."
            )
        )
    ]


def _why_under_way(order: Order, now: datetime, *, is_owed: bool, is_asked_for: bool) -> str:
    """A sentence; empty if the order is settled after all."""
    text, day = "", ""
    if order.is_pending:
        text = _("Order %(number)s waits for its payment. Pay for it, or cancel it.")
    elif any(refund.is_asked for refund in order.refunds):
        text = _("Money for order %(number)s is on its way back to you.")
    elif is_asked_for:
        text = _("Whether money for order %(number)s goes back to you is being looked at.")
    elif is_owed:
        text = _("Money for order %(number)s could not be sent back to you. Please write to us.")
    elif any(payment.is_open for payment in order.payments.all()):
        text = _("A payment for order %(number)s is being ended. That takes a few minutes.")
    elif not order.is_posted:
        text = _why_not_posted(order, now)
    elif order.withdraw_until and timezone.localtime(now).date() <= order.withdraw_until:
        text = _("Order %(number)s can still be withdrawn from, until %(day)s.")
        day = formats.date_format(order.withdraw_until, "DATE_FORMAT")
    else:
        text = _("What you withdrew from in order %(number)s is still being settled.")
    return text % {"number": order.number, "day": day}


def _why_not_posted(order: Order, now: datetime) -> str:
    lines = list(order.items.with_refunds())
    if any(line.sent_at is None and line.copies_left for line in lines):
        return _(
            "Order %(number)s is still under way. Cancel it if it has not left yet, or wait until "
            "it is with you."
        )
    # All that had not left was paid back; what had left counts as settled after a while.
    if any(line.sent_at and line.sent_at > now - TO_SETTLE for line in lines):
        return _("A part of order %(number)s was posted not long ago.")
    return ""


def part_from(person: Person, now: datetime) -> None:
    """Take the person out of their orders and all that belongs to these. Must run inside `atomic`.

    Lines, sums, taxes, country, days, number and invoice stay. Whoever else acted on an order, staff
    or a payment provider, goes on being named.
    """
    numbers = dict(orders_of(person).values_list("pk", "number"))
    orders = list(numbers)
    names = (_names_in(orders) | set(person.emails)) - _others_in(orders)
    visitors_baskets(person).delete()
    _forget_words(orders)
    _forget_who(person, orders, list(numbers.values()), names)
    BillingAddress.objects.filter(order__in=orders).delete()
    Order.objects.filter(pk__in=orders).update(**NOBODY, erased_at=now)


def _names_in(orders: list[int]) -> set[str]:
    """Every name that these orders know their person by; who did something is kept in such words.

    Among them the addresses that they had when they ordered or cancelled, and have no longer.
    """
    kinds = (*BY_THE_SHOPPER, OrderEvent.Kind.CANCELLED)
    acted = OrderEvent.objects.filter(order__in=orders, kind__in=kinds).values_list("who")
    of_orders = Order.objects.filter(pk__in=orders).values_list("name", "email")
    of_bills = BillingAddress.objects.filter(order__in=orders).values_list("name")
    of_withdrawals = Withdrawal.objects.filter(order__in=orders).values_list("name", "email")
    rows = chain(acted, of_orders, of_bills, of_withdrawals)
    return {name for row in rows for name in row if name}


def _others_in(orders: list[int]) -> set[str]:
    """Staff and payment providers: whoever takes their name does not make them be forgotten."""
    has_worked = Q(is_staff=True) | Q(is_superuser=True) | Q(logentry__isnull=False)
    staff = User.objects.filter(has_worked).values_list("email", flat=True)
    providers = Payment.objects.filter(order__in=orders).values_list("provider", flat=True)
    return {*staff, *providers}


def _forget_words(orders: list[int]) -> None:
    Withdrawal.objects.filter(order__in=orders).update(
        name=ERASED, email="", words=Case(When(words="", then=Value("")), default=Value(ERASED))
    )
    told = OrderEvent.objects.filter(order__in=orders, kind__in=KINDS_WITH_WORDS)
    told.exclude(note="").update(note="")
    Refund.objects.filter(payment__order__in=orders).exclude(note="").update(note="")
    OrderNote.objects.filter(order__in=orders).exclude(text="").update(text="")
    asked = RefundRequest.objects.filter(order__in=orders)
    asked.exclude(words="").update(words="")
    asked.exclude(answer="").update(answer=ERASED)
    # The payment page of the provider, which knows their address.
    Payment.objects.filter(order__in=orders).exclude(url="").update(url="")


def _forget_who(person: Person, orders: list[int], numbers: list[str], names: set[str]) -> None:
    """By any name in their own orders; elsewhere, as former staff are, by their e-mail alone."""
    everywhere = Q(who__in=person.emails)
    of_orders = OrderEvent.objects.filter(order__in=orders).exclude(kind__in=BY_STAFF)
    theirs = of_orders.filter(Q(kind__in=BY_THE_SHOPPER) | Q(who__in=names))
    OrderEvent.objects.filter(everywhere | Q(pk__in=theirs.values("pk"))).update(who=ERASED)
    moves = everywhere | Q(order__in=orders, who__in=names)
    FulfilmentMove.objects.filter(moves).update(who=ERASED)
    OrderNote.objects.filter(everywhere).update(who=ERASED)
    refunds = Refund.objects.filter(everywhere | Q(payment__order__in=orders, who__in=names))
    Refund.objects.filter(pk__in=refunds.values("pk")).update(who=ERASED)
    in_ledger = Q(order_number__in=numbers, who__in=names)
    StockMovement.objects.filter(everywhere | in_ledger).update(who=ERASED)
    deliveries_of(person).update(who=ERASED)
