"""A Stripe on the loopback: what the shop uses of its API, its payment page, and its signed messages.

Reached by HTTP alone, so other processes may use it too: what a test can tell it by a method of
FakeStripe it can tell it by a POST to /test/… as well.
"""

import contextlib
import hashlib
import hmac
import html
import json
import threading
import urllib.error
import urllib.request
import uuid
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

COMPLETED = "checkout.session.completed"


class Refused(Exception):
    """An answer that is an error, as Stripe words it."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        self.status = status
        self.body = {"error": {"type": kind, "message": message}}
        super().__init__(message)


def _missing(what: str) -> Refused:
    return Refused(404, "invalid_request_error", f"No such thing: '{what}'")


class FakeStripe:
    """Use it as a context manager. Like Stripe it keeps everything by id."""

    def __init__(self, *, webhook_address: str = "") -> None:
        self.secret_key = "sk_test_fake"
        self.webhook_secret = "whsec_fake"
        # Where a payment on the payment page is told of, before the shopper is sent back.
        self.webhook_address = webhook_address
        # What becomes of the refunds asked for next.
        self.refund_status = "succeeded"
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, tuple[object, dict[str, Any]]] = {}
        self._bounced: set[str] = set()
        self._next: deque[tuple[str, float]] = deque()
        self._lock = threading.RLock()
        self.closing = threading.Event()
        # How many calls hang at this moment.
        self.hanging = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.stripe = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FakeStripe":
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    # What tests ask for.

    def fail_next(self, times: int = 1, *, status: int = 500) -> None:
        """The next calls do nothing and answer with an error of Stripe's own."""
        self._next.extend([("fail", status)] * times)

    def hang_next(self, seconds: float, *, times: int = 1) -> None:
        """The next calls do nothing for so long, then answer."""
        self._next.extend([("hang", seconds)] * times)

    def drop_answer_next(self, times: int = 1) -> None:
        """The next calls do what they are asked, and never answer."""
        self._next.extend([("drop", 0)] * times)

    def forget_keys(self) -> None:
        """As Stripe does after a day: what was asked before is done anew."""
        self._answers.clear()

    def counts(self) -> dict[str, int]:
        """How many were made, and sums in minor units."""
        paid = [one for one in self.sessions.values() if one["payment_status"] == "paid"]
        return {
            "sessions": len(self.sessions),
            "refunds": len(self.refunds),
            "charged": sum(session["amount_total"] for session in paid),
            "refunded": sum(refund["amount"] for refund in self._standing()),
        }

    def pay(self, session_id: str, *, slowly: bool = False) -> dict[str, Any]:
        """The shopper pays; with `slowly` by a bank transfer, whose money is still on its way."""
        with self._lock:
            session = self._session(session_id)
            if session["status"] == "expired" or session["payment_status"] == "paid":
                raise Refused(400, "invalid_request_error", "This session can not be paid.")
            session["payment_intent"] = session["payment_intent"] or f"pi_{uuid.uuid4().hex}"
            session["payment_status"] = "unpaid" if slowly else "paid"
            session["status"] = "complete"
            return session

    def decline(self, session_id: str) -> dict[str, Any]:
        """The bank says no. The session stays open: the shopper may try another card."""
        return self._session(session_id)

    def bounce(self, session_id: str) -> None:
        """The money that was on its way does not come, as the payment intent alone knows."""
        self._bounced.add(self._session(session_id)["payment_intent"])

    def expire(self, session_id: str) -> dict[str, Any]:
        with self._lock:
            session = self._session(session_id)
            if session["status"] != "open":
                text = f"Only open sessions can be expired; this one is {session['status']}."
                raise Refused(400, "invalid_request_error", text)
            session["status"] = "expired"
            return session

    def signed_event(
        self, kind: str, about: Mapping[str, Any], *, at: datetime | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """A message of Stripe's, signed at `at` (now): body and headers."""
        seconds = int((at or datetime.now(UTC)).timestamp())
        event = {
            "id": f"evt_{uuid.uuid4().hex}",
            "object": "event",
            "type": kind,
            "data": {"object": dict(about)},
        }
        body = json.dumps(event).encode()
        return body, {"Stripe-Signature": self.signature(body, seconds)}

    def signature(self, body: bytes, seconds: int) -> str:
        signed = b"%d." % seconds + body
        digest = hmac.new(self.webhook_secret.encode(), signed, hashlib.sha256).hexdigest()
        return f"t={seconds},v1={digest}"

    def send(self, kind: str, about: Mapping[str, Any]) -> None:
        """Tell the shop, if there is an address. A shop that is down or says no is left alone."""
        if not self.webhook_address:
            return
        body, headers = self.signed_event(kind, about)
        headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.webhook_address, body, headers)
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(request, timeout=10).close()

    # The API.

    def call(self, method: str, path: str, params: dict[str, str], key: str) -> dict[str, Any]:
        """The same key with the same parameters does nothing new, with others it is an error."""
        with self._lock:
            if key not in self._answers:
                answer = self._do(method, path, params)
                if not key:
                    return answer
                self._answers[key] = ((path, params), dict(answer))
            asked, answer = self._answers[key]
            if asked != (path, params):
                text = "Keys for idempotent requests can only be used with the same parameters."
                raise Refused(400, "idempotency_error", text)
            return answer

    def _do(self, method: str, path: str, params: dict[str, str]) -> dict[str, Any]:
        match method, *path.removeprefix("/v1/").split("/"):
            case "POST", "checkout", "sessions":
                return self._new_session(params)
            case "GET", "checkout", "sessions", session_id:
                return self._shown(self._session(session_id), params)
            case "POST", "checkout", "sessions", session_id, "expire":
                return self.expire(session_id)
            case "POST", "refunds":
                return self._new_refund(params)
            case "GET", "refunds":
                made = self._refunds_of(params["payment_intent"])
                return {"object": "list", "data": made, "has_more": False, "url": path}
            case "GET", "refunds", refund_id if refund_id in self.refunds:
                return self.refunds[refund_id]
        raise _missing(path)

    def _shown(self, session: dict[str, Any], params: dict[str, str]) -> dict[str, Any]:
        intent = session["payment_intent"]
        if "payment_intent" not in params.values() or intent is None:
            return session
        status = {"paid": "succeeded", "unpaid": "processing"}[session["payment_status"]]
        status = "requires_payment_method" if intent in self._bounced else status
        return session | {"payment_intent": {"id": intent, "status": status}}

    def _new_session(self, params: dict[str, str]) -> dict[str, Any]:
        session_id = f"cs_test_{uuid.uuid4().hex}"
        line = "line_items[0][price_data]"
        self.sessions[session_id] = {
            "id": session_id,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "amount_total": int(params[f"{line}[unit_amount]"]),
            "currency": params[f"{line}[currency]"],
            "title": params[f"{line}[product_data][name]"],
            "client_reference_id": params.get("client_reference_id"),
            "customer_email": params.get("customer_email"),
            "metadata": _metadata(params),
            "payment_intent_metadata": _metadata(params, "payment_intent_data[metadata]["),
            "success_url": params["success_url"],
            "cancel_url": params["cancel_url"],
            "url": f"{self.url}/pay/{session_id}",
        }
        return self.sessions[session_id]

    def _session(self, session_id: str) -> dict[str, Any]:
        if session_id not in self.sessions:
            raise _missing(session_id)
        return self.sessions[session_id]

    def _new_refund(self, params: dict[str, str]) -> dict[str, Any]:
        charge, amount = params["payment_intent"], int(params["amount"])
        paid = [one for one in self.sessions.values() if one["payment_intent"] == charge]
        if not paid:
            raise _missing(charge)
        left = paid[0]["amount_total"] - sum(one["amount"] for one in self._standing(charge))
        if amount > left:
            text = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            raise Refused(400, "invalid_request_error", text)
        refund_id = f"re_{uuid.uuid4().hex}"
        self.refunds[refund_id] = {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "currency": paid[0]["currency"],
            "payment_intent": charge,
            "status": self.refund_status,
            "metadata": _metadata(params),
        }
        return self.refunds[refund_id]

    def _refunds_of(self, charge: str) -> list[dict[str, Any]]:
        return [one for one in self.refunds.values() if one["payment_intent"] == charge]

    def _standing(self, charge: str = "") -> list[dict[str, Any]]:
        """Refunds that have not failed: of one charge, or all."""
        among = self._refunds_of(charge) if charge else list(self.refunds.values())
        return [one for one in among if one["status"] not in ("failed", "canceled")]

    def hang(self, seconds: float) -> None:
        with self._lock:
            self.hanging += 1
        self.closing.wait(seconds)
        with self._lock:
            self.hanging -= 1

    def next_trouble(self) -> tuple[str, float]:
        return self._next.popleft() if self._next else ("", 0)

    # The payment page, and what other processes tell.

    def page(self, session_id: str) -> str:
        session = self._session(session_id)
        title, currency = html.escape(session["title"]), session["currency"].upper()
        return (
            f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1>"
            f"<p>{session['amount_total']} {currency} in minor units, {session['status']}</p>"
            "<form method=post><button name=choice value=pay>Pay</button>"
            "<button name=choice value=decline>Decline</button></form>"
        )

    def choose(self, session_id: str, choice: str) -> str:
        """What the shopper chose on the payment page; returns where that leads."""
        if choice == "pay":
            session = self.pay(session_id)
            self.send(COMPLETED, session)
            return session["success_url"]
        return self.decline(session_id)["cancel_url"]

    def told(self, what: str, params: dict[str, str]) -> dict[str, Any]:
        times = int(params.get("times", 1))
        match what.split("/"):
            case ["fail"]:
                self.fail_next(times, status=int(params.get("status", 500)))
            case ["hang"]:
                self.hang_next(float(params["seconds"]), times=times)
            case ["drop"]:
                self.drop_answer_next(times)
            case ["webhook"]:
                self.webhook_address = params["address"]
            case ["sessions", session_id, "pay"]:
                self.send(COMPLETED, self.pay(session_id))
            case ["sessions", session_id, "expire"]:
                self.send("checkout.session.expired", self.expire(session_id))
            case unknown if unknown != ["counts"]:
                raise _missing(what)
        return self.counts()


