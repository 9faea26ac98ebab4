"""A mail whose header List-Unsubscribe mail programs can read."""

import email.policy
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from typing import Any

from django.core.mail import EmailMultiAlternatives


class OneLine(UnstructuredHeader, BaseHeader):
    """A header that is never broken.

    Python would write an address too long for one line as encoded words (RFC 2047), which mail
    programs do not read here. A line may have 998 characters (RFC 5322).
    """

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", OneLine)


class Mail(EmailMultiAlternatives):
    def message(self, *, policy: Any = email.policy.default) -> Any:
        return super().message(policy=policy.clone(header_factory=HEADERS))
