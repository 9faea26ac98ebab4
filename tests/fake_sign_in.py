"""A Google and a GitHub on the loopback: what the shop uses of each to sign people in.

Their consent page is a real one, for a browser. A test without one says `agree` or `deny`.
"""

import base64
import hashlib
import html
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "bookshop", "between-the-two-of-us"
JSON, FORM = "application/json; charset=utf-8", "application/x-www-form-urlencoded; charset=utf-8"
Answer = tuple[int, str, str]


@dataclass
class Person:
    """Who is signed in at the other site. No address at all: `email=""`."""

    id: int = 1001
    name: str = "Nadia Rahman"
    email: str = "nadia@example.org"
    is_verified: bool = True
    # Further addresses, as only GitHub has them, and whether each is verified.
    others: dict[str, bool] = field(default_factory=dict)


class FakeSite:
    """What both have in common. Use it as a context manager."""

    id: str
    # allauth's, whose addresses lead here in a test.
    adapter: type
    # What the shop asks on the way, in this order.
    steps: tuple[str, ...]

    def __init__(self) -> None:
        self.person = Person()
        # What happens instead of an answer: a step ("token", "user", …) and "fail", "drop", "hang",
        # or the words that come instead.
        self.trouble: dict[str, str] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, str] = {}
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.site = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FakeSite":
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody listens from now on. A second time does nothing."""
        if not self.closing.is_set():
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()

    # The person in front of the consent page.

    def agree(self, address: str) -> str:
        """Where the site sends the person on, from the address to which the shop had sent them."""
        asked = self._asked_for(address)
        code = uuid.uuid4().hex
        self._codes[code] = asked
        return self._back(asked, code=code)

    def deny(self, address: str) -> str:
        return self._back(self._asked_for(address), error="access_denied")

    def page(self, address: str) -> str:
        self._asked_for(address)
        return (
            f"<!doctype html><html lang=en><title>{self.id}</title>"
            f"<h1>The shop asks {self.id} who you are</h1><p>{html.escape(self.person.name)}</p>"
            "<form method=post><button name=choice value=agree>Agree</button>"
            "<button name=choice value=deny>Deny</button></form>"
        )

    def _asked_for(self, address: str) -> dict[str, str]:
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        return asked

    def _back(self, asked: dict[str, str], **told: str) -> str:
        return f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked['state']})}"

    # The shop behind the person's back.

    def answer(self, step: str, params: dict[str, str], authorization: str) -> Answer:
        if step not in self.steps:
            return 404, JSON, json.dumps({"message": "Not Found"})
        self.asked.append(step)
        if step == "token":
            return self._token(params)
        token = authorization.partition(" ")[2]
        if token not in self._tokens:
            return 401, JSON, json.dumps({"message": "Bad credentials"})
        return 200, JSON, json.dumps(self.tell(step, self._tokens[token]))

    def _token(self, params: dict[str, str]) -> Answer:
        # Gone at once: a code is good for one time.
        asked = self._codes.pop(params.get("code", ""), None)
        if asked is None or not self._fits(asked, params):
            return self.refuse()
        token = uuid.uuid4().hex
        self._tokens[token] = asked["scope"]
        return self.grant(token)

    def _fits(self, asked: dict[str, str], params: dict[str, str]) -> bool:
        proof = hashlib.sha256(params.get("code_verifier", "").encode()).digest()
        return (
            params.get("client_id") == CLIENT_ID
            and params.get("client_secret") == CLIENT_SECRET
            and params.get("redirect_uri") == asked["redirect_uri"]
            and base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == asked["code_challenge"]
        )

    def addresses(self) -> dict[str, str]:
        """What to write into allauth's adapter, by the names of its attributes."""
        raise NotImplementedError

    def grant(self, token: str) -> Answer:
        raise NotImplementedError

    def refuse(self) -> Answer:
        raise NotImplementedError

    def tell(self, step: str, scope: str) -> Any:
        raise NotImplementedError


