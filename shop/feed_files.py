"""Files of uploaded feeds, in the private storage: the feed itself, and what looking at it has shown."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.storage import Storage, storages

if TYPE_CHECKING:
    from uuid import UUID

FEED, CHANGES, PROBLEMS = NAMES = ("feed", "changes.csv", "problems.csv")


def keep(folder: UUID, name: str, content: File[Any]) -> None:
    """Store a file in place of one that is there."""
    _storage().delete(_path(folder, name))
    _storage().save(_path(folder, name), content)


def delete(folder: UUID, *names: str) -> None:
    """Those with these names, or all of a folder. What is not there does no harm."""
    for name in names or NAMES:
        _storage().delete(_path(folder, name))
    if not names:
        # In a folder of this machine an empty one would be left.
        _storage().delete(f"feeds/{folder}")


def opened(folder: UUID, name: str) -> File[Any]:
    """Raises FileNotFoundError."""
    return _storage().open(_path(folder, name))


@contextmanager
def on_disk(folder: UUID, name: str) -> Iterator[Path]:
    """The path of a stored file, or of a copy of what lies in a bucket. Raises FileNotFoundError."""
    try:
        path = Path(_storage().path(_path(folder, name)))
    except NotImplementedError:
        with opened(folder, name) as file, _copied(file) as path:
            yield path
    else:
        if not path.exists():
            raise FileNotFoundError(path)
        yield path


@contextmanager
def uploaded(file: File[Any]) -> Iterator[Path]:
    """The path of what a form was sent with: a small one is in no file yet."""
    if hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path())
    else:
        with _copied(file) as path:
            yield path
    file.seek(0)


@contextmanager
def _copied(file: File[Any]) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield Path(copy.name)


def _path(folder: UUID, name: str) -> str:
    return f"feeds/{folder}/{name}"


def _storage() -> Storage:
    return storages["private"]
