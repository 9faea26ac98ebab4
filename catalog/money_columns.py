"""Amounts in the lists and on the pages of the admin, written as everywhere else in the shop."""

from typing import Any

from django.contrib import admin

from .money import format_money


def money(model: Any, name: str) -> Any:
    """What stands in `list_display` or `readonly_fields` for the field `name`, which holds an amount."""

    @admin.display(
        description=model._meta.get_field(name).verbose_name, ordering=name, empty_value="-"
    )
    def amount(row: Any) -> Any:
        value = getattr(row, name)
        return value if value is None else format_money(value)

    column: Any = amount
    # Django makes the names of columns, and the classes of their cells, from it.
    column.__name__ = name
    # The head of a column in an inline asks for its own name.
    column.column = name
    column.do_not_call_in_templates = True
    return column
