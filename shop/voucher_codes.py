"""How the code of a voucher is written."""

import re

LONGEST_CODE = 30
_CODE = re.compile(r"[A-Z0-9-]{3,30}")


def tidy_code(text: str) -> str:
    """As codes are stored: in capitals, without spaces."""
    return "".join(text.split()).upper()


def is_code(text: str) -> bool:
    """Whether a tidied text could be a code at all."""
    return _CODE.fullmatch(text) is not None
