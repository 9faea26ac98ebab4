"""What the worker does by the clock can be found, and does no harm in an empty shop."""

import pytest
from django.tasks import Task
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

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


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(path for _, path in PERIODIC.values()))
def test_an_empty_shop_bears_it(path):
    import_string(path).call()
