"""Processes that share the work of a test, and may be killed at it."""

import random
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

from django.db import connections

# Seconds after which a crew that is not done is stuck, and after which a member that hears nothing ends.
LONGEST_RUN = 120
LONGEST_SILENCE = 60


@dataclass(frozen=True)
class Broke:
    """What comes of a piece of work that raised: the traceback as text."""

    text: str


@dataclass
class Member:
    process: ForkProcess
    pipe: Connection
    work: Any = None


class Crew:
    """Processes that take one piece of work after another from one list, until all of it is done.

    With `kill_every` seconds one of them is killed without a word so often, and another one takes
    its place and its work. `outcomes` is what came of each piece, by the piece itself.
    """

    def __init__(
        self,
        act: Callable[[Any], Any],
        pieces: Iterable[Any],
        *,
        size: int = 4,
        kill_every: float | None = None,
    ) -> None:
        self.act = act
        self.waiting = deque(pieces)
        self.size = size
        self.kill_every = kill_every or LONGEST_RUN
        self.outcomes: dict[Any, Any] = {}
        self.kills = 0
        self._members: list[Member] = []
        # Which of them is killed next, the same in every run.
        self._dice = random.Random(1)

    def run(self) -> None:
        missing = len(self.waiting)
        give_up = time.monotonic() + LONGEST_RUN
        next_kill = time.monotonic() + self.kill_every
        try:
            while len(self.outcomes) < missing:
                self._hire()
                pipes = [member.pipe for member in self._members]
                ready = wait(pipes, max(next_kill - time.monotonic(), 0))
                for member in [one for one in self._members if one.pipe in ready]:
                    self._hear(member)
                if time.monotonic() >= next_kill:
                    self._kill_one()
                    next_kill += self.kill_every
                assert time.monotonic() < give_up, f"{missing - len(self.outcomes)} not done"
        finally:
            self._dismiss()

    def _hire(self) -> None:
        """As many members as there should be, each with a piece of work if there is one left."""
        while len(self._members) < self.size:
            self._members.append(_member(self.act))
        for member in self._members:
            if member.work is None and self.waiting:
                member.work = self.waiting.popleft()
                with suppress(OSError):  # it has just died; the next look at it tells
                    member.pipe.send(member.work)

    def _hear(self, member: Member) -> None:
        try:
            self.outcomes[member.work] = member.pipe.recv()
            member.work = None
        except (EOFError, OSError):
            self._lose(member)

    def _kill_one(self) -> None:
        if at_work := [one for one in self._members if one.work is not None]:
            self._dice.choice(at_work).process.kill()
            self.kills += 1

    def _lose(self, member: Member) -> None:
        member.process.join()
        member.pipe.close()
        self._members.remove(member)
        if member.work is not None:
            self.waiting.appendleft(member.work)

    def _dismiss(self) -> None:
        for member in self._members:
            member.process.terminate()
        for member in self._members:
            member.process.join()
            member.pipe.close()


def _member(act: Callable[[Any], Any]) -> Member:
    # What is forked must not share a connection with us.
    connections.close_all()
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(target=_work, args=[act, theirs], daemon=True)
    process.start()
    theirs.close()
    return Member(process, ours)


def _work(act: Callable[[Any], Any], pipe: Connection) -> None:
    while pipe.poll(LONGEST_SILENCE):
        piece = pipe.recv()
        try:
            outcome = act(piece)
        except Exception:
            outcome = Broke(traceback.format_exc())
        pipe.send(outcome)
