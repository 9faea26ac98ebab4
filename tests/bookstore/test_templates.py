"""The house rules for templates, as code. They read files only and need no settings."""

import re
from collections.abc import Callable
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ADMIN = TEMPLATES / "admin"
FILES = sorted(
    path for path in TEMPLATES.rglob("*") if path.is_file() and ADMIN not in path.parents
)
PAGES = [path for path in FILES if path.suffix == ".html"]

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
# Blocks of data, which no browser runs.
DATA = ('type="application/ld+json"', 'type="application/json"')
STYLE = re.compile(r"<style|\sstyle\s*=", re.IGNORECASE)
DATA_ADDRESS = re.compile(r"""(?:src|href)\s*=\s*["']?data:""", re.IGNORECASE)
LINK_TO_NOWHERE = re.compile(r"""href\s*=\s*["']#?["']""")
HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)
VISIBLE_ATTRIBUTE = re.compile(r'\s(?:placeholder|aria-label|alt|title)="([^"{]*[A-Za-z][^"{]*)"')


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def that(paths: list[Path], breaks_the_rule: Callable[[str], object]) -> list[str]:
    """Those whose text does."""
    return [name(path) for path in paths if breaks_the_rule(path.read_text())]


def test_there_are_templates_to_check() -> None:
    assert PAGES


def test_a_template_stays_within_100_lines() -> None:
    assert that(FILES, lambda text: len(text.splitlines()) > 100) == []


# A mail brings its sheets along, since mail programs load none.
WITH_SHEETS = "emails/base.html"


def test_no_style_is_written_into_the_page() -> None:
    pages = [path for path in PAGES if name(path) != WITH_SHEETS]

    assert that(pages, STYLE.search) == []


def test_no_script_is_written_into_the_page() -> None:
    assert that(PAGES, has_script) == []


def has_script(text: str) -> bool:
    inline = [
        attributes
        for attributes in SCRIPT.findall(text)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]
    return bool(inline or HANDLER.search(text) or "javascript:" in text.lower())


def test_nothing_is_loaded_from_a_data_address() -> None:
    assert that(PAGES, DATA_ADDRESS.search) == []


def test_every_link_leads_somewhere() -> None:
    assert that(PAGES, LINK_TO_NOWHERE.search) == []


def test_words_in_attributes_are_translated() -> None:
    assert that(PAGES, VISIBLE_ATTRIBUTE.findall) == []


MAILS = sorted(TEMPLATES.glob("*/emails/*.txt"))


def test_the_text_of_a_mail_is_no_html() -> None:
    """An apostrophe in a title or in the shop's name would reach its reader as &#x27; otherwise."""
    assert MAILS
    assert that(MAILS, escapes_its_words) == []


def escapes_its_words(text: str) -> bool:
    is_plain = "{% autoescape off %}" in text
    return not is_plain and bool(re.search(r"{{|{% blocktranslate .*with ", text))
