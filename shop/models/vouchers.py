"""Vouchers: a share or a sum off the price of books."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Book, Genre
from catalog.money import format_money, format_percent, to_cents
from shop.querysets import VoucherQuerySet
from shop.voucher_codes import LONGEST_CODE, tidy_code


class Voucher(models.Model):
    """What takes something off the price of books, and the terms of it. Delivery is never cheaper."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("per cent")
        AMOUNT = "amount", _("amount")

    code = models.CharField(
        _("code"),
        max_length=LONGEST_CODE,
        help_text=_("3 to 30 letters, digits and hyphens. Capitals and spaces make no difference."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PERCENT)
    value = models.DecimalField(
        _("value"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    least_sum = models.DecimalField(
        _("least sum"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Of the books it counts for. Empty: any."),
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    most_uses = models.PositiveIntegerField(
        _("uses in all, at the most"), null=True, blank=True, help_text=_("Empty: any number.")
    )
    most_uses_each = models.PositiveIntegerField(
        _("uses for each shopper, at the most"),
        null=True,
        blank=True,
        help_text=_("Shoppers are told apart by account and email address. Empty: any number."),
    )
    excluded_genres = models.ManyToManyField(
        Genre,
        blank=True,
        related_name="vouchers_without",
        verbose_name=_("genres left out"),
        help_text=_("With all genres below them."),
    )
    excluded_books = models.ManyToManyField(
        Book, blank=True, related_name="vouchers_without", verbose_name=_("books left out")
    )
    is_active = models.BooleanField(_("can be used"), default=True)
    note = models.CharField(_("note for staff"), max_length=300, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="shop_voucher_code_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9-]{3,30}$"),
                name="shop_voucher_code_readable",
                violation_error_message=_("A code is 3 to 30 letters, digits and hyphens."),
            ),
            models.CheckConstraint(
                condition=Q(kind="percent", value__gt=0, value__lte=100)
                | Q(kind="amount", value__gt=0),
                name="shop_voucher_value_of_its_kind",
                violation_error_message=_("The value is above 0, and 100 per cent at the most."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gt=F("valid_from")),
                name="shop_voucher_times_in_order",
                violation_error_message=_("The voucher must end after it begins."),
            ),
            models.CheckConstraint(
                condition=(Q(least_sum__isnull=True) | Q(least_sum__gt=0))
                & (Q(most_uses__isnull=True) | Q(most_uses__gte=1))
                & (Q(most_uses_each__isnull=True) | Q(most_uses_each__gte=1)),
                name="shop_voucher_limits_positive",
                violation_error_message=_("Leave a limit empty, or give a number above 0."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        self.code = tidy_code(self.code)

    def discount_on(self, total: Decimal) -> Decimal:
        """What it takes off books for `total`, to the cent and never more than they cost."""
        if self.kind == self.Kind.PERCENT:
            return to_cents(total * self.value / 100)
        return min(to_cents(self.value), total)

    @property
    def value_text(self) -> str:
        if self.kind == self.Kind.PERCENT:
            return format_percent(self.value)
        return format_money(self.value)
