"""Many people at once, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable, Iterable

from django.db import connection


def at_once(actions: Iterable[Callable[[], object]]) -> list[object]:
    """Run every action in a thread of its own, all let go together; what each returned or raised."""
    actions = list(actions)
    gate = threading.Barrier(len(actions))
    outcomes: list[object] = [None] * len(actions)

    def run(position: int, action: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            outcomes[position] = action()
        except Exception as error:
            outcomes[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
