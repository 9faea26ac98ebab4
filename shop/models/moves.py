"""How orders came to where they are in the shop, and what staff noted about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.fulfilment import MOVES, Fulfilment

from .orders import Order


def _is_legal() -> Q:
    legal = Q()
    for was, states in MOVES.items():
        if states:
            legal |= Q(was=was.value, becomes__in=[state.value for state in states])
    return legal


class FulfilmentMove(models.Model):
    """An order went from one state to the next. Rows are only ever added, and may forget who it was.

    The row is the move: a trigger takes the order there, or refuses the row if the order is not where
    the move begins, and nothing else writes the state of an order.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="moves", db_index=False)
    was = models.CharField(_("from"), max_length=12, choices=Fulfilment)
    becomes = models.CharField(pgettext_lazy("state", "to"), max_length=12, choices=Fulfilment)
    who = models.CharField(_("who"), max_length=254)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("move of an order")
        verbose_name_plural = _("moves of orders")
        constraints = [
            models.CheckConstraint(condition=_is_legal(), name="shop_fulfilmentmove_is_legal")
        ]
        indexes = [models.Index(fields=["order", "id"], name="shop_fulfilmentmove_by_order")]

    def __str__(self) -> str:
        return f"{self.order} {self.get_was_display()} → {self.get_becomes_display()}"


class OrderNote(models.Model):
    """What staff tell each other about an order; the shopper never sees it on a page.

    Rows are only ever added. One about somebody who had their data erased is empty.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="notes", db_index=False)
    text = models.CharField(_("note"), max_length=1000)
    who = models.CharField(_("who"), max_length=254)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("note about an order")
        verbose_name_plural = _("notes about orders")
        indexes = [models.Index(fields=["order", "id"], name="shop_ordernote_by_order")]

    def __str__(self) -> str:
        return f"{self.order} {self.text[:50]}"
