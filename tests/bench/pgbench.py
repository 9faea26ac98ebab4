"""Checkouts without a shop around them: their statements alone, sent by pgbench."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from bookstore.embedded.programs import program

from .shoppers import HOT_BOOK, MOST_LINES, STEP, Crowd, share
from .web import LoadFailed

CLIENTS = 8
_TOLD = re.compile(r"actually processed: (\d+)\n.*^tps = ([\d.]+)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Told:
    checkouts: int
    a_second: float


def run(scripts: Sequence[str], crowd: Crowd, seconds: int) -> Told:
    """Have eight clients check out the baskets of a crowd: one script for each number of lines.

    LoadFailed if a statement fails, as it does when the crowd has no shopper left.
    """
    variables = {"first": crowd.first, "share": share()}
    variables |= {f"turn{lines}": -1 for lines in range(1, MOST_LINES + 1)}
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"lines{lines}.sql" for lines in range(1, len(scripts) + 1)]
        for file, text in zip(files, scripts, strict=True):
            file.write_text(text)
        command = [str(program("pgbench")), "--no-vacuum", "--protocol=prepared"]
        command += [f"--client={CLIENTS}", f"--time={seconds}"]
        command += [f"--define={name}={value}" for name, value in variables.items()]
        command += [f"--file={file}" for file in files]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=_environment(), timeout=120
        )
    told = _TOLD.search(done.stdout)
    if done.returncode or told is None:
        raise LoadFailed(f"pgbench failed: {done.stderr[-2000:] or done.stdout}")
    return Told(int(told[1]), float(told[2]))


def choosing(lines: int, *, is_hot: bool) -> str:
    """The beginning of a script: the next shopper with so many lines, and their books."""
    books = [
        f"\\set book{line + 1} {HOT_BOOK}"
        if is_hot and line == 0
        else f"\\set book{line + 1} 1 + {line} * :share + :shopper * {STEP} % :share"
        for line in range(lines)
    ]
    turn = f"turn{lines}"
    place = f"{MOST_LINES} * ({CLIENTS} * :{turn} + :client_id) + {lines - 1}"
    chosen = [f"\\set {turn} :{turn} + 1", f"\\set shopper :first + {place}", *books]
    return "\n".join(chosen) + "\n"


def _environment() -> dict[str, str]:
    where = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGDATABASE": "dbname"}
    return os.environ | {name: str(where[key]) for name, key in names.items()}
