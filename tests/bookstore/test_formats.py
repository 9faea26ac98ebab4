"""Dates and times are written in the way of the language, by named formats."""

import ast
import re
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import to_locale

from tests.test_house_style import OURS, PROJECT, name_of

# What machines read is alike in every language.
FOR_MACHINES = {"c", "Y-m-d"}
WRITTEN = re.compile(r"""\|(?:date|time)(?::["']([^"']*)["'])?""")
MORNING = datetime(2026, 1, 14, 8, 5, tzinfo=UTC)


def names_in(language: str) -> set[str]:
    module = import_module(f"{settings.FORMAT_MODULE_PATH[0]}.{to_locale(language)}.formats")
    return {name for name in vars(module) if name.endswith("_FORMAT")}


NAMES = names_in(settings.LANGUAGE_CODE)


@pytest.mark.parametrize("language", ["de"])
def test_every_language_has_all_formats(language):
    assert names_in(language) == NAMES


@pytest.mark.parametrize(
    ("language", "written"),
    [
        (
            "en-gb",
            ["14 January 2026", "Wednesday 14 January 2026, 08:05 UTC", "08:05", "14", "8:05 a.m."],
        ),
        (
            "de",
            [
                *("14. Januar 2026", "Mittwoch, 14. Januar 2026, 08:05 Uhr UTC"),
                *("08:05 Uhr", "14.", "8 Uhr"),
            ],
        ),
    ],
)
def test_a_moment_is_written_in_the_way_of_the_language(language, written):
    asked = ["DATE_FORMAT", "DEADLINE_FORMAT", "TIME_FORMAT", "DAY_FORMAT", "HOUR_FORMAT"]
    with translation.override(language):
        assert [formats.date_format(MORNING, name) for name in asked] == written


def test_templates_write_dates_by_the_name_of_a_format():
    found = {
        f"{name_of(path)}: {match[1] or 'nothing'}"
        for suffix in ("html", "txt")
        for path in (PROJECT / "templates").rglob(f"*.{suffix}")
        for match in WRITTEN.finditer(path.read_text())
        if match[1] not in NAMES | FOR_MACHINES
    }

    assert found == set()


def test_python_writes_dates_by_the_name_of_a_format():
    found = {
        f"{name_of(path)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and not _is_well_written(node)
    }

    assert found == set()


def _is_well_written(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "strftime":
        return False
    if name not in ("date_format", "time_format"):
        return True
    asked = call.args[1] if len(call.args) > 1 else None
    # A name of a variable is looked up among the names; only a literal can be a pattern.
    return asked is not None and (not isinstance(asked, ast.Constant) or asked.value in NAMES)
