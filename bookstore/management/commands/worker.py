from typing import Any

from procrastinate.contrib.django import app

from bookstore import metrics
from bookstore.commands import TaughtByExample
from bookstore.tasks import SECONDS_OF_SILENCE, told_of_the_end, under_its_request

EXAMPLE = """
example:
  manage.py worker

It takes tasks from the queue as they come and does the work of the clock: mail, unpaid orders, holds
of waiting lists, refunds, ranks, suggestions, old sessions. Each piece of work is done once, however
many workers there are; what a killed one had begun another one takes over within half a minute.
Ctrl-C or SIGTERM lets it end what it has begun, for eight seconds; a feed that takes longer is left
behind its last batch, and another worker goes on with it.

exit status: 0 stopped
"""


class Command(TaughtByExample):
    help = (
        "Run tasks from the queue and the work that is done by the clock, until it is stopped. Any "
        "number of workers may run, on any number of machines."
    )
    example = EXAMPLE

    def handle(self, *args: Any, **options: Any) -> None:
        metrics.forget_the_dead()
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            worker_app.run_worker(
                name="bookstore",
                # One for mail, which runs one by one, one for a feed, which may take long, and two for
                # everything else.
                concurrency=4,
                update_heartbeat_interval=SECONDS_OF_SILENCE / 3,
                stalled_worker_timeout=SECONDS_OF_SILENCE,
                # What has worked leaves no row; what has failed stays to be looked at.
                delete_jobs="successful",
                shutdown_graceful_timeout=8,
                worker_middleware=[under_its_request, told_of_the_end],
            )
