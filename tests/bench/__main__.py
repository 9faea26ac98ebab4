"""`make bench`: what the pages of the shop cost, beside an empty one, in a small and a large shop.

Everything stays on this machine: a database server and web processes of its own, in .local/bench.
BENCH_SIZES="10000 1000000" names the catalogues; each is made once and kept. The checkout comes last,
on a copy of a small one; BENCH_ONLY=checkout leaves all else out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console

from bookstore.embedded.server import Server

from . import catalogues, report
from .targets import checkout_failures, failures
from .web import LoadFailed, wrk

# Orders cost the same in a large shop, and a small one is copied in a second.
CHECKOUT_BOOKS = 10_000
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
            checkout = _checkout(server, console)
    except (LoadFailed, subprocess.CalledProcessError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    RESULT.write_text(json.dumps({**results, "checkout": checkout}, indent=2))
    report.show(results, console)
    report.show_checkout(checkout, console)
    console.print(f"All figures: {RESULT}")
    failed = failures(results) + checkout_failures(checkout)
    for failure in failed:
        console.print(f"[red]{failure}[/red]")
    return 1 if failed else 0


def _sizes() -> list[int]:
    if os.environ.get("BENCH_ONLY") == "checkout":
        return []
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
    return _figures(call, catalogues.database_of(books), output)


def _checkout(server: Server, console: Console) -> dict[str, Any]:
    console.rule("checkout")
    catalogues.prepare(server, CHECKOUT_BOOKS)
    name = "bench_checkout"
    output = catalogues.FOLDER / "checkout.json"
    call = f"from tests.bench.checkout import main; main({str(output)!r})"
    with catalogues.copied(server, CHECKOUT_BOOKS, name):
        return _figures(call, name, output)


def _figures(call: str, database: str, output: Path) -> dict[str, Any]:
    """What a call writes into the file `output`, in a process of its own with Django set up."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", call]
    _run(command, catalogues.environment(database))
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
