"""The file that an export goes to: it is there whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from django.utils.translation import gettext as _


class CannotExport(Exception):
    """Base of every refusal to export; str() is for the operator, and no file was changed."""


class FileExists(CannotExport):
    def __init__(self, path: Path) -> None:
        super().__init__(_("%(path)s exists already; --force replaces it.") % {"path": path})


@contextmanager
def whole_file(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """A file to write to, which gets the name `path` once all of it is on the disk.

    Until then it has another name beside it; whatever goes wrong, it is gone. Raises CannotExport.
    """
    if path.exists() and not replace:
        raise FileExists(path)
    if not path.parent.is_dir():
        raise CannotExport(_("There is no folder %(folder)s.") % {"folder": path.parent})
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(part, path, replace=replace)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _name(part: Path, path: Path, *, replace: bool) -> None:
    if replace:
        part.replace(path)
        return
    try:
        # Fails where another export has been quicker, which a renaming would not.
        path.hardlink_to(part)
    except FileExistsError as error:
        raise FileExists(path) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
