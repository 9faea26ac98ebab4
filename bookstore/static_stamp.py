"""Whether the collected static files are those of this source."""

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders


def fingerprint() -> str:
    """A digest of the name, size and time of every static file, and of Django's version."""
    digest = hashlib.sha256(django.get_version().encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def is_current() -> bool:
    stamp = _stamp()
    return stamp.exists() and stamp.read_text() == fingerprint()


def mark_current() -> None:
    _stamp().write_text(fingerprint())


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".stamp"
