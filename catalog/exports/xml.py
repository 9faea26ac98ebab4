"""Elements of ONIX 3.0 by their reference names."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]+")


def element(name: str, *content: Any, **attributes: str) -> Any:
    """An element with texts and elements in it; what is None is left out."""
    made = etree.Element(f"{{{NAMESPACE}}}{name}", attributes, nsmap={None: NAMESPACE})
    for part in content:
        if isinstance(part, str):
            _add_text(made, _FORBIDDEN.sub("", part))
        elif part is not None:
            made.append(part)
    return made


def _add_text(made: Any, text: str) -> None:
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text
