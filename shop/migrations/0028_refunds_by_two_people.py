import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0027_sales_by_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RefundRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a second person"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("alone", "Needed no second person"),
                        ],
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "is_cancellation",
                    models.BooleanField(default=False, verbose_name="cancels the order"),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount"),
                ),
                (
                    "delivery",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=8, verbose_name="delivery"
                    ),
                ),
                (
                    "goodwill",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=12, verbose_name="a sum besides"
                    ),
                ),
                (
                    "restock",
                    models.BooleanField(default=False, verbose_name="the copies go on sale again"),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("cancelled", "Order cancelled"),
                            ("withdrawn", "Withdrawn from the contract"),
                            ("returned", "Returned or damaged"),
                            ("late", "Paid too late, copies gone"),
                            ("twice", "Paid more than once"),
                            ("wrong_sum", "Another sum than was asked for"),
                            ("goodwill", "Goodwill"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="note for the shopper"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="why it was declined"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_requests",
                        to="shop.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for a refund",
                "verbose_name_plural": "requests for refunds",
            },
        ),
        migrations.CreateModel(
            name="RefundRequestItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("copies", models.PositiveSmallIntegerField(verbose_name="copies")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shop.orderitem",
                        verbose_name="line",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="shop.refundrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a request for a refund",
                "verbose_name_plural": "lines of requests for refunds",
            },
        ),
        migrations.AddIndex(
            model_name="refundrequest",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["id"],
                name="shop_refundrequest_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="shop_refundrequest_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("status__in", ["waiting", "alone"]),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("status__in", ["approved", "declined"]),
                    ),
                    _connector="OR",
                ),
                name="shop_refundrequest_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "declined"), ("answer", ""), _connector="XOR"),
                name="shop_refundrequest_declined_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("delivery__gte", 0),
                    ("goodwill__gte", 0),
                    (
                        "amount__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("delivery"), "+", models.F("goodwill")
                        ),
                    ),
                ),
                name="shop_refundrequest_parts_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_cancellation", True), ("status", "waiting")),
                fields=("order",),
                name="shop_refundrequest_one_cancellation_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequestitem",
            constraint=models.UniqueConstraint(
                fields=("request", "item"), name="shop_refundrequestitem_once_per_line"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequestitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("copies__gte", 1)),
                name="shop_refundrequestitem_copies_positive",
            ),
        ),
    ]
