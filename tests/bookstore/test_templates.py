"""The house rules for templates, as code. They read files only and need no settings."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ADMIN = TEMPLATES / "admin"
FILES = sorted(
    path for path in TEMPLATES.rglob("*") if path.is_file() and ADMIN not in path.parents
)
PAGES = [path for path in FILES if path.suffix == ".html"]

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
# Blocks of data, which no browser runs.
DATA = ('type="application/ld+json"', 'type="application/json"')
HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)
VISIBLE_ATTRIBUTE = re.compile(r'\s(?:placeholder|aria-label|alt|title)="([^"{]*[A-Za-z][^"{]*)"')


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def test_there_are_templates_to_check() -> None:
    assert PAGES


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_template_stays_within_100_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 100


# A mail brings its sheets along, since mail programs load none.
WITH_SHEETS = "emails/base.html"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_style_is_written_into_the_page(path: Path) -> None:
    text = path.read_text().lower()

    assert "<style" not in text or name(path) == WITH_SHEETS
    assert not re.search(r"\sstyle\s*=", text)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_script_is_written_into_the_page(path: Path) -> None:
    text = path.read_text()

    inline = [
        attributes
        for attributes in SCRIPT.findall(text)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]

    assert inline == []
    assert not HANDLER.search(text)
    assert "javascript:" not in text.lower()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_is_loaded_from_a_data_address(path: Path) -> None:
    assert not re.search(r"""(?:src|href)\s*=\s*["']?data:""", path.read_text(), re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert not re.search(r"""href\s*=\s*["']#?["']""", path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_words_in_attributes_are_translated(path: Path) -> None:
    assert VISIBLE_ATTRIBUTE.findall(path.read_text()) == []


MAILS = sorted(TEMPLATES.glob("*/emails/*.txt"))


@pytest.mark.parametrize("path", MAILS, ids=name)
def test_the_text_of_a_mail_is_no_html(path: Path) -> None:
    """An apostrophe in a title or in the shop's name would reach its reader as &#x27; otherwise."""
    text = path.read_text()

    assert "{% autoescape off %}" in text or not re.search(r"{{|{% blocktranslate .*with ", text)
