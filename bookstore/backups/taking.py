"""The shop goes into a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bookstore.auditing import one_moment

from . import last, postgres
from .archive import DUMP, MEDIA, CannotBackUp, Writer
from .only import only_one


class NameIsTaken(CannotBackUp):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists. A backup replaces no other: choose another name.")


@dataclass
class Taken:
    """What is in a backup so far. `missing` pictures are named by the database and not to be had."""

    size: int = 0
    pictures: int = 0
    missing: list[str] = field(default_factory=list)
    # Whether `health` will know of it.
    is_noted: bool = False


def back_up(path: Path, *, now: datetime, progress: Callable[[Taken], None]) -> Taken:
    """Write the shop into the file at `path`, which is there only when it is whole.

    The database is as it is at one moment. Pictures are copied after it: one that is added meanwhile
    may be among them, and one that is removed meanwhile is missing, as the shop wanted.
    """
    _require_free(path)
    taken = Taken()
    with only_one():
        # Another backup may have ended meanwhile.
        _require_free(path)
        with _appearing_whole(path) as file, one_moment():
            _fill(file, taken, now, progress)
        with suppress(Error):
            last.note(made_at=now, ended_at=timezone.now())
            taken.is_noted = True
    return taken


def _require_free(path: Path) -> None:
    if path.exists():
        raise NameIsTaken(path)
    if not path.parent.is_dir():
        raise CannotBackUp(f"There is no folder {path.parent}.")


def _fill(file: BinaryIO, taken: Taken, now: datetime, progress: Callable[[Taken], None]) -> None:
    writer = Writer(file)

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            taken.size += len(chunk)
            progress(taken)

    facts = _facts(now)
    with closing(postgres.dump(_snapshot())) as chunks:
        writer.add(DUMP, counted(chunks))
    for name in _stored():
        with suppress(FileNotFoundError), default_storage.open(name) as picture:
            writer.add(MEDIA + name, counted(picture.chunks()))
            taken.pictures += 1
    kept = {member.name for member in writer.members}
    taken.missing = [name for name in _named() if MEDIA + name not in kept]
    writer.seal({**facts, "missing": taken.missing})
    taken.size = file.tell()


def fingerprint(secret_key: str) -> str:
    """Tells one SECRET_KEY from another and says nothing else of it."""
    return salted_hmac(
        "bookstore.backups", "fingerprint", secret=secret_key, algorithm="sha256"
    ).hexdigest()


def _facts(now: datetime) -> dict[str, Any]:
    return {
        "made_at": now.isoformat(),
        "shop": settings.SHOP["name"],
        "postgresql": postgres.server_version(),
        "secret_key": fingerprint(settings.SECRET_KEY),
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
    }


def _snapshot() -> str:
    """What makes another session see what this transaction sees."""
    with connection.cursor() as cursor:
        # This session is silent while pg_dump works.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _stored(folder: str = "") -> Iterator[str]:
    """The name of everything in the storage of pictures, in a fixed order."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        yield f"{folder}{name}"
    for inner in sorted(folders):
        yield from _stored(f"{folder}{inner}/")


def _named() -> Iterator[str]:
    """The names of pictures that rows hold."""
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, FileField):
                names = (
                    model._base_manager.using(connection.alias)
                    .exclude(**{each.name: ""})
                    .order_by("pk")
                )
                yield from filter(None, names.values_list(each.name, flat=True).iterator())


@contextmanager
def _appearing_whole(path: Path) -> Iterator[BinaryIO]:
    """A file beside `path`, for its owner alone, that gets the name when it is whole and on the disk.

    Raises NameIsTaken if another file has got it by then.
    """
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _give_name(path, name)
    finally:
        Path(name).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _give_name(path: Path, name: str) -> None:
    """As a second name, for a rename would replace what has it already."""
    try:
        path.hardlink_to(name)
    except FileExistsError as error:
        raise NameIsTaken(path) from error
