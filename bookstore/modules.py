"""Modules that any app may have under a name, and what they know together."""

from functools import cache
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


@cache
def modules_named(name: str) -> tuple[ModuleType, ...]:
    """The module `name` of each app that has one, in the order of apps.

    They are looked for once: each page of the admin asks, and the answer lies in folders.
    """
    return tuple(
        import_module(f"{app.name}.{name}")
        for app in apps.get_app_configs()
        if app.module and module_has_submodule(app.module, name)
    )
