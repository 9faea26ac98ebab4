"""The containers, as far as they can be tried without an engine: what is promised of them, and their
very commands, run beside a copy of what the image holds."""

import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateWorker

from bookstore.embedded import server as embedded
from tests.processes import PROJECT, empty_queue, wait_for
from tests.valkey import free_port

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
WEB_COMMAND = re.search(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)[1]
IMAGE_PATH = re.search(r"^ENV PATH=(\S+)", DOCKERFILE, re.MULTILINE)[1]
# It gives volumes to their owners, and ends.
AS_ROOT = {"prepare"}
ONCE = {"prepare", "migrate", "backup"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_neither_write_nor_become_more_than_it_is(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert name in AS_ROOT or service["user"].split(":")[0] not in ("root", "0")
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize(
    "command",
    [
        ("hadolint", "Dockerfile"),
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    ],
)
def test_linters_find_nothing(command):
    program = Path(sys.executable).with_name(command[0])
    run = subprocess.run([program, *command[1:]], cwd=PROJECT, capture_output=True, text=True)

    assert run.returncode == 0, run.stdout + run.stderr


def test_what_runs_on_is_asked_how_it_is():
    unasked = {
        name for name, service in SERVICES.items() if "test" not in service.get("healthcheck", {})
    }

    # Workers are told of by the web processes; who waits for nothing needs not be asked.
    assert unasked == {*ONCE, "worker", "proxy"}


def test_the_database_and_the_cache_are_reached_from_nowhere_else():
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert SERVICES["cache"]["networks"] == ["back"]
    assert "back" not in SERVICES["proxy"]["networks"]
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.keys() == {"database", "proxy"}
    assert all(port.startswith("127.0.0.1:") for port in published["database"])


def test_the_database_logs_nothing_of_people():
    settings = SERVICES["database"]["command"][2::2]

    for name in ("log_min_error_statement", "log_error_verbosity"):
        assert f"{name}={embedded.SETTINGS[name]}" in settings


def test_no_secret_stands_in_the_files():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", name):
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/")
    assert not re.search(r"://[^@\s/]+:[^@\s/]+@", (PROJECT / "docker-compose.yml").read_text())


def test_everything_named_is_there():
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= SERVICES.keys()
        networks = set(service.get("networks", []))
        assert networks <= COMPOSE["networks"].keys()
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = (PROJECT / source).exists() if "/" in source else source in COMPOSE["volumes"]
            assert known, source
    example = (PROJECT / ".env.example").read_text()
    variables = re.findall(r"(?<!\$)\$\{(\w+)", (PROJECT / "docker-compose.yml").read_text())
    assert variables != []
    variables += re.findall(
        r"^(\w+)=", (PROJECT / "docs/deploy/trial.env").read_text(), re.MULTILINE
    )
    assert [name for name in variables if f"{name}=" not in example] == []


def test_the_image_holds_the_program_and_nothing_else():
    """The names in .dockerignore are all that COPY may take."""
    taken = in_the_image()
    tracked = {line.split("/")[0] for line in git("ls-files").splitlines()}

    assert set(taken) <= tracked
    assert tracked - set(taken) == {
        *(".ci", ".dockerignore", ".env.example", ".gitignore", ".python-version"),
        *("Dockerfile", "LICENSE", "Makefile", "README.md", "docker-compose.yml"),
        *("docs", "pyproject.toml", "tests"),
        *("requirements.txt", "requirements-dev.txt", "requirements-local.txt"),
    }


def in_the_image() -> list[str]:
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def image(tmp_path) -> Path:
    """A folder with what the image has, and nothing of this machine."""
    folder = tmp_path / "srv" / "bookstore"
    folder.mkdir(parents=True)
    for file in git("ls-files", *in_the_image()).splitlines():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / file, folder / file)
    return folder


@pytest.fixture
def environment(image, settings) -> dict[str, str]:
    """What compose gives to the shop's containers, with addresses that hold on this machine."""
    trial = (PROJECT / "docs/deploy/trial.env").read_text()
    given = dict(line.split("=", 1) for line in trial.splitlines() if not line.startswith("#"))
    given |= {
        name: re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value)
        for name, value in SERVICES["web"]["environment"].items()
    }
    there = connection.settings_dict
    socket = f"{there['NAME']}?host={quote(there['HOST'], safe='')}&port={there['PORT']}"
    srv = image.parent
    secrets = srv / "secrets"
    secrets.mkdir()
    for name in ("secret_key", "database_password"):
        (secrets / name).write_text("x" * 64)
    here = {"/run/secrets/": f"{secrets}/", "/srv/": f"{srv}/"}
    for name, value in given.items():
        for inside, folder in here.items():
            if value.startswith(inside):
                given[name] = folder + value.removeprefix(inside)
                break
    return {
        **given,
        "DATABASE_URL": f"postgres://{there['USER']}@/{socket}",
        "CACHE_URL": f"valkey://127.0.0.1:{free_port()}/0",
        "STATIC_ROOT": str(srv / "static"),
        "MEDIA_ROOT": str(srv / "media"),
        "PRIVATE_ROOT": str(srv / "private"),
        # The venv here stands for that of the image; this machine may have older programs.
        "PATH": IMAGE_PATH.replace("/srv/venv", sys.prefix).replace("$PATH", "/usr/bin:/bin"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def run(command: list[str], image: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=image, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def going_on(command: list[str], image: Path, environment: dict[str, str]):
    process = subprocess.Popen(command, cwd=image, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_the_command_of_each_container_does_its_work_and_writes_nothing_beside(image, environment):
    empty_queue()
    port = str(free_port())
    run(["python", "-m", "compileall", "-q", "."], image, environment)
    before = files_of(image)
    build = re.search(r"(python manage.py collectstatic .*)$", DOCKERFILE, re.MULTILINE)[1]
    nowhere = {**environment, "DATABASE_URL": "postgres://none/none"}
    # All but packing the files, which takes half a minute.
    run([*shlex.split(build), "--dry-run"], image, nowhere)
    run(SERVICES["migrate"]["command"], image, environment)

    web = [
        part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in yaml.safe_load(WEB_COMMAND)
    ]
    probe = SERVICES["web"]["healthcheck"]["test"][1:]
    with going_on(web, image, environment) as gunicorn:
        asked = [*probe[:-1], "/healthz"]
        there = {**environment, "PORT": port}
        assert wait_for(lambda: answers(asked, image, there), 30)
        run(probe, image, there)
        page = f"http://127.0.0.1:{port}/robots.txt"
        headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
        with urllib.request.urlopen(urllib.request.Request(page, headers=headers)) as response:
            assert response.status == 200
        gunicorn.terminate()
        assert gunicorn.wait(20) == 0
    assert not answers(probe, image, there)

    with going_on(SERVICES["worker"]["command"], image, environment) as worker:
        assert wait_for(ProcrastinateWorker.objects.exists, 30)
        worker.terminate()
        assert worker.wait(20) == 0

    backups = image.parent / "backups"
    backups.mkdir()
    back_up = SERVICES["backup"]["command"][-1].replace("/srv/", f"{image.parent}/")
    run(["sh", "-ec", back_up.replace("$$", "$")], image, environment)
    (archive,) = backups.iterdir()
    run(["python", "manage.py", "restore", "--verify", str(archive)], image, environment)

    assert files_of(image) == before
    empty_queue()


def answers(command: list[str], image: Path, environment: dict[str, str]) -> bool:
    return not subprocess.run(
        command, cwd=image, env=environment, capture_output=True, check=False
    ).returncode
