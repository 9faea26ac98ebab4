"""`make bench`: what the pages of the shop cost, beside an empty one, in a small and a large shop.

Everything stays on this machine: a database server and web processes of its own, in .local/bench.
BENCH_SIZES="10000 1000000" names the catalogues; each is made once and kept.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from types import FrameType
from typing import Any

from rich.console import Console

from bookstore.embedded.server import Server

from . import catalogues, report
from .targets import failures
from .web import LoadFailed, wrk

RESULT = catalogues.FOLDER / "result.json"


def main() -> int:
    console = Console()
    # A plain `kill` ends everything as properly as Ctrl-C does; a shell may have jobs ignore that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        wrk()
        sizes = _sizes()
        with catalogues.server() as server:
            results = {books: _measured(server, books, console) for books in sizes}
    except (LoadFailed, subprocess.CalledProcessError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    RESULT.write_text(json.dumps(results, indent=2))
    report.show(results, console)
    console.print(f"All figures: {RESULT}")
    failed = failures(results)
    for failure in failed:
        console.print(f"[red]{failure}[/red]")
    return 1 if failed else 0


def _sizes() -> list[int]:
    try:
        sizes = sorted(
            {int(size) for size in os.environ.get("BENCH_SIZES", "10000 1000000").split()}
        )
    except ValueError as error:
        raise LoadFailed(f"BENCH_SIZES are numbers of books: {error}") from error
    if not sizes or sizes[0] < 1:
        raise LoadFailed("BENCH_SIZES names no catalogue.")
    return sizes


def _measured(server: Server, books: int, console: Console) -> dict[str, Any]:
    console.rule(f"{books:,} books")
    catalogues.prepare(server, books)
    output = catalogues.FOLDER / f"{books}.json"
    call = f"from tests.bench.measure import main; main({books}, {str(output)!r})"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", call]
    _run(command, catalogues.environment(catalogues.database_of(books)))
    found: dict[str, Any] = json.loads(output.read_text())
    return found


def _run(command: list[str], environment: dict[str, str]) -> None:
    """Run a command that is told of Ctrl-C by us, and given the time to end what it started."""
    process = subprocess.Popen(
        command, cwd=catalogues.PROJECT, env=environment, start_new_session=True
    )
    try:
        status = process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    if status:
        raise LoadFailed(f"The measurement ended with {status}: see above.")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
