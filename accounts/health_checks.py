"""What `manage.py health` tells of mails."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bookstore.findings import LATELY, Check, Finding, graded, span

from .mail_figures import MailFigures

LONG_WAIT, TOO_LONG_WAIT = timedelta(minutes=15), timedelta(hours=2)


def mails(now: datetime) -> Iterator[Finding]:
    figures = MailFigures.read(failed_since=now - LATELY)
    waited = (now - figures.oldest).total_seconds() if figures.oldest else 0.0
    warn, fail = LONG_WAIT.total_seconds(), TOO_LONG_WAIT.total_seconds()
    yield Finding(
        "mails that wait",
        graded(waited, warn=warn, fail=fail),
        f"{figures.waiting} wait; the oldest for {span(waited)}" if figures.waiting else "none",
        round(waited, 1),
        f"seconds; warns at {warn:.0f}, fails at {fail:.0f}",
    )
    yield Finding(
        "failed mails",
        graded(figures.failed, warn=1),
        f"{figures.failed} of the last {LATELY.days} days were given up",
        figures.failed,
        "warns at 1",
    )


CHECKS: list[Check] = [mails]
