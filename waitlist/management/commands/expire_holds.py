from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bookstore.commands import TaughtByExample
from waitlist import offers


class Command(TaughtByExample):
    help = (
        "End the holds of waiting lists whose time is over and pass their copies on, offer copies "
        "that somebody still waits for, and remind those whose hold ends soon. The worker does it "
        "every minute; it is safe to run twice and at the same time."
    )
    example = """\
example:
  $ python manage.py expire_holds
  Holds ended: 2. Copies offered besides: 0. Reminders: 1.

exit status: 0 done
"""

    def handle(self, *args: Any, **options: Any) -> None:
        swept = offers.sweep(now=timezone.now())
        text = _(
            "Holds ended: %(ended)d. Copies offered besides: %(offered)d. Reminders: %(reminded)d."
        )
        self.stdout.write(text % swept._asdict())
