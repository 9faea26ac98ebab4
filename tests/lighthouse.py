"""What Lighthouse says of the main pages, as on a phone: `make lighthouse`.

It starts the shop as `make run` does, on a port of its own, or asks the one at SHOP. Needs node (npx
fetches Lighthouse 12) and Chromium; CHROME_PATH says where it is, if not in the usual place. Ends with
1 if a page is below 95: accessibility, best practices and SEO each time, performance as the median.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from socket import socket
from statistics import median
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

LIGHTHOUSE = "lighthouse@12"
ENOUGH = 95
RUNS = int(os.environ.get("RUNS", "5"))
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROMIUM = "--headless=new --no-sandbox --disable-gpu"
PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 300

type Scores = dict[str, list[int]]


def main() -> int:
    npx = shutil.which("npx")
    if npx is None:
        print("There is no npx on this machine: install node 18.20 or later.")
        return 2
    with shop() as site:
        addresses, cookie = pages_of(site)
        results = {name: scores(npx, address, cookie) for name, address in addresses.items()}
    print(table(results))
    return 0 if all(is_enough(found) for found in results.values()) else 1


@contextmanager
def shop() -> Iterator[str]:
    """The address of a shop with the demo catalogue that answers."""
    if site := os.environ.get("SHOP", "").rstrip("/"):
        yield site
        return
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    started = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        site = f"http://localhost:{port}"
        wait_for(site)
        yield site
    finally:
        started.terminate()
        started.wait()


def wait_for(site: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            build_opener().open(f"{site}/readyz").close()
            return
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def pages_of(site: str) -> tuple[dict[str, str], str]:
    """Addresses by name, and the cookie of a visitor with a book in the basket."""
    jar = CookieJar()
    visitor = build_opener(HTTPCookieProcessor(jar))
    book = book_in_stock(visitor, site)
    page = read(visitor, site + book)
    (token, *_others) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    (ean,) = re.findall(r"/books/(\d+)/", book)
    form = urlencode({"csrfmiddlewaretoken": token, "quantity": 1}).encode()
    visitor.open(f"{site}/basket/add/{ean}/", form).close()
    read(visitor, f"{site}/basket/")  # which says once what came into it
    names = {"home": "/", "list": "/books/", "book": book, "basket": "/basket/"}
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    return {name: site + path for name, path in names.items()}, cookie


def book_in_stock(visitor: OpenerDirector, site: str) -> str:
    for path in re.findall(r'href="(/books/\d+/[^"]*)"', read(visitor, f"{site}/books/")):
        if "/basket/add/" in read(visitor, site + path):
            return str(path)
    raise SystemExit("No book on the first page of the list can be bought.")


def read(visitor: OpenerDirector, address: str) -> str:
    with visitor.open(address) as answer:
        return str(answer.read().decode())


def scores(npx: str, address: str, cookie: str) -> Scores:
    """Of each run, by category. Only the basket is asked for as somebody: others are for strangers."""
    found: Scores = {category: [] for category in CATEGORIES}
    for run in range(RUNS):
        asked = CATEGORIES if run == 0 else CATEGORIES[:1]
        report = measured(npx, address, cookie if "/basket/" in address else "", asked)
        for category, figures in report["categories"].items():
            found[category].append(round(figures["score"] * 100))
    return found


def measured(npx: str, address: str, cookie: str, categories: tuple[str, ...]) -> dict:
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [npx, "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
        command += [f"--output-path={report.name}", f"--only-categories={','.join(categories)}"]
        command += [f"--chrome-flags={CHROMIUM}"]
        if cookie:
            command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        chromium = os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""
        environment = {**os.environ, "CHROME_PATH": chromium}
        subprocess.run(command, check=True, env=environment, cwd=tempfile.gettempdir())
        return json.loads(Path(report.name).read_text())


def is_enough(found: Scores) -> bool:
    worst = [min(found[category]) for category in CATEGORIES[1:]]
    return min(median(found["performance"]), *worst) >= ENOUGH


def table(results: dict[str, Scores]) -> str:
    lines = [f"{'':8}" + "".join(f"{category:>16}" for category in CATEGORIES)]
    for name, found in results.items():
        figures = [f"{median(found[category]):g}" for category in CATEGORIES]
        runs = " ".join(map(str, found["performance"]))
        lines.append(f"{name:8}" + "".join(f"{figure:>16}" for figure in figures) + f"   ({runs})")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
