"""Having those mailed, by a worker, who asked to be told of copies."""

from collections.abc import Iterable

from django.tasks import task
from django.utils import timezone

from . import alert_mails
from .models import RestockAlert


@task
def mail_alerts(*, book_ids: list[int]) -> None:
    alert_mails.mail(book_ids=book_ids, now=timezone.now())


def mail_if_asked_for(book_ids: Iterable[int]) -> None:
    """Have readers mailed about these books, if copies of them are left and anybody asked for it.

    In the transaction that leaves them on sale; it costs one query, however many books they are.
    """
    asked_for = RestockAlert.objects.open().filter(book__in=list(book_ids), book__stock__gt=0)
    found = sorted(set(asked_for.order_by().values_list("book_id", flat=True)))
    if found:
        mail_alerts.enqueue(book_ids=found)
