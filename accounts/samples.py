"""Every kind of mail that the shop sends, about people, books and orders that are made up.

Each app lists its own in `mail_samples.SAMPLES`, under its `HEADING`. Staff look at them
(accounts/views/mail_samples.py), and so do the tests of what all mails have in common.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bookstore.modules import modules_named

from .letters import Letter, letter


@dataclass(frozen=True)
class Sample:
    """A mail as accounts/letters.py makes it from `template` and what `context` makes up.

    Nothing of that is ever saved. `title` is what staff call the mail.
    """

    name: str
    title: Any
    template: str
    context: Callable[[], Mapping[str, Any]] = dict

    def letter(self, language: str) -> Letter:
        return letter(self.template, self.context(), language=language)


def groups() -> list[tuple[Any, list[Sample]]]:
    """Those of every app under its heading, in the order of apps."""
    return [(module.HEADING, module.SAMPLES) for module in modules_named("mail_samples")]


def samples() -> dict[str, Sample]:
    """The same by name."""
    return {sample.name: sample for _heading, found in groups() for sample in found}
