"""A language that nobody speaks: every message that was asked for is recognised by its brackets."""

import re
from html.parser import HTMLParser

from django.utils.translation import trans_real

# German in its formats.
CODE = "de-at"
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
READ_ALOUD = ("alt", "aria-label", "placeholder", "title")
UNREAD = ("script", "style")


class Pseudo(trans_real.DjangoTranslation):
    """German where Django or allauth have it, for names of months and the like; else ⟦the message⟧.

    `longer` lengthens what is in brackets by so much, as translations are apt to be.
    """

    longer = 0.0

    def _add_local_translations(self) -> None:
        """None of ours: gettext would take those into German."""

    def gettext(self, message: str) -> str:
        return self._marked(message, super().gettext(message))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        message = singular if number == 1 else plural
        return self._marked(message, super().ngettext(singular, plural, number))

    def _marked(self, message: str, found: str) -> str:
        # A message with a context that is not found comes back with its context.
        text = message.rpartition("\x04")[2]
        return found if found != message else f"⟦{text}{self._padding(text)}⟧"

    def _padding(self, text: str) -> str:
        word = "bücherwurm " * 40
        return f" {word[: round(len(text) * self.longer)].strip()}" if self.longer else ""


def without_messages(page: str) -> str:
    """What a page has besides messages, also those that stand in another one's gap."""
    while page != (rest := BRACKETED.sub(" ", page)):
        page = rest
    return page


def words(page: str) -> set[str]:
    """Every word that a page says."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return set(re.findall(r"[^\W\d_]{2,}", " ".join(reader.texts)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.texts += [value or "" for name, value in attrs if name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in UNREAD:
            self.texts.append(data)
