"""What a record says about its book, as catalog/blurbs.py stores it.

Feeds say of a text that it is plain, HTML or XHTML, and are often wrong: what it looks like decides.
Its tags are read by a parser, and only those that the shop knows are written anew.
"""

from __future__ import annotations

import html
import re
from typing import Final

from lxml import etree

from catalog.feeds.values import clean_text

from .product import Product
from .tree import Composite

# As much as a book can have.
LONGEST = 10_000
# Lists 153 and 33: the description, then a short one, then what else a cover says.
_TYPES = ("03", "02", "01", "05", "27")
_OLD_TYPES = ("03", "01", "02", "17", "18")
# List 154: for anybody, or for whoever buys.
_AUDIENCES = ("", "00", "03")
_LOOKS_LIKE_HTML = re.compile(r"</?(?:[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_BLOCKS = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "section",
    "article",
    "table",
    "tr",
    "dl",
    "dt",
    "dd",
    "pre",
    "hr",
]
# What is written before and behind what stands in a tag.
_TAGS: Final = {
    **dict.fromkeys(("em", "i", "cite"), ("<em>", "</em>")),
    **dict.fromkeys(("strong", "b"), ("<strong>", "</strong>")),
    **dict.fromkeys(("ul", "ol"), ("<ul>", "</ul>")),
    **dict.fromkeys(_BLOCKS, ("\n\n", "\n\n")),
    "li": ("<li>", "</li>"),
    "br": ("", "\n"),
}
_SILENT = frozenset(("script", "style", "head", "title", "iframe", "object", "template"))
_SPACE = re.compile(r"\s+")
_EMPTY = re.compile(r"<(em|strong)>(\s*)</\1>")
_ROUND_LISTS = re.compile(r"\s*(</?li>|</?ul>)\s*")
# Nobody nests the tags of a blurb any deeper; what does stays unread.
DEEPEST = 100
_SENTENCE = re.compile(r"[.!?…][\"'”’»)]*(?:</(?:em|strong|li)>)*(?=\s|<|$)|\n\n")


def read_description(product: Product) -> str:
    """The best text for readers, at most LONGEST characters of it, cut behind a sentence."""
    for element in _texts(product):
        if text := _marked_up(element):
            return cut(text)
    return ""


def _texts(product: Product) -> list[etree._Element]:
    """The elements that hold a description, the best first."""
    if product.is_old:
        composites, kinds, kind = product.root.all("OtherText"), _OLD_TYPES, "TextTypeCode"
    else:
        composites, kinds, kind = product.collateral.all("TextContent"), _TYPES, "TextType"
    by_kind: dict[str, etree._Element] = {}
    for one in composites:
        elements = one.parts.get("Text")
        if elements and _is_for_readers(one):
            by_kind.setdefault(one.text(kind), elements[0])
    found = [by_kind[code] for code in kinds if code in by_kind]
    for name in ("MainDescription", "Annotation"):
        found += product.root.parts.get(name, [])
    return found


def _is_for_readers(text: Composite) -> bool:
    audiences = text.texts("ContentAudience")
    return not audiences or any(audience in _AUDIENCES for audience in audiences)


def _marked_up(element: etree._Element) -> str:
    if len(element):
        return _from_tree(element)
    text = element.text or ""
    # Escaped twice, as whoever wraps escaped HTML into CDATA does.
    if "&lt;" in text and not _LOOKS_LIKE_HTML.search(text):
        text = html.unescape(text)
    if not _LOOKS_LIKE_HTML.search(text):
        return clean_text(text)
    parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    tree = etree.fromstring(f"<div>{text}</div>".encode("utf-8", "ignore"), parser)
    return _from_tree(tree) if tree is not None else ""


def _from_tree(root: etree._Element) -> str:
    writer = _Writer()
    writer.write(root, DEEPEST)
    return writer.end()


class _Writer:
    """The text of a tree while it is read: white space means nothing but between words."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def write(self, element: etree._Element, depth: int) -> None:
        name = str(element.tag).rpartition("}")[2].casefold()
        if name in _SILENT:
            return
        begin, end = _TAGS.get(name, ("", ""))
        self._parts.append(begin)
        if element.text:
            self._parts.append(_on_one_line(element.text))
        for child in element:
            if depth:
                self.write(child, depth - 1)
            if child.tail:
                self._parts.append(_on_one_line(child.tail))
        self._parts.append(end)

    def end(self) -> str:
        text = "".join(self._parts)
        if "></" in text or "> </" in text:
            text = _EMPTY.sub(r"\2", text)
        if "<ul>" in text or "<li>" in text:
            text = _ROUND_LISTS.sub(r"\1", text)
            text = text.replace("<ul>", "\n\n<ul>").replace("</ul>", "</ul>\n\n")
        return clean_text(text)


def _on_one_line(text: str) -> str:
    return text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)


def cut(text: str) -> str:
    """`text` if it is short enough; else what stands before the last end of a sentence."""
    if len(text) <= LONGEST:
        return text
    ends = [found.end() for found in _SENTENCE.finditer(text, 0, LONGEST)]
    if ends and ends[-1] > LONGEST // 2:
        return text[: ends[-1]].strip()
    whole = text[: LONGEST - 1]
    return f"{whole[: max(whole.rfind(' '), whole.rfind('>') + 1, LONGEST // 2)].rstrip()}…"
