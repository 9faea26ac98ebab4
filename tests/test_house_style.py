"""Conventions as code."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

PROJECT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "bookstore", "catalog", "reviews", "shop", "waitlist")
OURS = [
    path
    for app in APPS
    for path in sorted((PROJECT / app).rglob("*.py"))
    if "migrations" not in path.parts and "demo" not in path.parts
]
LONGEST_FUNCTION = 40
METHOD_DECORATORS = ("require_safe", "require_POST", "require_http_methods")
# Their parameters are as Django has them.
HOOKS_OF_DJANGO = ("get_form", "save_model", "save_related")


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def our_views() -> Iterator[tuple[str, object]]:
    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, object]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif pattern.callback.__module__.startswith(tuple(f"{app}.views" for app in APPS)):
                yield str(pattern.pattern), pattern.callback

    return walk(get_resolver().url_patterns)


def test_every_view_names_its_methods():
    nameless = [
        address
        for address, view in our_views()
        if not any(name in inspect.getsource(view) for name in METHOD_DECORATORS)
    ]

    assert nameless == []


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_functions_are_short(path):
    long = {
        function.name: function.end_lineno - function.lineno + 1
        for function in functions(path)
        if function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    }

    assert long == {}


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_bool_parameters_are_keyword_only(path):
    found = [
        f"{function.name}({argument.arg})"
        for function in functions(path)
        if function.name not in HOOKS_OF_DJANGO
        for argument in function.args.args
        if isinstance(argument.annotation, ast.Name) and argument.annotation.id == "bool"
    ]

    assert found == []


@pytest.mark.parametrize(
    "path", [path for path in OURS if "views" in (path.stem, path.parent.name)], ids=name_of
)
def test_views_leave_writing_to_services(path):
    source = path.read_text()

    assert ".save(" not in source
    assert "atomic" not in source


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_signal_receivers_and_no_catch_all(path):
    source = path.read_text()

    assert "@receiver" not in source
    assert "except Exception" not in source
    assert "except:" not in source


def test_only_the_ledger_writes_stock():
    writers = [
        name_of(path)
        for path in OURS
        if "StockMovement.objects.bulk_create" in path.read_text()
        or "StockMovement.objects.create" in path.read_text()
    ]

    assert writers == ["catalog/stock.py"]


def test_copies_come_by_way_of_the_waiting_list():
    """What writes the ledger without asking it would sell copies past those who wait."""
    past_it = [
        name_of(path)
        for path in OURS
        if path.parts[len(PROJECT.parts)] != "waitlist"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("record", "add")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("stock", "stock_ledger")
    ]

    assert past_it == []


def test_only_one_module_reads_what_htmx_sends():
    readers = [name_of(path) for path in OURS if "request.htmx" in path.read_text()]

    assert readers == ["bookstore/htmx.py"]


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_files_are_short(path):
    lines = [line.strip() for line in path.read_text().splitlines()]

    assert len([line for line in lines if line and not line.startswith("#")]) <= 300
