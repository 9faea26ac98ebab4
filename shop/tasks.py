from django.tasks import task
from django.utils import timezone

from . import also_liked, cart, lists, sales
from .services import payments, refunds


@task
def expire_unpaid_orders() -> None:
    payments.expire_unpaid_orders(now=timezone.now())


@task(queue_name="payments")
def close_payments() -> None:
    payments.close_left_open(now=timezone.now())


@task(queue_name="payments")
def send_refunds() -> None:
    for refund_id in refunds.due(now=timezone.now()):
        refunds.send(refund_id=refund_id, now=timezone.now())


@task
def refresh_lists() -> None:
    lists.rank_books()


@task
def count_facets() -> None:
    lists.count_facets(today=timezone.localdate())


@task
def count_book_sales() -> None:
    sales.count_book_sales(now=timezone.now())


@task
def refresh_also_liked() -> None:
    also_liked.refresh(now=timezone.now())


@task
def delete_old_baskets() -> None:
    cart.delete_old(now=timezone.now())
