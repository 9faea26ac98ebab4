"""The kinds of goods that tax tells apart."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaxClass(models.TextChoices):
    BOOK = "book", _("printed book")
    EBOOK = "ebook", _("e-book")
    AUDIO = "audio", _("audiobook")
    OTHER = "other", _("other goods")
    # Only a rate has it: nothing on the shelves is delivery.
    DELIVERY = "delivery", _("delivery")


GOODS = [tax_class for tax_class in TaxClass if tax_class != TaxClass.DELIVERY]
GOODS_CHOICES = [(tax_class.value, tax_class.label) for tax_class in GOODS]