def _metadata(params: dict[str, str], start: str = "metadata[") -> dict[str, str]:
    return {key[len(start) : -1]: text for key, text in params.items() if key.startswith(start)}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._handle("GET", dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = urlsplit(self.path).query + "&" + body.decode()
        self._handle("POST", dict(parse_qsl(told)))

    def _handle(self, method: str, params: dict[str, str]) -> None:
        stripe: FakeStripe = self.server.stripe  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        try:
            if path.startswith("/v1/"):
                self._call(stripe, method, path, params)
            elif path.startswith("/test/"):
                self._answer(200, stripe.told(path.removeprefix("/test/"), params))
            elif path.startswith("/pay/"):
                self._pay(stripe, method, path.removeprefix("/pay/"), params)
            else:
                raise _missing(path)
        except Refused as error:
            self._answer(error.status, error.body)

    def _call(self, stripe: FakeStripe, method: str, path: str, params: dict[str, str]) -> None:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if given != stripe.secret_key:
            masked = given[:8] + "*" * 8 + given[-4:]
            raise Refused(401, "invalid_request_error", f"Invalid API Key provided: {masked}")
        trouble, value = stripe.next_trouble()
        if trouble == "fail":
            raise Refused(int(value), "api_error", "Something went wrong on Stripe's end.")
        if trouble == "hang":
            stripe.hang(value)
        answer = stripe.call(method, path, params, self.headers.get("Idempotency-Key") or "")
        if trouble == "drop":
            self.close_connection = True
        else:
            self._answer(200, answer)

    def _pay(
        self, stripe: FakeStripe, method: str, session_id: str, params: dict[str, str]
    ) -> None:
        if method == "GET":
            self._write(200, stripe.page(session_id).encode(), "text/html; charset=utf-8")
        else:
            self.send_response(303)
            self.send_header("Location", stripe.choose(session_id, params.get("choice", "")))
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, json.dumps(body).encode(), "application/json")

    def _write(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", f"req_{uuid.uuid4().hex[:14]}")
        self.end_headers()
        # Whoever did not wait so long is gone.
        with contextlib.suppress(BrokenPipeError):
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: a test speaks by what it asserts."""
