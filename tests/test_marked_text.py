"""Every text that somebody reads is marked for translation, and each translation is whole."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template.base import DebugLexer, Token, TokenType

from tests.pseudo import READ_ALOUD, UNREAD
from tests.test_house_style import OURS, PROJECT, name_of

TEMPLATES = [
    path
    for suffix in ("html", "txt")
    for path in sorted((PROJECT / "templates").rglob(f"*.{suffix}"))
]
CATALOGUES = sorted((PROJECT / "locale").glob("*/LC_MESSAGES/django.po"))
# Names, signs and units, which are alike in every language.
ALIKE = re.compile(r"\b(ISBN|EAN|ICO|RSS|CSV|Google|GitHub|Stripe|mm|g|kg|px|x)\b")
ENTITY = re.compile(r"&#?\w+;")
LETTERS = re.compile(r"[^\W\d_]")


# What names an address, a file or a class of the stylesheet.
CODE = re.compile(
    r"•\.\w+|•\?\w+=|{% block (?:bodyclass|coltype) %}.*?{% endblock(?: \w+)? %}", re.S
)


def faults(paths: Iterable[Path], faults_of: Callable[[Path], list[Any]]) -> dict[str, list[Any]]:
    """By the name of the file."""
    return {name_of(path): found for path in paths if (found := faults_of(path))}


# Templates


def test_templates_hold_no_text_that_is_not_marked():
    assert faults(TEMPLATES, unmarked_in_template) == {}


def unmarked_in_template(path: Path) -> list[str]:
    html = CODE.sub("•", without_tags_of_django(CODE.sub("", path.read_text())))
    texts = [*text_nodes(html), *read_aloud(html)] if path.suffix == ".html" else html.split("\n")

    return [text.strip() for text in texts if has_words(text)]


def without_tags_of_django(source: str) -> str:
    """The text outside of tags, variables, comments and what stands between two tags that mark it."""
    kept, inside = [], ""
    for token in DebugLexer(source).tokenize():
        tag = _tag(token)
        if inside:
            inside = "" if tag == f"end{inside}" else inside
        elif tag in ("blocktranslate", "blocktrans", "comment"):
            inside = tag
        elif token.token_type == TokenType.TEXT:
            kept.append(token.contents)
        else:
            # In its place stands a sign, so that what is left of an attribute keeps its quotes.
            kept.append("•")
    return "".join(kept)


def _tag(token: Token) -> str:
    return token.contents.split(maxsplit=1)[0] if token.token_type == TokenType.BLOCK else ""


def text_nodes(html: str) -> list[str]:
    for tag in UNREAD:
        html = re.sub(rf"<{tag}\b.*?</{tag}>", "", html, flags=re.S)
    html = re.sub(r"<!--.*?-->", "", html, flags=re.S)
    return re.split(r"<[^<>]*>", html)


def read_aloud(html: str) -> list[str]:
    spoken = "|".join(READ_ALOUD)
    texts = re.findall(rf"\s(?:{spoken})=(?:\"([^\"]*)\"|'([^']*)')", html)
    buttons = re.findall(r"<input[^<>]*type=\"(?:submit|button|reset)\"[^<>]*>", html)
    values = [re.findall(r"\svalue=\"([^\"]*)\"", button) for button in buttons]
    described = re.findall(r"<meta name=\"description\" content=\"([^\"]*)\"", html)
    return [*("".join(both) for both in texts), *(v for found in values for v in found), *described]


def has_words(text: str) -> bool:
    return bool(LETTERS.search(ALIKE.sub("", ENTITY.sub("", text))))


# Python

MARKS = {
    *("_", "__", "gettext", "gettext_lazy", "gettext_noop"),
    *("ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"),
}
# By the name of what is called: which of its arguments are read by people.
READ_BY_PEOPLE = {
    "ValidationError": (0,),
    "add_error": (1,),
    **dict.fromkeys(("messages.success", "messages.info", "messages.warning"), (1,)),
    **dict.fromkeys(("messages.error", "message_user"), (1,)),
    "messages.add_message": (2,),
    "format_html": (0,),
}
KEYWORDS = {
    *("verbose_name", "verbose_name_plural", "label", "help_text", "empty_label", "description"),
    *("short_description", "violation_error_message", "legend", "message", "title", "words"),
}
ATTRIBUTES = KEYWORDS - {"message"} | {"verbose_name", "site_header", "site_title", "index_title"}
# What only operators and programmers read.
NOT_ON_PAGES = (
    "management",
    "backups",
    "embedded",
    "postgresql",
    "synthetic",
    "demo",
    "mail_samples.py",
)


def test_python_shows_no_text_that_is_not_marked():
    shown = [path for path in OURS if not set(NOT_ON_PAGES) & set(path.parts)]

    assert faults(shown, unmarked_in_python) == {}


def unmarked_in_python(path: Path) -> list[str]:
    return [
        f"{node.lineno}: {text}"
        for shown in texts_for_people(ast.parse(path.read_text()))
        for node, text in bare_words(shown)
    ]


def test_no_text_is_translated_before_its_reader_is_known():
    """What a module or a class says when it is read would be in the language of that moment."""
    assert faults(OURS, translated_early) == {}


def translated_early(path: Path) -> list[int]:
    tree = ast.parse(path.read_text())
    not_lazy = _not_lazy(tree)
    return [
        node.lineno
        for node in _run_at_once(tree)
        if isinstance(node, ast.Call) and _name(node) in not_lazy
    ]


def test_texts_are_marked_by_names_that_the_collector_of_texts_knows():
    """makemessages reads names: under another one, a text is marked and no translator hears of it."""
    assert faults(OURS, unknown_marks) == {}


def unknown_marks(path: Path) -> list[str]:
    return [
        alias.asname
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname and alias.name in MARKS and alias.asname not in MARKS
    ]


def texts_for_people(tree: ast.Module) -> Iterator[ast.expr]:
    refusals = _refusals(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _arguments_read(node, refusals)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node)


def _arguments_read(call: ast.Call, refusals: set[str]) -> Iterator[ast.expr]:
    name = _name(call)
    by_default = (0,) if name in refusals else ()
    places = READ_BY_PEOPLE.get(ast.unparse(call.func)) or READ_BY_PEOPLE.get(name, by_default)
    yield from (call.args[place] for place in places if place < len(call.args))
    for keyword in call.keywords:
        if keyword.arg in KEYWORDS:
            yield keyword.value
        if keyword.arg == "error_messages" and isinstance(keyword.value, ast.Dict):
            yield from keyword.value.values


def _of_class(node: ast.ClassDef) -> Iterator[ast.expr]:
    is_choices = any("Choices" in ast.unparse(base) for base in node.bases)
    for line in node.body:
        if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
            continue
        name, value = line.targets[0].id, line.value
        if is_choices and isinstance(value, ast.Tuple) and len(value.elts) == 2:
            yield value.elts[1]
        if name in ATTRIBUTES:
            yield value
        if name in ("labels", "help_texts", "error_messages") and isinstance(value, ast.Dict):
            yield from value.values


def _refusals(tree: ast.Module) -> set[str]:
    """Exceptions whose text is a sentence for the customer: Cannot…, and those made from them."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node).startswith("Cannot"):
            names.add(_name(node))
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            if any(base.startswith("Cannot") for base in bases):
                names.add(node.name)
    return names


