"""Every page on one catalogue: what `make bench` runs for each, with Django set up by manage.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from rich.console import Console

from . import catalogues
from .pages import Page, pages
from .server_time import NotThere, Shop, measure
from .urls import EMPTY
from .web import Load, LoadFailed, Web, running

PAIRS = 3
SECONDS_TO_WARM_UP = 3
_SEED = 1


def main(books: int, output: str) -> None:
    """Write the figures of every page as JSON to the file `output`."""
    server = catalogues.Server(catalogues.FOLDER / "postgres")
    database, postmaster = catalogues.database_of(books), catalogues.postmaster(server)
    found = pages(Random(_SEED))
    try:
        with (
            running(database, postmaster, with_cache=True) as usual,
            running(database, postmaster, with_cache=False) as afresh,
        ):
            results = {
                page.name: _measured(page, usual if page.from_cache else afresh) for page in found
            }
    except KeyboardInterrupt:
        sys.exit(130)
    Path(output).write_text(json.dumps(results, indent=2))


def _measured(page: Page, web: Web) -> dict[str, Any]:
    """All figures of a page, or why there are none."""
    console = Console(stderr=True)
    shop = Shop()
    try:
        lines = shop.lines_for(page)
        times = measure(shop, page, lines)
        load, beside = _beside_empty(web, lines, page.cookie, f"{EMPTY}\t")
    except (NotThere, LoadFailed) as error:
        console.print(f"{page.name}: not there ({error})")
        return {"not_there": str(error)}
    console.print(f"{page.name}: {load.requests_per_second:.0f} requests a second")
    return {"load": asdict(load), **beside, "one_at_a_time": asdict(times)}


def _beside_empty(
    web: Web, lines: Sequence[str], cookie: str, empty: str
) -> tuple[Load, dict[str, float]]:
    """The middle run of a page, and its middle ratios to the empty view, run by turns with it."""
    web.load(lines, cookie, SECONDS_TO_WARM_UP)
    bases: list[Load] = []
    runs: list[Load] = []
    for _pair in range(PAIRS):
        bases.append(web.load([empty]))
        runs.append(web.load(lines, cookie))
    pairs = list(zip(bases, runs, strict=True))
    ratios = {
        "of_empty": median(
            run.requests_per_second / base.requests_per_second for base, run in pairs
        ),
        "cpu_of_empty": median(run.cpu / base.cpu for base, run in pairs),
    }
    runs.sort(key=lambda load: load.requests_per_second)
    return runs[len(runs) // 2], ratios
