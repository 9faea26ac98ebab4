"""What Prometheus is told of the whole shop: read from the database when it asks, in nine queries."""

import platform
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import django
from django.conf import settings
from django.db import Error
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from accounts.mail_figures import MailFigures
from shop.models import Order

from . import workers
from .backups.last import last_backup


class ShopCollector(Collector):
    """Without the database there is one gauge left, which says that."""

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "bookstore",
            "What runs here",
            {
                "release": settings.RELEASE,
                "django": django.get_version(),
                "python": platform.python_version(),
            },
        )
        try:
            found = [metric for part in PARTS for metric in part(timezone.now())]
        except Error:
            found = []
        yield _gauge("bookstore_database_up", "Whether the database answered", bool(found))
        yield from found


def _queue(now: datetime) -> Iterator[Metric]:
    due = workers.due_by_queue(now)
    yield _gauges("bookstore_tasks_due", "Due tasks that wait", "queue", due)
    yield _gauge(
        "bookstore_tasks_oldest_due_seconds",
        "How long the oldest due task has waited",
        workers.longest_wait(now),
    )
    failed = workers.failed_by_task()
    yield _gauges("bookstore_tasks_given_up", "Tasks that were given up", "task", failed)


def _workers(now: datetime) -> Iterator[Metric]:
    yield _gauge(
        "bookstore_workers_alive", "Workers that were heard of lately", workers.heard_of(now).alive
    )
    late = {
        sweep.name: max((now - sweep.next_at).total_seconds(), 0.0)
        for sweep in workers.sweeps()
        if sweep.next_at
    }
    yield _gauges(
        "bookstore_sweep_late_seconds", "How late work that is done by the clock is", "sweep", late
    )


def _mails(now: datetime) -> Iterator[Metric]:
    mails = MailFigures.read()
    waited = (now - mails.oldest).total_seconds() if mails.oldest else 0
    yield _gauge("bookstore_mails_waiting", "Mails that have not left yet", mails.waiting)
    yield _gauge("bookstore_mails_oldest_seconds", "How long the oldest of them waits", waited)
    yield _gauge("bookstore_mails_given_up", "Mails of 90 days that were given up", mails.failed)


def _backup(now: datetime) -> Iterator[Metric]:
    if last := last_backup():
        age = (now - last.made_at).total_seconds()
        yield _gauge("bookstore_backup_age_seconds", "How old what the last backup shows is", age)


def _orders(now: datetime) -> Iterator[Metric]:
    paid = Order.objects.filter(
        status=Order.Status.CONFIRMED, closed_at__gte=now - timedelta(hours=1)
    )
    yield _gauge("bookstore_orders_paid_last_hour", "Orders paid in the last hour", paid.count())


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _gauges(name: str, words: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


PARTS: tuple[Callable[[datetime], Iterator[Metric]], ...] = (
    *(_queue, _workers, _mails, _backup, _orders),
)
