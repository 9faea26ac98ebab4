"""A feed of 200,000 products: how much memory it takes, and that a kill on the way changes nothing."""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from catalog.models import Book
from shop import imports
from shop.models import FeedRun
from tests.catalog.onix_files import write_products
from tests.processes import PROJECT, database_url, wait_for

from .catalogue_as_is import fingerprints, last_run

pytestmark = [pytest.mark.slow, pytest.mark.deep, pytest.mark.django_db(transaction=True)]

PRODUCTS = 200_000
# Of the process that writes, and of the one that reads.
KILOBYTES = 200 * 1000
SECONDS = 900


class Import:
    """`manage.py import_onix`, which is watched while it runs."""

    def __init__(self, path: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "import_onix", str(path), "--stock=1", *options],
            cwd=PROJECT,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # The most that each of its processes ever held, in kilobytes.
        self.peaks: dict[str, int] = {}

    def wait_for(self, happened: Callable[[], bool]) -> bool:
        """Whether it happened while the import ran."""

        def happened_or_ended() -> bool:
            self._look()
            return self.process.poll() is not None or happened()

        wait_for(happened_or_ended, SECONDS)
        return self.process.poll() is None

    def wait(self) -> int:
        self.wait_for(lambda: False)
        return self.process.wait(timeout=0)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _look(self) -> None:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(folder.name)) != self.process.pid:
                    continue
                status = (folder / "status").read_text()
            except OSError:
                continue
            if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
                self.peaks[folder.name] = int(peak[1])


def test_a_large_feed_takes_little_memory_and_survives_a_kill(request, tmp_path):
    """It is killed for good at a moment that the name of this test decides."""
    write_products(path := tmp_path / "books.xml", PRODUCTS)
    report = f"--report={tmp_path / 'report.csv'}"
    killed_behind = random.Random(request.node.name).randrange(PRODUCTS // 2)

    broken = Import(path, report)
    try:
        assert broken.wait_for(FeedRun.objects.filter(records__gt=killed_behind).exists)
    finally:
        broken.kill()
    records = FeedRun.objects.get().records
    assert killed_behind < records < PRODUCTS
    assert records % imports.BATCH == 0
    assert Book.objects.count() == records
    assert wait_for(lambda: not imports.is_running(), 30)

    resumed = imported(path, report, "--resume")
    assert FeedRun.objects.count() == 1
    empty_catalogue()
    assert imported(path, report) == resumed
    assert resumed["run"]["created"] == resumed["books"][0] == PRODUCTS


def imported(path: Path, *options: str) -> dict:
    """What the shop holds after an import to the end, in which no process took much memory."""
    running = Import(path, *options)
    try:
        assert running.wait() == 0
    finally:
        if running.process.poll() is None:
            running.kill()
    readers_and_writer = {
        process: peak for process, peak in running.peaks.items() if peak > KILOBYTES / 4
    }
    assert len(readers_and_writer) == 2, running.peaks
    assert max(readers_and_writer.values()) < KILOBYTES
    return {**fingerprints(), "run": last_run()}


def empty_catalogue() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE catalog_book, catalog_work, catalog_genre, catalog_publisher, catalog_series,"
            " catalog_contributor, shop_feedrun CASCADE"
        )
