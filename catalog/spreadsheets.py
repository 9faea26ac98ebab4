"""Files of ours that people open in a spreadsheet."""

# The mark in front tells Excel that what follows is UTF-8.
UTF_8_MARK = "\ufeff"


def harmless(text: str) -> str:
    """`text` for a field of a CSV file: with an apostrophe before what would be run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
