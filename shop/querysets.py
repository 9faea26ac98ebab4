"""What pages and services ask of baskets and orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from catalog.models import Book
from waitlist.models import PreBooking

from .fulfilment import OPEN, Fulfilment
from .voucher_codes import is_code, tidy_code

if TYPE_CHECKING:
    from accounts.models import User

    from .cart import Shopper
    from .models import Cart, CartItem, DeliveryMethod, Order, Payment, Voucher


class CartQuerySet(models.QuerySet[Any]):
    def of(self, shopper: Shopper) -> CartQuerySet:
        """The one basket of a signed-in user or, without one, of a visitor's token."""
        if shopper.user is not None:
            return self.filter(user=shopper.user)
        return self.filter(token=shopper.token) if shopper.token else self.none()

    def locked(self) -> CartQuerySet:
        return self.order_by("pk").select_for_update(no_key=True)


class CartItemQuerySet(models.QuerySet[Any]):
    def to_buy(self) -> CartItemQuerySet:
        """Lines that count and are ordered: all but those saved for later."""
        return self.filter(saved_at__isnull=True)

    def unchanged_since(self, lines: Iterable[CartItem]) -> CartItemQuerySet:
        """Those of `lines` that are still as they were read."""
        same = Q(pk__in=[])
        for line in lines:
            seen = {"price_seen": line.price_seen, "missing_seen": line.missing_seen}
            same |= Q(pk=line.pk, quantity=line.quantity, **seen)
        return self.filter(same)


class DeliveryMethodQuerySet(models.QuerySet[Any]):
    def offered(self) -> DeliveryMethodQuerySet:
        """A method whose price goes by weight or sum reads its steps when it is asked for it."""
        return self.filter(is_active=True).order_by("position", "pk")

    def offered_on(self, day: date) -> list[DeliveryMethod]:
        return [method for method in self.offered() if method.is_offered_on(day)]

    def offered_to(self, country: str, day: date) -> list[DeliveryMethod]:
        """What somebody in `country` may choose from, with the steps of prices, in two queries."""
        methods = self.offered().prefetch_related("bands")
        return [method for method in methods if method.is_offered_to(country, day)]


class OrderQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, *, user: User | None, basket: Cart | None, numbers: Iterable[str]
    ) -> OrderQuerySet:
        """A user's own orders, those of a visitor's basket, and those that the session opened.

        None that was parted from its person: that is for staff alone.
        """
        mine = Q(number__in=list(numbers))
        if basket is not None:
            mine |= Q(cart=basket)
        if user is not None:
            mine |= Q(user=user)
        return self.with_person().filter(mine)

    def with_person(self) -> OrderQuerySet:
        return self.filter(erased_at__isnull=True)

    def of_person(self, *, user: User | None, emails: Iterable[str]) -> OrderQuerySet:
        """All orders of an account, and those that guests placed with these e-mail addresses."""
        theirs = Q(user=user) if user else Q(pk__in=[])
        for email in emails:
            theirs |= Q(user__isnull=True, email__iexact=email)
        return self.with_person().filter(theirs)

    def known_by(self, *, number: str, email: str) -> OrderQuerySet:
        """The order with this number, if it was placed with this e-mail address."""
        return self.with_person().filter(number=number, email__iexact=email)

    def of_a_guest(self, *, email: str) -> OrderQuerySet:
        """Orders without an account that were placed with this e-mail address."""
        return self.filter(user=None, email__iexact=email)

    def numbered(self, number: str) -> OrderQuerySet:
        return self.filter(number=number)

    def of_basket(self, token: UUID | None) -> list[str]:
        """Numbers of what a visitor has ordered from the basket with this token, oldest first."""
        orders = self.filter(cart__token=token) if token else self.none()
        return list(orders.order_by("pk").values_list("number", flat=True))

    def for_order_list(self) -> OrderQuerySet:
        """What shop/order_list.html reads, newest first, in three queries."""
        copies = models.Sum("items__quantity")
        orders = self.annotate(copies=copies).prefetch_related("payments__refunds")
        return orders.order_by("-placed_at", "-pk")

    def for_order_page(self) -> OrderQuerySet:
        """What shop/order_detail.html reads, in six queries."""
        orders = self.select_related("invoice", "billing_address")
        books = models.Prefetch("items__book", Book.objects.defer("search"))
        return orders.prefetch_related(books, "events", "payments__refunds").order_by("pk")

    def for_invoice(self) -> OrderQuerySet:
        """What shop/order_invoice.html reads of orders that have an invoice, in four queries."""
        orders = self.filter(invoice__isnull=False).select_related("invoice", "billing_address")
        return orders.prefetch_related("items", "payments__refunds").order_by("pk")

    def to_pick(self, today: date) -> OrderQuerySet:
        """Those that nobody has begun, and of which something can be sent today."""
        return self.filter(self._has_lines_to_send(today), fulfilment=Fulfilment.PAID)

    def open_counts(self, today: date) -> tuple[dict[str, int], int]:
        """How many orders there are in each state that people work through, and how many are to be
        picked; in one query.
        """
        # The lines are looked at for no other state.
        is_paid = models.When(fulfilment=Fulfilment.PAID, then=self._has_lines_to_send(today))
        is_to_pick = models.Case(is_paid, default=models.Value(False))
        orders = self.filter(fulfilment__in=OPEN).order_by().values("fulfilment")
        rows = orders.annotate(all=models.Count("pk"), now=models.Count("pk", filter=is_to_pick))
        counted = list(rows)
        return {row["fulfilment"]: row["all"] for row in counted}, sum(
            row["now"] for row in counted
        )

    def with_day_to_come(self, today: date) -> OrderQuerySet:
        """With the first day of sale, after today, that a book of it waits for; None if none does."""
        waiting = self._lines_to_send().filter(posted_on__gt=today).order_by("posted_on")
        return self.annotate(day_to_come=models.Subquery(waiting.values("posted_on")[:1]))

    def _has_lines_to_send(self, today: date) -> models.Exists:
        return models.Exists(self._lines_to_send().exclude(posted_on__gt=today))

    def _lines_to_send(self) -> Any:
        items = self.model._meta.get_field("items").related_model.objects
        return items.filter(order=models.OuterRef("pk")).to_send()

    def found_by_staff(self, term: str) -> OrderQuerySet:
        """By the one column that is meant: an e-mail address, or else the number as people copy it."""
        if "@" in term:
            return self.with_person().filter(email__iexact=term)
        return self.filter(number="".join(each for each in term if each.isalnum()).upper())

    def uses_of(self, voucher: Voucher | models.OuterRef) -> OrderQuerySet:
        """Orders that took something off by a voucher; one that was given up gives its use back."""
        return self.filter(voucher=voucher, status__in=["pending", "confirmed"])

    def sold(self, since: datetime, before: datetime) -> OrderQuerySet:
        """Sales: orders that were paid in that time and not cancelled since."""
        return self.filter(status="confirmed", closed_at__gte=since, closed_at__lt=before)

    def count_by(self, column: str) -> dict[str, int]:
        """How many orders there are for each value of a column that has an index."""
        return dict(self.order_by().values_list(column).annotate(models.Count("pk")))

    def overdue(self, now: datetime) -> OrderQuerySet:
        return self.filter(status="pending", pay_by__lt=now).order_by("pk")

    def locked(self) -> OrderQuerySet:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class OrderItemQuerySet(models.QuerySet[Any]):
    def sold(self, since: datetime, before: datetime) -> OrderItemQuerySet:
        """The lines of OrderQuerySet.sold()."""
        paid = {"order__closed_at__gte": since, "order__closed_at__lt": before}
        return self.filter(order__status="confirmed", **paid)

    def with_refunds(self) -> OrderItemQuerySet:
        """With what has come of its copies, in the order of books.

        `refunded` and `refunded_sum`: copies and money that went back or are about to; `restocked`:
        copies that are on sale again; `gone`: those and the copies that were paid back and kept.
        A refund that failed and was asked for again counts no more.
        """
        refund = "refund_items__refund__"
        counts = ~Q(**{f"{refund}status": "failed"})
        is_back = Q(refund_items__is_restocked=True, **{f"{refund}again__isnull": True})
        is_kept = Q(refund_items__is_restocked=False) & counts

        def copies(which: Q) -> Coalesce:
            return Coalesce(models.Sum("refund_items__copies", filter=which), 0)

        money = models.Sum("refund_items__amount", filter=counts)
        return self.annotate(
            refunded=copies(counts),
            refunded_sum=Coalesce(money, Decimal(0)),
            restocked=copies(is_back),
            gone=copies(is_back | is_kept),
        ).order_by("book_id")

    def to_send(self) -> OrderItemQuerySet:
        """with_refunds() of the lines for which OrderItem.is_to_send is true."""
        away = Greatest(models.F("refunded"), models.F("restocked"))
        return self.filter(sent_at__isnull=True).with_refunds().filter(quantity__gt=away)

    def with_people_waiting(self) -> OrderItemQuerySet:
        """With `people_waiting`: how many wait for the book of each."""
        waiting = PreBooking.objects.to_be_asked().filter(book=models.OuterRef("book_id"))
        counted = waiting.order_by().values("book").annotate(people=models.Count("pk"))
        return self.annotate(people_waiting=Coalesce(models.Subquery(counted.values("people")), 0))


