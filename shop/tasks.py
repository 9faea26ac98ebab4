from django.tasks import task
from django.utils import timezone

from . import cart, lists, services


@task
def expire_unpaid_orders() -> None:
    services.expire_unpaid_orders(now=timezone.now())


@task
def refresh_lists() -> None:
    lists.refresh()


@task
def delete_old_baskets() -> None:
    cart.delete_old(now=timezone.now())
