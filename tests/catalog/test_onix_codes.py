"""The shop knows every code that decides what can be had, and reads short tags by the schema's names."""

from functools import cache
from pathlib import Path
from typing import Any

import onixcheck
import pytest
from lxml import etree

from catalog.feeds.onix import codes
from catalog.feeds.onix.tags import SHORT

SCHEMAS = Path(onixcheck.__file__).parent / "schema"
XSD = "{http://www.w3.org/2001/XMLSchema}"


@cache
def schema(name: str) -> Any:
    return etree.parse(SCHEMAS / name)


def code_list(number: int, release: str = "xsd3.1") -> set[str]:
    found = schema(f"{release}/ONIX_BookProduct_CodeLists.xsd").find(
        f".//{XSD}simpleType[@name='List{number}']"
    )
    return {one.get("value") for one in found.iter(f"{XSD}enumeration")}


@pytest.mark.parametrize(
    ("number", "release", "known"),
    [
        (64, "xsd3.1", codes.PUBLISHING_STATUS),
        (65, "xsd3.1", codes.PRODUCT_AVAILABILITY),
        (54, "xsd2.1", codes.AVAILABILITY_CODE),
    ],
)
def test_every_code_that_decides_what_can_be_had_is_known(number, release, known):
    assert set(known) == code_list(number, release) - {"00"}


def test_codes_that_are_read_exist():
    assert set(codes.ROLES) <= code_list(17)
    assert code_list(175) >= codes.POCKET_DETAILS | codes.CLOTH_DETAILS
    forms = code_list(150) | code_list(7, "xsd2.1")
    for beginnings in (codes.BOOK_FORMS, codes.DOWNLOADS, codes.LICENCES, codes.TRADE_FORMS):
        assert all(any(form.startswith(one) for form in forms) for one in beginnings)


def test_short_tags_have_the_names_of_the_schemas():
    named: dict[str, str] = {}
    for name in (
        "xsd2.1/ONIX_BookProduct_Release2.1_short.xsd",
        "xsd3.0/ONIX_BookProduct_3.0_short.xsd",
        "xsd3.1/ONIX_BookProduct_3.1_short.xsd",
    ):
        for element in schema(name).iter(f"{XSD}element"):
            for attribute in element.iter(f"{XSD}attribute"):
                if attribute.get("name") == "refname" and element.get("name"):
                    value = attribute.find(f".//{XSD}enumeration")
                    reference = attribute.get("fixed") or attribute.get("default")
                    named[element.get("name")] = reference or value.get("value")

    assert {short: named.get(short) for short in SHORT} == SHORT
