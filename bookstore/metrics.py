"""What each process counts for Prometheus, while METRICS_TOKEN is set.

The processes of a machine write into one folder (PROMETHEUS_MULTIPROC_DIR), so that whichever web process
is asked tells of all, of workers too. Labels are names from the code, never what a visitor sends.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
if FOLDER in os.environ:
    with suppress(OSError):
        Path(os.environ[FOLDER]).mkdir(parents=True, exist_ok=True)
# A command may stand where nothing can be written. It counts nothing then, which nobody would read.
CAN_COUNT = FOLDER not in os.environ or os.access(os.environ[FOLDER], os.W_OK)

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "bookstore_requests",
    "Requests that were answered",
    ["route", "method", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "bookstore_request_seconds",
    "How long answers took, without the way over the network",
    ["route"],
    buckets=(0.025, 0.1, 0.25, 0.5, 1, 2.5),
    registry=REGISTRY,
)
EXCEPTIONS = Counter(
    "bookstore_exceptions", "What views raised, by route", ["route", "kind"], registry=REGISTRY
)
DATABASE_ERRORS = Counter(
    "bookstore_database_errors",
    "Statements that the database refused or did not answer",
    ["kind"],
    registry=REGISTRY,
)
TASKS = Counter("bookstore_tasks", "Tasks that were run", ["task", "outcome"], registry=REGISTRY)
TASK_SECONDS = Histogram(
    "bookstore_task_seconds",
    "How long tasks ran",
    ["task"],
    buckets=(0.1, 1, 10, 60, 600),
    registry=REGISTRY,
)
CHECKOUTS = Counter(
    "bookstore_checkouts",
    "Orders that were placed, and why others were not: NotEnoughCopies is stock",
    ["outcome"],
    registry=REGISTRY,
)


def _is_counting() -> bool:
    return bool(settings.METRICS_TOKEN) and CAN_COUNT


def count_request(*, route: str, method: str, status: int, seconds: float, error: str = "") -> None:
    if _is_counting():
        REQUESTS.labels(route, method, f"{status // 100}xx").inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        if error:
            EXCEPTIONS.labels(route, error).inc()


def count_database_error(error: Exception) -> None:
    if _is_counting():
        DATABASE_ERRORS.labels(type(error).__name__).inc()


def count_task(*, task: str, seconds: float, has_failed: bool) -> None:
    if _is_counting():
        TASKS.labels(task, "failed" if has_failed else "done").inc()
        TASK_SECONDS.labels(task).observe(seconds)


def count_checkout(outcome: str) -> None:
    """`outcome` is "placed", or the name of the refusal."""
    if _is_counting():
        CHECKOUTS.labels(outcome).inc()


def of_all_processes() -> CollectorRegistry:
    """What the processes of this machine have counted; of this one alone if they share no folder."""
    if FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def mark_dead(pid: int) -> None:
    """What a process counted stays; what it alone could say (a gauge of the living) goes."""
    if FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def forget_the_dead() -> None:
    """Delete the files of processes that are gone, before new ones count: sums begin anew then.

    Those of living ones stay, also of workers that share the folder. Raises ImproperlyConfigured
    where the new ones could not count.
    """
    if settings.METRICS_TOKEN and not CAN_COUNT:
        raise ImproperlyConfigured(f"{FOLDER} is {os.environ[FOLDER]}, which cannot be written.")
    if FOLDER in os.environ:
        for file in Path(os.environ[FOLDER]).glob("*.db"):
            pid = file.stem.rpartition("_")[2]
            if pid.isdecimal() and not _lives(int(pid)):
                with suppress(FileNotFoundError):
                    file.unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
