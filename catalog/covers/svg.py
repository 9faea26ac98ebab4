"""Writing SVG elements, with numbers that print the same everywhere."""


def tag(name: str, content: str = "", /, **attributes: str | float) -> str:
    """An element; `stroke_width=3` becomes `stroke-width="3"`.

    Nothing is escaped: only our own numbers, colours and outlines may go in, never a book's words.
    """
    written = "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def number(value: float) -> str:
    """One decimal, and none when it is zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def point(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"
