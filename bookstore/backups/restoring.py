"""The shop comes back from a file, or everything stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.core.cache import caches
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader

from bookstore import maintenance
from bookstore.maintenance import Closure
from bookstore.modules import modules_named

from . import last, postgres
from .archive import DUMP, MEDIA, Archive, CannotBackUp, Member
from .only import only_one
from .taking import fingerprint

# Where pictures go whose name the backup has for another picture.
ASIDE = "before-restore/"


class NotFinished(CannotBackUp):
    def __init__(self) -> None:
        super().__init__(
            "The database is restored and whole, but pictures or caches may still be those from "
            "before. Restore once more with --replace."
        )


@dataclass
class Restored:
    pictures: int = 0
    # Pictures that were others than in the backup, and are kept in ASIDE.
    replaced: list[str] = field(default_factory=list)


@contextmanager
def verified(path: Path, progress: Callable[[int, int], None]) -> Iterator[Archive]:
    """A backup that is whole and that this shop's code and programs can read; it changes nothing.

    Raises CannotBackUp, and says what is wrong.
    """
    with path.open("rb") as file:
        archive = Archive(file)
        archive.check(partial(progress, archive.size))
        if unknown := sorted(_migrations(archive) - _known()):
            raise CannotBackUp(
                f"This backup is of newer code: it has {'.'.join(unknown[0])}, and {len(unknown)} "
                "migrations in all that this code does not know."
            )
        postgres.check(archive.chunks(archive.members[0]))
        yield archive


def restore(
    archive: Archive, *, replace: bool, send_mails: bool, progress: Callable[[int, int], None]
) -> Restored:
    """Put a verified backup in the place of what is here, all of it or nothing.

    Only with `replace` may anything be here. Mails that had not left when the backup was made are
    held, since they have left after it, unless `send_mails`.
    """
    with only_one():
        _check_server(archive)
        if not replace and (tables := _tables()):
            raise CannotBackUp(
                f"The database is not empty: it has {tables} tables. With --replace the backup "
                "takes their place."
            )
        maintenance.believe(None, seconds=0)
        closure = maintenance.closure()
        restored, differing = Restored(), list[Member]()
        pictures = [member for member in archive.members if member.name != DUMP]

        def add_pictures() -> None:
            """One more is harmless if the rest breaks off; another in the place of one would not be."""
            for member in pictures:
                progress(archive.size, member.end)
                differing.extend(_add(archive, member))
                restored.pictures += 1

        postgres.load(
            _told(archive, progress),
            meanwhile=add_pictures,
            statements=[] if send_mails else _holding_mails(),
        )
        _finish(archive, closure, differing, restored)
    return restored


def warnings(archive: Archive) -> Iterator[str]:
    """What an operator should know of a backup that is whole."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if archive.manifest["secret_key"] not in map(fingerprint, keys):
        yield (
            "The backup was made under another SECRET_KEY: links in mails that were sent, and "
            "whatever else is signed or hidden with it, will not work. Set the old one, if you have "
            "it, as SECRET_KEY or in SECRET_KEY_FALLBACKS."
        )
    if missing := archive.manifest["missing"]:
        yield f"Pictures that were missing when it was made: {', '.join(missing)}."
    if behind := len(_known() - _migrations(archive)):
        yield f"This code is newer by {behind} migrations: run manage.py migrate after a restore."


def _finish(
    archive: Archive, closure: Closure | None, differing: list[Member], restored: Restored
) -> None:
    """What follows when the database is the restored one. Raises NotFinished."""
    try:
        if closure:
            maintenance.close(closure.until)
        last.note(datetime.fromisoformat(archive.manifest["made_at"]), ended_at=None)
        # A cache in the database came back empty.
        if settings.CACHES["default"] != settings.CACHES["lasting"]:
            caches["default"].clear()
        for member in differing:
            restored.replaced.append(_replace(archive, member))
        with connection.cursor() as cursor:
            # Until the database knows how large its tables are every page is slow.
            cursor.execute("ANALYZE")
    except (CannotBackUp, Error, KeyboardInterrupt, OSError) as error:
        raise NotFinished from error


def _check_server(archive: Archive) -> None:
    made_by, here = archive.manifest["postgresql"], postgres.server_version()
    if made_by > here:
        raise CannotBackUp(
            f"The backup is of PostgreSQL {made_by}, and the server here is of PostgreSQL {here}."
        )


def _migrations(archive: Archive) -> set[tuple[str, str]]:
    return {(app, name) for app, name in archive.manifest["migrations"]}


def _known() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations or ())


def _tables() -> int:
    with connection.cursor() as cursor:
        return len(connection.introspection.table_names(cursor))


def _holding_mails() -> list[str]:
    return [sql for module in modules_named("restored") for sql in module.HOLDING]


def _told(archive: Archive, progress: Callable[[int, int], None]) -> Iterator[bytes]:
    with closing(archive.chunks(archive.members[0])) as chunks:
        for chunk in chunks:
            yield chunk
            progress(archive.size, archive.file.tell())


def _add(archive: Archive, member: Member) -> list[Member]:
    """Bring a picture in. Returns it if another one has its name, which is left as it is."""
    name = member.name.removeprefix(MEDIA)
    if default_storage.exists(name):
        return [] if _digest(name) == member.sha256 else [member]
    _save(archive, member, name)
    return []


def _replace(archive: Archive, member: Member) -> str:
    name = member.name.removeprefix(MEDIA)
    with default_storage.open(name) as before:
        default_storage.save(ASIDE + name, before)
    default_storage.delete(name)
    _save(archive, member, name)
    return name


def _save(archive: Archive, member: Member, name: str) -> None:
    with TemporaryFile() as file:
        for chunk in archive.chunks(member):
            file.write(chunk)
        file.seek(0)
        saved = default_storage.save(name, File(file))
    if saved != name:
        raise CannotBackUp(f"Somebody else brought in a picture {name} just now. Restore again.")


def _digest(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name) as picture:
        for chunk in picture.chunks():
            digest.update(chunk)
    return digest.hexdigest()
