"""Conventions as code."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
LONGEST_FILE = 300
METHOD_DECORATORS = ("require_safe", "require_POST", "require_http_methods")
# Their parameters are as Django has them.
HOOKS_OF_DJANGO = ("get_form", "save_model", "save_related")


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """All of them, each with the name of its file."""
    for path in OURS:
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef):
                yield name_of(path), node


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


def test_functions_are_short():
    long = {
        f"{file}: {function.name}": lines
        for file, function in functions()
        if (lines := function.end_lineno - function.lineno + 1) > LONGEST_FUNCTION
    }

    assert long == {}


def test_bool_parameters_are_keyword_only():
    found = [
        f"{file}: {function.name}({argument.arg})"
        for file, function in functions()
        if function.name not in HOOKS_OF_DJANGO
        for argument in function.args.args
        if isinstance(argument.annotation, ast.Name) and argument.annotation.id == "bool"
    ]

    assert found == []


def test_views_leave_writing_to_services():
    views = [path for path in OURS if "views" in (path.stem, path.parent.name)]

    assert holding(views, ".save(", "atomic") == []


def test_no_signal_receivers_and_no_catch_all():
    assert holding(OURS, "@receiver", "except Exception", "except:") == []


def holding(paths: list[Path], *words: str) -> list[str]:
    """The files that hold one of the words."""
    return [
        f"{name_of(path)}: {word}"
        for path in paths
        for source in [path.read_text()]
        for word in words
        if word in source
    ]


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
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and node.attr in ("record", "add")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("stock", "stock_ledger")
    ]

    assert past_it == []


def test_only_one_module_reads_what_htmx_sends():
    readers = [name_of(path) for path in OURS if "request.htmx" in path.read_text()]

    assert readers == ["bookstore/htmx.py"]


def test_files_are_short():
    lines = {name_of(path): lines_of_code(path) for path in OURS}

    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def lines_of_code(path: Path) -> int:
    lines = [line.strip() for line in path.read_text().splitlines()]
    return len([line for line in lines if line and not line.startswith("#")])
