"""Callback delivery to the app: attempts, faults, and what the follower sees of the answer (§1)."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import requests
from werkzeug.test import Client
from werkzeug.wrappers import Response

from simulator import crypto, envelope, replies
from simulator.desk import Attempt, Delivery, Desk

#: Once, and three times more: at once behind an answer that is not 200, when the time is up behind none (§1).
ATTEMPTS = 4
KEPT = 20_000
FAILURE = "该公众号提供的服务出现故障，请稍后再试"
SILENT_EVENTS = ("unsubscribe", "VIEW", "view_miniprogram", "LOCATION")

# (method, query, body, content type) -> (HTTP status, body)
Transport = Callable[[str, Mapping[str, str], bytes, str], tuple[int, bytes]]


class NoAnswer(Exception):
    """Error of a callback that was not answered in time."""


def to_wsgi(app: Any, path: str = "/wechat") -> Transport:
    """Transport into a WSGI app. Its exceptions are not caught, so that a test sees them."""

    # One client a call: werkzeug's client keeps cookies, and the platform has none.
    def send(method: str, query: Mapping[str, str], body: bytes, content_type: str) -> tuple[int, bytes]:
        client = Client(app, Response, use_cookies=False)
        given: dict[str, Any] = {"method": method, "query_string": dict(query)}
        if method == "POST":
            given |= {"data": body, "content_type": content_type}
        response = client.open(path, **given)
        return response.status_code, response.get_data()

    return send


def to_url(url: str, timeout: float = 5.0) -> Transport:
    """Transport over HTTP, with a timeout in seconds."""
    local = threading.local()

    def send(method: str, query: Mapping[str, str], body: bytes, content_type: str) -> tuple[int, bytes]:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env = False  # a proxy of the machine has no business between two local servers
        # A connection kept open might be closed by the app just as it is used again, and look like a lost callback.
        headers = {"Content-Type": content_type, "User-Agent": "Mozilla/4.0", "Connection": "close"}
        given = {"data": body, "headers": headers} if method == "POST" else {}
        try:
            response = local.session.request(
                method, url, params=dict(query), timeout=timeout, allow_redirects=False, **given
            )
        except requests.RequestException as error:
            raise NoAnswer(f"{type(error).__name__}") from error
        return response.status_code, response.content

    return send


def _is_receipt(delivery: Delivery) -> bool:
    """Whether a callback is a receipt of the platform, which no follower sees."""
    return delivery.name.endswith(("FINISH", "_event"))


class Courier:
    """Courier of callbacks: delivers them to the app and reads the answers."""

    def __init__(self, desk: Desk, transport: Transport | None = None, timeout: float = 5.0) -> None:
        self.desk = desk
        self.transport = transport
        self.timeout = timeout
        self._overtaken: list[Delivery] = []

    def make(self, openid: str | None, fields: Mapping[str, Any]) -> Delivery:
        """A callback about to go: To, From and CreateTime are filled in, MsgId too for a message (§2)."""
        desk = self.desk
        with desk.lock:
            now = desk.clock()
            complete: dict[str, Any] = {
                "ToUserName": desk.account.original_id,
                "FromUserName": openid or "o" + desk.opaque("admin", 27, seed="admin"),
                "CreateTime": int(now.timestamp()),
            } | dict(fields)
            if complete["MsgType"] != "event" and "MsgId" not in complete:
                complete["MsgId"] = 24_000_000_000_000_000 + desk.serial()
            delivery = Delivery(desk.serial(), now, openid, complete)
            desk.deliveries[delivery.number] = delivery
            if len(desk.deliveries) > KEPT:
                del desk.deliveries[next(iter(desk.deliveries))]
            return delivery

    def resume(self, number: int, openid: str | None, fields: Mapping[str, Any]) -> Delivery:
        """The delivery of this number, or one with these fields if it was forgotten in a restart."""
        return self.desk.deliveries.get(number) or self.make(openid, fields)

    def seal(self, delivery: Delivery) -> tuple[dict[str, str], bytes]:
        """Query and body for one attempt: a timestamp and nonce of its own each time."""
        with self.desk.lock:
            moment, nonce = int(self.desk.clock().timestamp()), str(self.desk.dice.randrange(10**8, 10**10))
            return envelope.sealed(self.desk.account, delivery.fields, moment, nonce)

    @property
    def content_type(self) -> str:
        """The content type of the body."""
        return "application/json" if self.desk.account.format == "json" else "text/xml"

    def deliver(self, delivery: Delivery) -> None:
        """Deliver with whatever fault is due, then those this one has overtaken."""
        with self.desk.lock:
            fault = self.desk.faults.strike("callback", f"callback:{delivery.name}")
        kind = fault.kind if fault else ""
        if kind == "lost":
            self._end(delivery, "lost")
        elif kind == "late" and fault is not None:
            after, number = timedelta(seconds=fault.value), str(delivery.number)
            # The fields too: after a restart the delivery itself is forgotten.
            self.desk.schedule(
                "delivery", after=after, reference=number, openid=delivery.openid, fields=delivery.fields
            )
        elif kind == "overtaken":
            with self.desk.lock:
                self._overtaken.append(delivery)
            return
        else:
            self.try_up_to(ATTEMPTS, delivery, ignoring=1 if kind == "unanswered" else 0)
            if kind == "doubled":
                self.again(delivery)
        with self.desk.lock:
            waiting, self._overtaken = self._overtaken, []
        for overtaken in waiting:
            self.try_up_to(ATTEMPTS, overtaken)

    def try_up_to(self, attempts: int, delivery: Delivery, ignoring: int = 0) -> None:
        """Try until the app answers with 200; `ignoring` first answers count as not come. Then show the outcome."""
        for turn in range(attempts):
            attempt = self._attempt(delivery)
            if turn < ignoring and attempt.outcome == "answered":
                attempt.outcome = "answer lost"
            if attempt.outcome == "answered":
                self._receive(delivery, attempt)
                return
        self._end(delivery, "failed")

    def again(self, delivery: Delivery) -> Attempt:
        """Deliver once more, as WeChat may; a follower who saw an answer to it already sees nothing new."""
        attempt = self._attempt(delivery)
        if attempt.outcome == "answered":
            if delivery.outcome in ("replied", "silent"):
                self._read(delivery, attempt)
            else:
                self._receive(delivery, attempt)
        return attempt

    def accept(self, delivery: Delivery, answer: bytes) -> Attempt:
        """Take an answer that came to somebody else who delivered this callback."""
        attempt = Attempt(self.desk.clock(), {}, "", 200, answer, answer.decode("utf-8", "replace"))
        delivery.attempts.append(attempt)
        self._receive(delivery, attempt)
        return attempt

    def _attempt(self, delivery: Delivery) -> Attempt:
        query, body = self.seal(delivery)
        attempt = Attempt(self.desk.clock(), query, body.decode())
        with self.desk.lock:
            delivery.attempts.append(attempt)
        if self.transport is None:
            attempt.outcome = "no app is connected"
            return attempt
        started = time.monotonic()
        try:
            attempt.status, answer = self.transport("POST", query, body, self.content_type)
        except NoAnswer as error:
            attempt.outcome = f"no answer ({error})"
        else:
            attempt.raw, attempt.answer = answer, answer.decode("utf-8", "replace")
            if time.monotonic() - started > self.timeout:
                attempt.outcome = "no answer (too slow)"
            else:
                attempt.outcome = "answered" if attempt.status == 200 else f"HTTP {attempt.status}"
        attempt.seconds = time.monotonic() - started
        with self.desk.lock:
            self.desk.version += 1
        return attempt

    def _read(self, delivery: Delivery, attempt: Attempt) -> dict[str, Any] | None:
        """The reply, None for silence; a bad one is noted in the attempt and delivered as BadAnswer would be."""
        try:
            with self.desk.lock:
                answer = envelope.opened(self.desk.account, attempt.raw)
                if answer is None:
                    attempt.outcome = "silent"
                    return None
                fields, attempt.plain_answer = answer
                seen = replies.read(self.desk, delivery, fields)
        except envelope.BadAnswer as error:
            attempt.outcome = f"bad answer: {error}"
            return None
        attempt.outcome, attempt.reply = "replied", seen
        return seen

    def _receive(self, delivery: Delivery, attempt: Attempt) -> None:
        seen = self._read(delivery, attempt)
        if seen is None:
            self._end(delivery, "silent" if attempt.outcome == "silent" else "failed")
            return
        delivery.reply = seen
        # Who has just unfollowed sees no answer to that, and a receipt has nobody to answer to.
        if delivery.openid is not None and delivery.name != "unsubscribe" and not _is_receipt(delivery):
            follower = self.desk.world.followers[delivery.openid]
            detail = {key: value for key, value in seen.items() if key not in ("kind", "text")}
            source = "system" if seen["kind"] == "transfer" else "account"
            self.desk.show(follower, source, "reply", seen["kind"], seen["text"], detail, delivery.number)
        self._end(delivery, "replied")

    def _end(self, delivery: Delivery, outcome: str) -> None:
        with self.desk.lock:
            delivery.outcome = outcome
            self.desk.version += 1
        is_seen = delivery.name not in SILENT_EVENTS and not _is_receipt(delivery)
        if outcome == "failed" and delivery.openid and is_seen:
            follower = self.desk.world.followers[delivery.openid]
            self.desk.show(follower, "system", "notice", "failure", FAILURE, {}, delivery.number)

    def check_url(self) -> bool:
        """Ask the app the way the console does when the address is saved: GET with an echostr (§1)."""
        if self.transport is None:
            return False
        moment, nonce = str(int(self.desk.clock().timestamp())), str(self.desk.dice.randrange(10**8, 10**10))
        echo = str(self.desk.dice.randrange(10**17, 10**19))
        signature = crypto.signature(self.desk.account.token, moment, nonce)
        query = {"signature": signature, "echostr": echo, "timestamp": moment, "nonce": nonce}
        try:
            status, answer = self.transport("GET", query, b"", "")
        except NoAnswer:
            return False
        return status == 200 and answer == echo.encode()
