"""The page on privacy names what the shop keeps and who else gets it."""

import http.client
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes import PROJECT, wait_for
from tests.valkey import free_port

NGINX = (PROJECT / "docs/deploy/nginx.conf").read_text()
CADDYFILE = (PROJECT / "docs/deploy/Caddyfile").read_text()
# What a line of the proxy may say of a request.
NAMELESS = {
    *("time_iso8601", "request_id", "request_method", "status", "upstream_status"),
    *("body_bytes_sent", "request_time", "upstream_response_time"),
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "words",
    [
        "your name if you told us",
        "deleted by itself after a fortnight",
        "Saved addresses",
        "not who they are",
        "Google and GitHub",
        "authenticator app",
        "phone number if you gave one",
        "Books you asked to be told of",
        "Emails about your wishlists",
        "Which book you wait for, since when",
        "earlier versions and what you have deleted",
        "Which ones you reported",
        "Which reviews you found helpful",
        "What we did with your reviews",
    ],
)
def test_it_names_what_an_account_holds(client, words):
    assert words in client.get("/privacy/").text


def test_it_says_what_stripe_gets_where_the_shop_is_paid_through_it(client, settings):
    assert "Stripe" not in client.get("/privacy/").text

    settings.PAYMENT_PROVIDER = "stripe"

    assert "the number and total of your order and your email address" in (
        client.get("/privacy/").text
    )


def test_it_names_the_cookie_of_who_wrote_where_there_are_replicas(client, settings):
    assert "when you last changed something here" not in client.get("/privacy/").text

    settings.REPLICAS = {"replica-1": {}}

    assert "when you last changed something here" in client.get("/privacy/").text


def test_it_promises_logs_without_addresses_and_the_proxies_keep_to_it(client):
    assert "neither the address of your connection" in client.get("/privacy/").text

    form = re.search(r"log_format nameless ([^;]+);", NGINX)[1]
    assert set(re.findall(r"\$(\w+)", form)) <= NAMELESS
    servers = NGINX.split("\nserver {")[1:]
    assert len(servers) == 2
    for server in servers:
        assert {*re.findall(r"access_log (?:\S+ )?(\w+);", server)} <= {"nameless", "off"}
        assert " nameless;" in server
        assert re.findall(r"error_log \S+ (\w+);", server) == ["emerg"]
    # Without `log` in the block of a site Caddy keeps none of its requests.
    everywhere, site = CADDYFILE.split("\n{$SHOP_HOST")
    assert re.search(r"\blog \{\s+format filter \{.*\brequest delete\b", everywhere, re.DOTALL)
    assert not re.search(r"^\s*log\b", site, re.MULTILINE)


@pytest.mark.slow
def test_nginx_names_nobody_also_where_nothing_answers(tmp_path):
    if shutil.which("nginx") is None:
        pytest.skip("there is no nginx here")
    port, visitor = free_port(), "127.0.0.9"
    path = tried_out(tmp_path, port)
    process = subprocess.Popen(["nginx", "-e", "stderr", "-p", str(tmp_path), "-c", str(path)])
    try:
        assert wait_for(lambda: ask(port, "/", visitor) == 502, 20)
        assert ask(port, "/orders/open/secret/?email=sam@example.org", visitor) == 502
        # More at once than a visitor may ask.
        assert 429 in [ask(port, "/", visitor) for _ in range(1_000)]
    finally:
        process.terminate()
        process.wait(20)

    written = "".join(file.read_text() for file in tmp_path.glob("*.log"))
    assert re.search(r" GET 502 502\b", written) and " GET 429 - " in written
    assert not re.search(rf"{visitor}|secret|sam@|orders", written)


def tried_out(folder: Path, port: int) -> Path:
    """The configuration as it is, but on this machine alone and without TLS, before nobody."""
    text = re.sub(r"(?m)^ *(ssl_\w+ .*|gzip_static on);\n", "", NGINX)
    text = text.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{free_port()}")
    # Without the server that leads to HTTPS: it would listen to everybody.
    before, _leads_on, serves = text.replace("/var/log/nginx", str(folder)).split("\nserver {")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/main.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{folders}{before}\nserver {{{serves}\n}}\n"
    )
    return path


def ask(port: int, path: str, visitor: str) -> int:
    """The status that somebody gets who comes from this address of the machine; 0 for no answer."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5, source_address=(visitor, 0))
    with suppress(OSError):
        asking.request("GET", path, headers={"Host": "shop.example"})
        return asking.getresponse().status
    return 0
