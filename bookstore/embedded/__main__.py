"""python -m bookstore.embedded start|stop|status [FOLDER]"""

import argparse
import sys
from pathlib import Path

from bookstore.embedded.server import Server, ServerError

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / ".local" / "postgres"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bookstore.embedded",
        description="The shop's own PostgreSQL server.",
    )
    parser.add_argument("action", choices=["start", "stop", "status"])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    arguments = parser.parse_args()
    server = Server(arguments.folder)
    try:
        return _act(server, arguments.action)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1


def _act(server: Server, action: str) -> int:
    """Do it, say it, and return the exit code: 3 for a status of "stopped", as pg_ctl does."""
    if action == "stop":
        print("Stopped." if server.stop() else "It was not running.")
        return 0
    if action == "start":
        print("Started." if server.start() else "It is already running.")
    elif not server.is_running():
        print("Not running.")
        return 3
    print(f"psql connects with: -h {server.socket_dir} -U bookstore bookstore")
    return 0


if __name__ == "__main__":
    sys.exit(main())
