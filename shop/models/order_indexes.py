"""What finds orders by how they stand, and by when they came to stand so."""

from django.db import models
from django.db.models import Q

BY_STATUS = [
    models.Index(fields=["status", "-id"], name="shop_order_by_status"),
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
]
