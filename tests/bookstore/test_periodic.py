"""What the worker does by the clock can be found, and does no harm in an empty shop."""

from datetime import UTC, datetime

import pytest
from django.tasks import Task
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicDeferrer

from bookstore.tasks import PERIODIC


@pytest.mark.parametrize("name", PERIODIC)
def test_the_worker_knows_when_to_do_it(name):
    cron, path = PERIODIC[name]

    (planned,) = (
        periodic
        for periodic in app.periodic_registry.periodic_tasks.values()
        if periodic.task.name == f"bookstore.{name}"
    )

    assert planned.cron == cron
    # However long the last one takes, no more than one waits.
    assert planned.task.queueing_lock == planned.task.name
    assert isinstance(import_string(path), Task)


def test_what_was_missed_in_the_night_is_done_by_the_first_worker_of_the_day():
    noon = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)
    deferrer = PeriodicDeferrer(registry=app.periodic_registry, **app.periodic_defaults)

    due = {planned.task.name for planned, _time in deferrer.get_previous_tasks(noon.timestamp())}

    assert {f"bookstore.{name}" for name in PERIODIC} <= due


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(path for _, path in PERIODIC.values()))
def test_an_empty_shop_bears_it(path):
    import_string(path).call()
