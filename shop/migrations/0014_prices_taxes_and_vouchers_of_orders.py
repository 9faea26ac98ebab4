"""What an order was charged: its discount and its tax, line by line."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

ZERO = Decimal("0.00")


def sum_field(name):
    return models.DecimalField(
        db_default=ZERO, decimal_places=2, default=ZERO, max_digits=12, verbose_name=name
    )


def rate_field(name):
    return models.DecimalField(
        db_default=ZERO, decimal_places=2, default=ZERO, max_digits=4, verbose_name=name
    )


class Migration(migrations.Migration):
    dependencies = [("shop", "0013_vouchers")]

    operations = [
        migrations.AddField(
            model_name="cart",
            name="voucher",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="carts",
                to="shop.voucher",
                verbose_name="voucher",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="voucher",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="shop.voucher",
                verbose_name="voucher",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="voucher_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=30,
                verbose_name="code of the voucher",
            ),
        ),
        migrations.AddField("order", "discount_total", sum_field("discount")),
        migrations.AddField("order", "delivery_tax_rate", rate_field("delivery, tax in per cent")),
        migrations.AddField("order", "delivery_tax", sum_field("tax in the delivery price")),
        migrations.AddField("order", "tax_total", sum_field("tax in all")),
        migrations.AddField("orderitem", "discount", sum_field("discount")),
        migrations.AddField(
            model_name="orderitem",
            name="tax_class",
            field=models.CharField(
                choices=[
                    ("book", "printed book"),
                    ("ebook", "e-book"),
                    ("audio", "audiobook"),
                    ("other", "other goods"),
                ],
                db_default="book",
                default="book",
                max_length=10,
                verbose_name="taxed as",
            ),
        ),
        migrations.AddField("orderitem", "tax_rate", rate_field("tax in per cent")),
        migrations.AddField("orderitem", "tax", sum_field("tax")),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=Q(voucher__isnull=False),
                fields=["voucher", "status"],
                name="shop_order_by_voucher",
            ),
        ),
        migrations.RemoveConstraint(model_name="order", name="shop_order_total_adds_up"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(total=F("items_total") - F("discount_total") + F("delivery_total")),
                name="shop_order_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(discount_total__gte=0, discount_total__lte=F("items_total")),
                name="shop_order_discount_within_books",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(
                    delivery_tax__gte=0,
                    delivery_tax__lte=F("delivery_total"),
                    tax_total__gte=F("delivery_tax"),
                    tax_total__lte=F("total"),
                ),
                name="shop_order_tax_within_totals",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(delivery_tax_rate__gte=0, delivery_tax_rate__lt=100),
                name="shop_order_delivery_tax_rate_from_0_to_100",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(voucher__isnull=True) | ~Q(voucher_code=""),
                name="shop_order_voucher_with_its_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("unit_price") * F("quantity")),
                name="shop_orderitem_discount_within_price",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=Q(tax__gte=0, tax__lte=F("unit_price") * F("quantity") - F("discount")),
                name="shop_orderitem_tax_within_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lt=100),
                name="shop_orderitem_tax_rate_from_0_to_100",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=Q(tax_class__in=["book", "ebook", "audio", "other"]),
                name="shop_orderitem_tax_class_of_goods",
            ),
        ),
    ]
