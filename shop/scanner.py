"""The field that a scanner types into: the number of a book, and Enter."""

from typing import Any

from django import forms


class ScannerInput(forms.TextInput):
    """It has the focus, and begins empty also after a mistake: a scanner would add to what stands there."""

    def __init__(self) -> None:
        super().__init__(
            {
                "autofocus": True,
                "autocomplete": "off",
                "spellcheck": "false",
                "enterkeyhint": "go",
                "aria-describedby": "scanned",
            }
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)
