"""The engine behind django.tasks: procrastinate, a queue in our own PostgreSQL.

Code enqueues with django.tasks. A task is a row written on the caller's connection, so it commits
or vanishes with the caller's transaction, and is run by `manage.py worker`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from types import TracebackType
from typing import Any

from django.tasks import DEFAULT_TASK_QUEUE_NAME
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import Task, TaskResult, TaskResultStatus
from django.utils import timezone
from django.utils.json import normalize_json
from django.utils.module_loading import import_string
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from . import metrics, request_ids, stopping

log = logging.getLogger("bookstore.tasks")

RUN_TASK = "bookstore.run_task"
RETRIES = RetryStrategy(max_attempts=8, exponential_wait=4)
# What the worker does by the clock: when (as cron says it), and the task that does it.
PERIODIC = {
    "sweep_outbox": ("* * * * *", "accounts.tasks.sweep_outbox"),
    "expire_unpaid_orders": ("* * * * *", "shop.tasks.expire_unpaid_orders"),
    "expire_holds": ("* * * * *", "waitlist.tasks.expire_holds"),
    "close_payments": ("* * * * *", "shop.tasks.close_payments"),
    "send_refunds": ("* * * * *", "shop.tasks.send_refunds"),
    "change_prices": ("* * * * *", "catalog.tasks.change_prices"),
    "forget_attempts": ("*/10 * * * *", "accounts.tasks.forget_attempts"),
    "mail_notices": ("*/10 * * * *", "waitlist.tasks.mail_notices"),
    "withdraw_unbought": ("*/10 * * * *", "reviews.tasks.withdraw_unbought"),
    "find_left_feeds": ("*/10 * * * *", "shop.feed_tasks.find_left_feeds"),
    "refresh_lists": ("*/10 * * * *", "shop.tasks.refresh_lists"),
    "count_book_sales": ("*/10 * * * *", "shop.tasks.count_book_sales"),
    "count_facets": ("5 * * * *", "shop.tasks.count_facets"),
    "repair_tags": ("0 2 * * *", "catalog.tasks.repair_tags"),
    "refresh_vocabulary": ("15 2 * * *", "catalog.tasks.refresh_vocabulary"),
    "refresh_suggestions": ("30 2 * * *", "catalog.tasks.refresh_suggestions"),
    "refresh_also_liked": ("40 2 * * *", "shop.tasks.refresh_also_liked"),
    "delete_old_missed_searches": ("50 2 * * *", "catalog.tasks.delete_old_missed_searches"),
    "delete_unconfirmed_accounts": ("10 3 * * *", "accounts.tasks.delete_unconfirmed_accounts"),
    "delete_old_imports": ("55 2 * * *", "shop.feed_tasks.delete_old_imports"),
    "delete_old_alerts": ("5 3 * * *", "waitlist.tasks.delete_old_alerts"),
    "delete_old_mails": ("0 3 * * *", "accounts.tasks.delete_old_mails"),
    "clear_sessions": ("15 3 * * *", "accounts.tasks.clear_sessions"),
    "delete_old_baskets": ("30 3 * * *", "shop.tasks.delete_old_baskets"),
}
# They run at each minute: that one went well is no news.
_BY_THE_CLOCK = frozenset(path for _cron, path in PERIODIC.values())
# A worker that has not been heard of for so many seconds is dead.
SECONDS_OF_SILENCE = 15


class ProcrastinateBackend(BaseTaskBackend):
    """Hands tasks to procrastinate. Results are not kept: a task's effect is in the database."""

    supports_defer = True
    supports_priority = True

    def enqueue(self, task: Task[..., Any], args: Any, kwargs: Any) -> Any:
        """Write the task on this connection; it runs after the transaction has committed."""
        self.validate_task(task)
        job_id = procrastinate_app.configure_task(
            RUN_TASK,
            queue=task.queue_name,
            lock=_lock(task.queue_name),
            priority=task.priority,
            schedule_at=task.run_after,
        ).defer(
            path=task.module_path,
            args=normalize_json(args),
            kwargs=normalize_json(kwargs),
            request_id=request_ids.current(),
        )
        return TaskResult(
            task=task,
            id=str(job_id),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


def run_task(path: str, args: list[Any], kwargs: dict[str, Any], request_id: str = "") -> None:
    """Run the task at a dotted path. What it raises makes procrastinate try again later.

    `request_id` is that of the request which caused it; it lacks in what older releases enqueued.
    """
    with request_ids.carried(request_id or request_ids.current()), _Told(path):
        import_string(path).call(*args, **kwargs)


class _Told:
    """Says how a task went, in the log and in the figures."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.level = logging.DEBUG if path in _BY_THE_CLOCK else logging.INFO

    def __enter__(self) -> None:
        self.began = perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        seconds = perf_counter() - self.began
        metrics.count_task(task=self.path, seconds=seconds, has_failed=kind is not None)
        facts = {"task": self.path, "ms": round(seconds * 1000, 1)}
        if kind is None:
            log.log(self.level, "task done", extra={"facts": facts})
        else:
            facts["error"] = kind.__name__
            log.warning("task failed", exc_info=error, extra={"facts": facts})


def register(app: App) -> None:
    """Make our tasks known to procrastinate; called once when Django is ready."""
    app.task(name=RUN_TASK, retry=RETRIES)(run_task)
    for name, (cron, path) in PERIODIC.items():
        queue = import_string(path).queue_name
        timed = app.task(
            name=f"bookstore.{name}",
            queue=queue,
            lock=_lock(queue),
            queueing_lock=f"bookstore.{name}",
        )
        app.periodic(cron=cron)(timed(_periodic(path)))
    stalled = app.task(
        name="bookstore.retry_stalled", queueing_lock="bookstore.retry_stalled", pass_context=True
    )
    app.periodic(cron="* * * * *")(stalled(retry_stalled))


def _lock(queue: str) -> str | None:
    """Tasks of the default queue run side by side; those of any other one after another."""
    return None if queue == DEFAULT_TASK_QUEUE_NAME else queue


def _periodic(path: str) -> Callable[[int], None]:
    def run(timestamp: int) -> None:
        run_task(path, [], {})

    return run


async def under_its_request(run: Callable[[], Awaitable[Any]], context: Any, _worker: Any) -> Any:
    """Around each task in a worker: also what procrastinate says of it has the right token.

    It has a context of its own, so that nothing is to be taken back.
    """
    request_ids.name(context.job.task_kwargs.get("request_id") or request_ids.new())
    return await run()


async def told_of_the_end(run: Callable[[], Awaitable[Any]], context: Any, _worker: Any) -> Any:
    """Around each task in a worker: a long one can ask whether the worker is to end."""
    stopping.listen(context.should_abort)
    return await run()


async def retry_stalled(context: Any, timestamp: int) -> None:
    """Give back to the queue what a killed worker had begun; procrastinate does not by itself."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_OF_SILENCE):
        log.warning("task %s of a worker that died is tried again", job.id)
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same periodic work waits in the queue already.
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
