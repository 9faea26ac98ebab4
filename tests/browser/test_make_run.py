"""`make run` in a fresh clone: from nothing to a paid order, a stop, and a start that remembers."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from email import message_from_string, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import PROJECT

from . import steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FROM_OUTSIDE = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")
SECONDS_FOR_THE_FIRST_START = 240
SECONDS_FOR_LATER_STARTS = 15  # it takes 5; machines that test are busy ones
SECONDS_TO_STOP = 15
SECONDS_FOR_MAIL = 30
BETWEEN_MAILS = "\n" + "-" * 79


class Shop:
    """`make run` in a folder, as a person at a terminal has it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.address = folder, f"http://localhost:{port}"
        self.output = folder.parent / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        # The list of packages counts as old, or make would install them anew: see `clone`.
        self.command = ["make", "-o", "requirements-local.txt", "run", f"PORT={port}"]

    def start(self, seconds: float) -> float:
        """Returns how long it took to answer."""
        began = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={name: os.environ[name] for name in FROM_OUTSIDE if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # A shell that put us in the background made us, and our children, deaf to Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )
        wait_until(self._is_up, seconds, self.said)
        return time.monotonic() - began

    def stop(self) -> None:
        """What Ctrl-C does: the interrupt goes to make and all that stayed in its group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(SECONDS_TO_STOP)

    def said(self) -> str:
        return self.output.read_text()

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "Ctrl-C stops everything" in self.said()

    def processes(self) -> list[str]:
        """Command lines of all that runs in the folder or knows its name."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                folder = os.readlink(process / "cwd")
            except OSError:
                continue
            if str(self.folder) in f"{folder} {command}":
                found.append(command)
        return found

    def mail_about(self, number: str) -> str:
        wait_until(lambda: self._mail(number), SECONDS_FOR_MAIL, self.said)
        return self._mail(number)

    def _mail(self, number: str) -> str:
        for path in sorted((self.folder / ".local" / "mail").glob("*")):
            for text in path.read_text().split(BETWEEN_MAILS):
                mail = message_from_string(text.lstrip(), policy=policy.default)
                if number in mail.get("Subject", ""):
                    return mail.get_body(("plain",)).get_content()
        return ""


def wait_until(happens: Callable[[], object], seconds: float, explain: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.1)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What is committed, with the packages of this checkout: CI's own first step proves installing."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", PROJECT, folder], check=True)
    (folder / ".venv").symlink_to(PROJECT / ".venv")
    return folder


@pytest.fixture
def shop(clone: Path) -> Iterator[Shop]:
    if not shutil.which("make"):
        pytest.skip("there is no make on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shop = Shop(clone, port)
    yield shop
    if shop.process and shop.process.poll() is None:
        shop.stop()
    # A test that failed leaves no database behind.
    subprocess.run(["make", "-o", "requirements-local.txt", "stop"], cwd=clone, check=True)


def test_a_clone_sells_stops_and_remembers(shop: Shop, open_page) -> None:
    first = shop.start(SECONDS_FOR_THE_FIRST_START)
    numbers = [buy(open_page(java_script_enabled=scripts), shop) for scripts in (True, False)]
    links = [guest_link(shop, number) for number in numbers]

    for number, link in zip(numbers, links, strict=True):
        show_order(open_page(), link, number)

    shop.stop()
    assert shop.processes() == []

    second = shop.start(SECONDS_FOR_LATER_STARTS)
    print(f"first start {first:.1f} s, second {second:.1f} s")  # noqa: T201
    show_order(open_page(), links[0], numbers[0])
    shop.stop()
    assert shop.processes() == []


def buy(page, shop: Shop) -> str:
    page.goto(shop.address)
    steps.fill_basket(page, "Frankenstein")
    number = steps.order(page)
    steps.pay(page)
    return number


def guest_link(shop: Shop, number: str) -> str:
    found = re.search(rf"{shop.address}/orders/open/\S+", shop.mail_about(number))
    assert found, shop.mail_about(number)
    return found[0]


def show_order(page, link: str, number: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, your order is paid")
    expect(page.get_by_role("main")).to_contain_text(number)
