"""The long text of a book: plain paragraphs, with emphasis and lists where its publisher has them.

It is stored as text in which <em>, <strong>, <ul> and <li> mean what they do in HTML and nothing
else does; a blank line parts paragraphs. Whatever stands in it, what pages show of it is sound:
only these tags are ever written, without attributes and each closed, and the rest is escaped.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString

_TAG = re.compile(r"(</?(?:em|strong|ul|li)>)")
_INLINE = ("em", "strong")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def as_html(text: str) -> SafeString:
    page = _Page()
    for place, part in enumerate(_TAG.split(text.strip())):
        if place % 2:
            page.tag(part)
        else:
            page.text(part)
    return page.end()


def as_text(text: str) -> str:
    """The same without tags: what is listed stands on lines of its own."""
    lines = _TAG.sub("", text.replace("<li>", "\n• ").replace("<ul>", "\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class _Page:
    """HTML while it is written; it is sound after each step, but for what is still open."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._open: list[str] = []

    def tag(self, tag: str) -> None:
        name = tag.strip("</>")
        if name in _INLINE:
            self._inline(name, is_end=tag.startswith("</"))
        elif name == "ul":
            self._close_down_to(0)
            if not tag.startswith("</"):
                self._begin("ul")
        elif "ul" in self._open:
            self._close_down_to(1)
            if not tag.startswith("</"):
                self._begin("li")

    def text(self, text: str) -> None:
        if self._open[:1] == ["ul"]:
            if text.strip() or "li" in self._open:
                self._begin_block()
                self._written.append(escape(" ".join(text.split(" "))))
            return
        for place, paragraph in enumerate(_PARAGRAPHS.split(text)):
            if place:
                self._close_down_to(0)
            if paragraph.strip() or (self._open and paragraph):
                self._begin_block()
                self._written.append(escape(paragraph).replace("\n", "<br>"))

    def end(self) -> SafeString:
        self._close_down_to(0)
        return SafeString("".join(self._written))

    def _inline(self, name: str, *, is_end: bool) -> None:
        if not is_end:
            self._begin_block()
            if name not in self._open:
                self._begin(name)
        elif name in self._open:
            self._close_down_to(self._open.index(name))

    def _begin_block(self) -> None:
        """What text stands in: a paragraph, or an item of a list."""
        if not self._open:
            self._begin("p")
        elif self._open == ["ul"]:
            self._begin("li")

    def _begin(self, name: str) -> None:
        self._open.append(name)
        self._written.append(f"<{name}>")

    def _close_down_to(self, depth: int) -> None:
        while len(self._open) > depth:
            self._written.append(f"</{self._open.pop()}>")