class FakeGoogle(FakeSite):
    """Tells who it is in the token's own answer, signed."""

    id = "google"
    adapter = GoogleOAuth2Adapter
    steps = ("token",)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def addresses(self) -> dict[str, str]:
        return {"authorize_url": f"{self.url}/authorize", "access_token_url": f"{self.url}/token"}

    def grant(self, token: str) -> Answer:
        facts = {"access_token": token, "token_type": "Bearer", "expires_in": 3599}
        return 200, JSON, json.dumps({**facts, "id_token": self.id_token()})

    def refuse(self) -> Answer:
        return 400, JSON, json.dumps({"error": "invalid_grant"})

    def id_token(self, **facts: Any) -> str:
        now = int(time.time())
        first, _, last = self.person.name.partition(" ")
        claims: dict[str, Any] = {
            "iss": "https://accounts.google.com",
            "aud": CLIENT_ID,
            "sub": str(self.person.id),
            "iat": now,
            "exp": now + 3600,
            "name": self.person.name,
            "given_name": first,
            "family_name": last,
            "picture": f"{self.url}/picture",
        }
        if self.person.email:
            claims["email"] = self.person.email
            claims["email_verified"] = self.person.is_verified
        return jwt.encode({**claims, **facts}, self.key, "RS256", {"kid": "one"})


class FakeGitHub(FakeSite):
    """Answers in forms unless asked otherwise, even when it refuses; the addresses come apart."""

    id = "github"
    adapter = GitHubOAuth2Adapter
    steps = ("token", "user", "emails")

    def addresses(self) -> dict[str, str]:
        return {
            "authorize_url": f"{self.url}/authorize",
            "access_token_url": f"{self.url}/token",
            "profile_url": f"{self.url}/user",
            "emails_url": f"{self.url}/emails",
        }

    def grant(self, token: str) -> Answer:
        return 200, FORM, urlencode({"access_token": token, "token_type": "bearer"})

    def refuse(self) -> Answer:
        return 200, FORM, urlencode({"error": "bad_verification_code"})

    def tell(self, step: str, scope: str) -> Any:
        person = self.person
        if step == "user":
            shown = {"id": person.id, "login": f"person{person.id}", "name": person.name}
            return {**shown, "email": None, "avatar_url": f"{self.url}/picture", "company": "Acme"}
        addresses = {person.email: person.is_verified, **person.others}
        return [
            {"email": email, "verified": is_verified, "primary": email == person.email}
            for email, is_verified in addresses.items()
            if email and "user:email" in scope
        ]


def stand_in(site: FakeSite, settings: Any, monkeypatch: Any) -> None:
    """Let the shop believe that this is the real one, and that it has the keys of it."""
    keys = {"client_id": CLIENT_ID, "secret": CLIENT_SECRET}
    options = {"APP": keys, "OAUTH_PKCE_ENABLED": True}
    settings.SOCIALACCOUNT_PROVIDERS = {**settings.SOCIALACCOUNT_PROVIDERS, site.id: options}
    for name, address in site.addresses().items():
        monkeypatch.setattr(site.adapter, name, address)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._handle("GET", {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._handle("POST", dict(parse_qsl(body.decode())))

    def _handle(self, method: str, params: dict[str, str]) -> None:
        site: FakeSite = self.server.site  # type: ignore[attr-defined]
        step = urlsplit(self.path).path.strip("/")
        if step == "authorize" and method == "GET":
            self._write(200, "text/html; charset=utf-8", site.page(self.path))
        elif step == "authorize":
            choose = site.agree if params.get("choice") == "agree" else site.deny
            self._write(303, FORM, "", Location=choose(self.path))
        else:
            self._answer(site, step, params)

    def _answer(self, site: FakeSite, step: str, params: dict[str, str]) -> None:
        trouble = site.trouble.get(step, "")
        if trouble == "drop":
            self.close_connection = True
        elif trouble == "fail":
            self._write(500, JSON, '{"message": "Something went wrong"}')
        elif trouble == "hang":
            site.closing.wait(10)
        elif trouble:
            self._write(200, JSON, trouble)
        else:
            self._write(*site.answer(step, params, self.headers.get("Authorization", "")))

    def _write(self, status: int, kind: str, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing: a test speaks by what it asserts."""
