"""What all scripts of the shop weigh, and what they may count on."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from tests.conftest import PROJECT

OURS = sorted((PROJECT / "static" / "js").glob("*.js"))
MOST_BYTES = 25 * 1024
TEMPLATES = [
    path
    for path in sorted((PROJECT / "templates").rglob("*.html"))
    if "admin" not in path.relative_to(PROJECT / "templates").parts
]


def test_all_scripts_together_are_small():
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))

    weights = {path.name: len(gzip.compress(path.read_bytes())) for path in (htmx, *OURS)}

    assert sum(weights.values()) <= MOST_BYTES, weights


def test_scripts_are_strict_and_short():
    for path in OURS:
        lines = path.read_text().splitlines()
        assert '  "use strict";' in lines, path.name
        assert len(lines) <= 300, path.name


def test_one_place_of_a_page_is_read_out_politely():
    """Two would talk over each other. What has to be read at once is an alert."""
    places = [
        path.name
        for path in TEMPLATES
        for _place in re.findall(r'role="status"|aria-live', path.read_text())
    ]

    assert places == ["_live.html"]


def test_pages_that_stand_alone_know_the_theme_that_was_chosen():
    for page in ("500.html", "400.html"):
        assert re.search(r"<script src=.*js/shop.*blocking", render_to_string(page)), page
