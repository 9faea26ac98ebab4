"""What the database makes sure of about every order, and by what it finds them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from accounts import postal
from accounts.models import PostalAddress
from shop.fulfilment import SENT, STATUS_OF, Fulfilment, OrderStatus

# What is left of the person in an order whose person was erased. The country decides the tax.
NOBODY = {
    **{field: "" for field in postal.FIELDS if field != "country"},
    "email": "",
    "tracking": "",
    "user": None,
    "cart": None,
}


def _of(*states: Fulfilment) -> Q:
    return Q(fulfilment__in=[state.value for state in states])


def _goes_with_its_money() -> Q:
    """Each state of the books with the one status of the money that it says."""
    goes = Q()
    for status in OrderStatus:
        goes |= Q(status=status.value) & _of(*(s for s in Fulfilment if STATUS_OF[s] == status))
    return goes


ORDER_CONSTRAINTS: list[models.BaseConstraint] = [
    *PostalAddress.Meta.constraints,
    models.CheckConstraint(
        condition=Q(total=F("items_total") - F("discount_total") + F("delivery_total")),
        name="shop_order_total_adds_up",
    ),
    models.CheckConstraint(
        condition=Q(discount_total__gte=0, discount_total__lte=F("items_total")),
        name="shop_order_discount_within_books",
    ),
    models.CheckConstraint(
        condition=Q(
            delivery_tax__gte=0,
            delivery_tax__lte=F("delivery_total"),
            tax_total__gte=F("delivery_tax"),
            tax_total__lte=F("total"),
        ),
        name="shop_order_tax_within_totals",
    ),
    models.CheckConstraint(
        condition=Q(delivery_tax_rate__gte=0, delivery_tax_rate__lt=100),
        name="shop_order_delivery_tax_rate_from_0_to_100",
    ),
    models.CheckConstraint(
        condition=Q(voucher__isnull=True) | ~Q(voucher_code=""),
        name="shop_order_voucher_with_its_code",
    ),
    models.CheckConstraint(
        condition=Q(items_total__gte=0, delivery_total__gte=0),
        name="shop_order_totals_not_negative",
    ),
    models.CheckConstraint(
        condition=Q(status="pending") ^ Q(closed_at__isnull=False),
        name="shop_order_closed_unless_pending",
    ),
    models.CheckConstraint(
        condition=Q(posted_at__isnull=True, expected_on__isnull=True)
        | Q(posted_at__isnull=False, expected_on__isnull=False, status="confirmed"),
        name="shop_order_posted_only_when_paid",
    ),
    models.CheckConstraint(
        condition=Q(first_posted_at__isnull=True, posted_at__isnull=True)
        | Q(first_posted_at__isnull=False, status="confirmed"),
        name="shop_order_first_parcel_before_the_last",
    ),
    models.CheckConstraint(
        condition=Q(erased_at__isnull=True) | (Q(**NOBODY) & ~Q(status="pending")),
        name="shop_order_erased_has_no_person",
    ),
    models.CheckConstraint(
        condition=_goes_with_its_money(), name="shop_order_fulfilment_goes_with_status"
    ),
    models.CheckConstraint(
        condition=~_of(*SENT) | Q(first_posted_at__isnull=False),
        name="shop_order_sent_has_a_parcel",
    ),
    models.CheckConstraint(
        condition=Q(is_collected=True) & ~_of(Fulfilment.POSTED, Fulfilment.DELIVERED)
        | Q(is_collected=False) & ~_of(Fulfilment.READY, Fulfilment.COLLECTED),
        name="shop_order_collected_or_posted",
    ),
]

ORDER_INDEXES = [
    models.Index(fields=["user", "-id"], name="shop_order_by_user"),
    models.Index(
        fields=["pay_by"], condition=Q(status="pending"), name="shop_order_pending_by_time"
    ),
    # For sums of what was sold in some time, which read nothing else of orders.
    models.Index(
        fields=["closed_at"],
        include=["total"],
        condition=Q(status="confirmed"),
        name="shop_order_sold_by_time",
    ),
    # For what follows a cancelled order later, as the reviews of its books do.
    models.Index(
        fields=["closed_at"],
        condition=Q(status="cancelled"),
        name="shop_order_cancelled_by_time",
    ),
    models.Index(
        fields=["voucher", "status"],
        condition=Q(voucher__isnull=False),
        name="shop_order_by_voucher",
    ),
    models.Index(Upper("email"), condition=Q(erased_at__isnull=True), name="shop_order_by_email"),
    # The board: its tabs, and how many orders are in each.
    models.Index(fields=["fulfilment", "id"], name="shop_order_by_fulfilment"),
]
