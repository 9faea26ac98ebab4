"""What `manage.py audit` prints, for people or for programs, as it comes to be known."""

from __future__ import annotations

import json
from typing import Any, Protocol

from django.core.management.base import OutputWrapper

from .auditing import Check, Finding


class Report(Protocol):
    """Is told of one stage after another, and within it of one check after another."""

    def stage(self, name: str) -> None: ...

    def begin(self, check: Check, rows: int) -> None: ...

    def found(self, finding: Finding) -> None: ...

    def end(self, seconds: float) -> None: ...

    def begin_repair(self, check: Check) -> None: ...

    def repaired(self, key: int) -> None: ...

    def end_repair(self) -> None: ...

    def close(self, repaired: int | None, left: dict[str, int]) -> None:
        """`repaired` is None if nobody asked for it; `left`, how much is wrong by slug of the check."""


class Lines:
    """For people."""

    def __init__(self, out: OutputWrapper, style: Any) -> None:
        self.out, self.style = out, style

    def stage(self, name: str) -> None:
        """Lines say by themselves what they are about."""

    def begin(self, check: Check, rows: int) -> None:
        self.is_wrong = False
        many = check.of._meta.verbose_name_plural
        self.out.write(f"{check.name} ({rows:,} {many}) … ", ending="")
        self.out.flush()

    def found(self, finding: Finding) -> None:
        if not self.is_wrong:
            self.out.write(self.style.ERROR("wrong"))
        self.out.write(f"    {finding.words}")
        self.is_wrong = True

    def end(self, seconds: float) -> None:
        if not self.is_wrong:
            self.out.write(self.style.SUCCESS("ok"))

    def begin_repair(self, check: Check) -> None:
        self.row = check.of._meta.verbose_name
        self.out.write(f"Repaired: {check.name}")

    def repaired(self, key: int) -> None:
        self.out.write(f"    {self.row} {key}")

    def end_repair(self) -> None:
        self.out.flush()

    def close(self, repaired: int | None, left: dict[str, int]) -> None:
        if repaired is None:
            return
        self.out.write(f"Repaired: {repaired:,}.")
        if left:
            counts = ", ".join(f"{slug} {number:,}" for slug, number in left.items())
            self.out.write(self.style.ERROR(f"Left to people: {counts}."))


class Json:
    """For programs: one object, written piece by piece, so that memory stays bounded."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out = out
        self.end_of_stage = "{"
        self.comma = ""

    def stage(self, name: str) -> None:
        self._write(f"{self.end_of_stage}{json.dumps(name)}: [")
        self.end_of_stage, self.comma = "\n],\n", "\n"

    def begin(self, check: Check, rows: int) -> None:
        facts = {"slug": check.slug, "name": check.name, "rows": rows}
        self._open({**facts, "can_be_repaired": check.can_be_repaired}, "findings")

    def found(self, finding: Finding) -> None:
        self._item({"id": finding.key, "words": finding.words})

    def end(self, seconds: float) -> None:
        self._write(f'], "seconds": {seconds:.3f}}}')
        self.comma = ",\n"

    def begin_repair(self, check: Check) -> None:
        self._open({"slug": check.slug}, "ids")

    def repaired(self, key: int) -> None:
        self._item(key)

    def end_repair(self) -> None:
        self._write("]}")
        self.comma = ",\n"

    def close(self, repaired: int | None, left: dict[str, int]) -> None:
        counts = {} if repaired is None else {"repaired": repaired}
        told = json.dumps({**counts, "wrong": sum(left.values())})
        self._write(f"{self.end_of_stage}{told[1:]}\n")

    def _open(self, facts: dict[str, Any], many: str) -> None:
        self._write(f'{self.comma}{json.dumps(facts, ensure_ascii=False)[:-1]}, "{many}": [')
        self.comma = ""

    def _item(self, item: Any) -> None:
        self._write(f"{self.comma}{json.dumps(item, ensure_ascii=False)}")
        self.comma = ", "

    def _write(self, text: str) -> None:
        self.out.write(text, ending="")
