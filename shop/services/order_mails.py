"""Mails about an order are sent again."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import resending
from accounts.models import OutboxMessage
from shop.models import Order


@transaction.atomic
def send_again(*, number: str, mail_id: int, key: uuid.UUID, now: datetime) -> None:
    """Send a mail to the shopper of an order again, see accounts/resending.py.

    Raises resending.CannotSendAgain, also when their data was erased in this moment.
    """
    order = Order.objects.locked().get(number=number)
    mails = OutboxMessage.objects.of_thread(number)
    if order.is_erased or not mails.filter(pk=mail_id).exists():
        raise resending.IsGone
    resending.send_again(message_id=mail_id, key=key, now=now)
