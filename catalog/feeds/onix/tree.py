"""One record of ONIX as a tree of composites, whose elements go by their reference names."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from typing import Final

from django.utils.translation import gettext as _
from lxml import etree

from catalog.feeds.values import clean_line
from catalog.xml_letters import FORBIDDEN

from .tags import SHORT

MOST_NAMES = 1000
# Not huge: what is nested too deep is refused by libxml2 itself.
_SAFE: Final = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}
_REFERENCE = re.compile(r"&(#[0-9]{1,8};|#[xX][0-9a-fA-F]{1,8};|[A-Za-z][A-Za-z0-9]{0,40};)?")
# A prefix that nobody declared; what an element is called does not hang on it.
_UNDECLARED = etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
_NAMESPACE_ERRORS = range(_UNDECLARED - 1, _UNDECLARED + 5)


_PARSER = etree.XMLParser(**_SAFE)


class NotWellFormed(ValueError):
    """A record that is no XML; str() is the reason, for whoever reads the report."""


class _Names(dict[str, str]):
    """Names of elements as the shop has them, by those of a file. What nobody knows is not kept."""

    def __missing__(self, tag: str) -> str:
        local = tag.rpartition("}")[2].rpartition(":")[2]
        name = SHORT.get(local, local)
        if len(self) < MOST_NAMES:
            self[tag] = name
        return name


_NAMES = _Names()


def parse(xml: str) -> Composite:
    """The tree of a record. Raises NotWellFormed."""
    if "&#" not in xml:
        # Most are XML as they stand.
        with suppress(etree.XMLSyntaxError):
            return Composite(etree.fromstring(xml.encode("utf-8", "ignore"), _PARSER))
    data = _repaired(xml).encode("utf-8", "ignore")
    try:
        return Composite(etree.fromstring(data, _PARSER))
    except etree.XMLSyntaxError as error:
        if error.code in _NAMESPACE_ERRORS:
            return _parse_without_namespaces(data)
        raise NotWellFormed(_reason(error)) from error


def _parse_without_namespaces(data: bytes) -> Composite:
    parser = etree.XMLParser(recover=True, **_SAFE)
    root = etree.fromstring(data, parser)
    fatal = [entry for entry in parser.error_log if entry.level >= etree.ErrorLevels.FATAL]
    if fatal or root is None:
        raise NotWellFormed(_reason(fatal[0] if fatal else None))
    return Composite(root)


def _reason(error: object) -> str:
    said = getattr(error, "msg", None) or getattr(error, "message", None) or ""
    return _("The record is no well-formed XML: %(reason)s") % {"reason": said}


def _repaired(xml: str) -> str:
    """`xml` with the letters that HTML's names stand for, and without what XML does not allow."""
    if "&" in xml:
        xml = _REFERENCE.sub(_letter, xml)
    return FORBIDDEN.sub("", xml)


def _letter(found: re.Match[str]) -> str:
    reference = found[0]
    letter = html.unescape(reference)
    # A sign of XML's own stays as it is written; a name that nobody knows is only text.
    if letter in ("&", "<", ">", '"', "'") and len(reference) > 1:
        return reference
    return "&amp;" + letter[1:] if letter.startswith("&") else letter


class Composite:
    """An element with others in it."""

    __slots__ = ("_made", "_texts", "parts")

    def __init__(self, element: etree._Element) -> None:
        parts: dict[str, list[etree._Element]] = {}
        texts: dict[str, str] = {}
        for child in element:
            name = _NAMES[child.tag]
            if name in parts:
                parts[name].append(child)
            else:
                parts[name] = [child]
            if name not in texts and not len(child) and (text := text_of(child)):
                texts[name] = text
        self.parts = parts
        self._texts = texts
        self._made: dict[str, list[Composite]] = {}

    def all(self, name: str) -> list[Composite]:
        if name not in self.parts:
            return []
        if name not in self._made:
            self._made[name] = [Composite(element) for element in self.parts[name]]
        return self._made[name]

    def first(self, name: str) -> Composite:
        """The first composite of a name, or an empty one."""
        return self.all(name)[0] if name in self.parts else NOTHING

    def text(self, *names: str) -> str:
        """The text of the first element that has one, by the names in their order."""
        texts = self._texts
        for name in names:
            if name in texts:
                return texts[name]
            # It may have tags in it.
            if name in self.parts and (found := self.texts(name)):
                return found[0]
        return ""

    def texts(self, name: str) -> list[str]:
        return [text for element in self.parts.get(name, ()) if (text := text_of(element))]

    def where(self, name: str, kind: str, *codes: str) -> Composite:
        """The composite of a name whose `kind` is the first of these codes that any has."""
        found: dict[str, Composite] = {}
        for composite in self.all(name):
            found.setdefault(composite.text(kind), composite)
        return next((found[code] for code in codes if code in found), NOTHING)


def text_of(element: etree._Element) -> str:
    """All text of an element, on one line."""
    text = element.text
    if len(element):
        return clean_line("".join(element.itertext()))
    # Codes and numbers are clean.
    if not text or (text.isascii() and text.isalnum()):
        return text or ""
    return clean_line(text)


NOTHING = Composite(etree.Element("nothing"))
