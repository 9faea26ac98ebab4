"""What the documents name is there."""

import re

import pytest
from django.core.management import get_commands

from tests.processes import PROJECT

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
OF_OPERATORS = [
    *DOCUMENTS,
    *sorted(path for path in (PROJECT / "docs" / "deploy").iterdir() if path.is_file()),
    PROJECT / "Dockerfile",
    PROJECT / "docker-compose.yml",
]


@pytest.mark.parametrize("path", OF_OPERATORS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(path):
    named = set(re.findall(r"manage\.py ([a-z_]+)", path.read_text()))

    assert named <= get_commands().keys()


def test_commands_are_found_in_what_is_read():
    text = "".join(path.read_text() for path in OF_OPERATORS)

    assert {"migrate", "worker", "audit"} <= set(re.findall(r"manage\.py ([a-z_]+)", text))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(path):
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if "://" in link:
            continue
        file, _, heading = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        if heading:
            assert heading in headings(target.read_text()), link


def headings(text: str) -> set[str]:
    """As GitHub names them in addresses."""
    lines = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
