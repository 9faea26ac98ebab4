from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from bookstore import metrics
from bookstore.tasks import SECONDS_OF_SILENCE, under_its_request


class Command(BaseCommand):
    help = (
        "Run tasks from the queue and the work that is done by the clock (mail, unpaid orders, "
        "ranks), until it is stopped. Any number of workers may run, on any number of machines."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        metrics.forget_the_dead()
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            worker_app.run_worker(
                name="bookstore",
                # One for mail, which runs one by one, and two for everything else.
                concurrency=3,
                update_heartbeat_interval=SECONDS_OF_SILENCE / 3,
                stalled_worker_timeout=SECONDS_OF_SILENCE,
                # What has worked leaves no row; what has failed stays to be looked at.
                delete_jobs="successful",
                shutdown_graceful_timeout=8,
                worker_middleware=[under_its_request],
            )