def bare_words(shown: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The strings with words in an expression that no function marks."""
    if isinstance(shown, ast.Call) and _name(shown) in MARKS:
        return
    if isinstance(shown, ast.Constant):
        if isinstance(shown.value, str) and has_words(_without_code(shown.value)):
            yield shown, shown.value
        return
    if isinstance(shown, (ast.JoinedStr, ast.BinOp, ast.IfExp, ast.BoolOp, ast.List, ast.Tuple)):
        for part in ast.iter_child_nodes(shown):
            # What decides between two texts is none, nor what fills the gaps of one.
            is_beside = isinstance(shown, ast.IfExp) and part is shown.test
            is_beside |= isinstance(shown, ast.BinOp) and part is shown.right
            if isinstance(part, ast.expr) and not is_beside:
                yield from bare_words(part)


def _without_code(text: str) -> str:
    """Without tags, places for values, and names that programs give."""
    text = re.sub(r"<[^<>]*>?|[^<>]*>|\w+=\"[^\"]*\"|%\(\w+\)[sd]|%[sd]|\{[^{}]*\}", "", text)
    return "" if re.fullmatch(r"[a-z0-9_.:/-]*", text) else text


def _run_at_once(tree: ast.Module) -> Iterator[ast.AST]:
    """All that runs when the module is read: not what stands in functions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]
        elif not isinstance(node, ast.Lambda):
            waiting += list(ast.iter_child_nodes(node))
        waiting = [one for one in waiting if one is not None]


def _not_lazy(tree: ast.Module) -> set[str]:
    """The names under which a module knows the functions that translate at once."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in ("gettext", "ngettext", "pgettext", "npgettext")
    }


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


# Scripts


def test_scripts_say_nothing_of_their_own():
    """Their words come from the page, which has them in the language of its reader."""
    assert faults(sorted((PROJECT / "static/js").glob("*.js")), words_of_script) == {}


def words_of_script(path: Path) -> list[str]:
    code = re.sub(r"/\*.*?\*/|^\s*//.*$|\s//\s.*$", "", path.read_text(), flags=re.S | re.M)
    strings = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`", code)

    return [text for text in map("".join, strings) if re.search(r"[A-Z]\w+ \w|\w, \w", text)]


# Catalogues


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_whole(path):
    """English is the language of the texts themselves, so its catalogue is empty."""
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    is_english = path.parts[-3] == "en"

    assert [message.id for message in messages if message.fuzzy] == []
    assert path.with_suffix(".mo").exists()
    if not is_english:
        assert [message.id for message in messages if not all(_written(message.string))] == []
        assert [m.id for m in messages if not _keeps_its_places(m.id, m.string)] == []


def test_every_language_but_english_has_a_catalogue_once_one_is_there():
    there = {path.parts[-3] for path in CATALOGUES}
    spoken = {code.partition("-")[0] for code, _name in settings.LANGUAGES}

    assert there == {"en"} or spoken <= there


def _written(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def _keeps_its_places(asked: str | tuple[str, ...], written: str | tuple[str, ...]) -> bool:
    """Whether a translation has the places for values that the text has, the singular may leave out
    the number, and no more lines at its ends, as msgfmt -c demands."""
    places = [set(PLACE.findall(text)) for text in _written(asked)]
    most = set.union(*places)
    fewest = set.intersection(*places)
    return all(
        fewest <= set(PLACE.findall(text)) <= most
        and text.startswith("\n") == _written(asked)[0].startswith("\n")
        and text.endswith("\n") == _written(asked)[0].endswith("\n")
        for text in _written(written)
    )


PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<\w+|&\w+;")