class PaymentQuerySet(models.QuerySet[Any]):
    def to_pay(self, number: str) -> Payment | None:
        """The open attempt at paying an order that waits for it, with its order."""
        waiting = self.filter(status="open", order__status="pending", order__number=number)
        return waiting.select_related("order").first()

    def is_of(self, number: str, key: UUID) -> bool:
        """Whether this is the key of an attempt at paying that order."""
        return self.filter(order__number=number, key=key).exists()

    def left_open(self) -> PaymentQuerySet:
        """Attempts at paying that no order waits for."""
        return self.filter(status="open").exclude(order__status="pending").order_by("pk")


class RefundQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime) -> RefundQuerySet:
        return self.filter(next_try_at__lte=now)

    def owed(self) -> RefundQuerySet:
        """Those that failed, and can be sent again: neither their money, nor the delivery or a copy
        that they were for, has gone back by another refund.
        """
        rest = models.F("payment__paid") - models.F("payment__refunded")
        delivery = models.F("payment__order__delivery_total") - self._delivery_back()
        failed = self.filter(status="failed", again__isnull=True, amount__lte=rest)
        return failed.filter(~models.Exists(self._copies_back()), delivery__lte=delivery)

    def _delivery_back(self) -> Coalesce:
        of_order = self.model.objects.filter(payment__order=models.OuterRef("payment__order"))
        back = of_order.exclude(status="failed").order_by().values("payment__order")
        return Coalesce(models.Subquery(back.values_list(models.Sum("delivery"))), Decimal(0))

    def _copies_back(self) -> Any:
        """Lines of a refund of which fewer copies are left to pay back than it was for."""
        lines = self.model._meta.get_field("items").related_model.objects
        of_item = lines.filter(item=models.OuterRef("item")).exclude(refund__status="failed")
        back = of_item.order_by().values("item").values_list(models.Sum("copies"))
        left = models.F("item__quantity") - Coalesce(models.Subquery(back), 0)
        return lines.filter(refund=models.OuterRef("pk"), copies__gt=left)

    def of_sales(self) -> RefundQuerySet:
        """Those that make a sale worth less, and have not failed.

        Other money goes back because no order is for it: it was paid twice or too late.
        """
        taken_off = ["withdrawn", "returned", "goodwill"]
        of_a_sale = {"payment__order__status": "confirmed", "reason__in": taken_off}
        return self.filter(**of_a_sale).exclude(status="failed")

    def claim(self, until: datetime) -> int:
        """Keep these refunds from other workers until then. Returns how many they are."""
        return self.update(attempts=models.F("attempts") + 1, next_try_at=until)


class RefundRequestQuerySet(models.QuerySet[Any]):
    def waiting(self) -> RefundRequestQuerySet:
        """Those that somebody else has to decide on, the oldest first."""
        return self.filter(status="waiting").select_related("order", "asked_by").order_by("pk")

    def for_two(self) -> RefundRequestQuerySet:
        """Those that took or take a second person, whatever became of them, the oldest first."""
        people = self.select_related("order", "asked_by", "decided_by")
        return people.exclude(status="alone").order_by("pk")

    def for_page(self) -> RefundRequestQuerySet:
        """What admin/shop/refundrequest/_wanted.html reads, in two queries."""
        whole = self.select_related("order", "asked_by").prefetch_related("items__item")
        return whole.order_by("pk")

    def given_alone(self, order: Order, user: User) -> Decimal:
        """What this person has given back of an order without a second one, failed or not."""
        alone = self.filter(order=order, asked_by=user, status="alone")
        return alone.aggregate(money=Coalesce(models.Sum("amount"), Decimal(0)))["money"]


class BookSalesQuerySet(models.QuerySet[Any]):
    def low_in_stock(self, days: int, most: int) -> BookSalesQuerySet:
        """Of the books that sold most in so many days, those on sale with `most` copies or fewer."""
        low = self.filter(days=days, book__stock__lte=most, book__withdrawn_at__isnull=True)
        fields = (f"book__{name}" for name in ("title", "ean", "stock", "queue_length"))
        return low.select_related("book").only("copies", *fields).order_by("-copies", "book_id")

    def counted_at(self, days: int) -> datetime | None:
        """When so many days were counted; None if they have yet to be, or nothing was sold."""
        at: datetime | None = self.filter(days=days).values_list("as_of", flat=True).first()
        return at


class VoucherQuerySet(models.QuerySet[Any]):
    def with_code(self, text: str) -> Voucher | None:
        """The voucher that somebody typed, in small letters or with spaces too."""
        code = tidy_code(text)
        return self.filter(code=code).first() if is_code(code) else None

    def locked(self) -> VoucherQuerySet:
        """Locked until the transaction ends, so that uses are counted one after another."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)
