"""Simulator object: the whole platform, as tests, benchmarks and the server hold it."""

import logging
import pickle
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from werkzeug.wrappers import Request

from simulator import api, crypto, mass, mass_results, oauth, publishing, qr, templates, windows
from simulator.api import Answer
from simulator.callbacks import ATTEMPTS, Courier, to_url, to_wsgi
from simulator.clock import Clock, HandClock
from simulator.desk import ApiCall, Attempt, Delivery, Desk
from simulator.errors import OAuthRefused
from simulator.faults import Faults
from simulator.phone import Phone
from simulator.world import Account, Entry, Template, World

logger = logging.getLogger(__name__)

#: What of a desk is not part of what has come about: the surroundings, and what goes wrong on request.
NOT_KEPT = {"account", "clock", "lock", "faults"} | {"api_base", "oauth_base", "page_base", "film_base"}
#: Where a video lies that media/get gives the address of.
MEDIA_PATH = "/simulator/media/"


def _report(done: Future[None]) -> None:
    """What goes wrong in a thread is said, not lost."""
    error = done.exception() if not done.cancelled() else None
    if error is not None:
        logger.error("a callback could not be delivered", exc_info=error)


@dataclass(frozen=True)
class Prepared:
    """A signed callback ready to be posted by somebody else, such as a load generator."""

    number: int
    openid: str
    query: dict[str, str]
    body: bytes
    content_type: str


class Simulator:
    """One official account on one's desk."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        clock: Clock | None = None,
        seed: int = 0,
        callback: Callable[[dict[str, str], bytes], bytes] | None = None,
        timeout: float = 5.0,
        workers: int = 0,
        world: World | None = None,
    ) -> None:
        """A platform for `account`; time stands still unless a clock is given, chance comes from `seed`.

        `callback` takes query and body of each callback and gives the answer's body; see also `connect`. `timeout` is
        in real seconds. With `workers` callbacks are delivered by that many threads, and actions return at once.
        """
        self.desk = Desk(account or Account(), clock or HandClock(), seed=seed, world=world)
        self.courier = Courier(self.desk, timeout=timeout)
        self._pool = ThreadPoolExecutor(workers, "callback") if workers else None
        self._phones: dict[str, Phone] = {}
        if callback is not None:
            self.courier.transport = lambda method, query, body, content_type: (200, callback(dict(query), body))

    # Shortcuts

    @property
    def account(self) -> Account:
        """The official account, with its secrets and how its callbacks are set up."""
        return self.desk.account

    @property
    def clock(self) -> Clock:
        """What the time is; a HandClock can be advanced."""
        return self.desk.clock

    @property
    def faults(self) -> Faults:
        """What goes wrong on request."""
        return self.desk.faults

    @property
    def world(self) -> World:
        """Everything the platform knows; change it only while holding `desk.lock`."""
        return self.desk.world

    @property
    def calls(self) -> list[ApiCall]:
        """The API calls recorded so far, the oldest first (the last 20,000)."""
        return list(self.desk.calls)

    def count(self, path: str) -> int:
        """How often this API path was called since the start."""
        return self.desk.counts.get(path, 0)

    @property
    def deliveries(self) -> list[Delivery]:
        """The callbacks made so far, the oldest first (the last 20,000)."""
        return list(self.desk.deliveries.values())

    # The app

    def connect(self, app: Any, path: str = "/wechat") -> None:
        """Deliver callbacks straight into this WSGI app; what it raises comes out of the action that caused it."""
        self.courier.transport = to_wsgi(app, path)

    def connect_url(self, url: str) -> None:
        """Deliver callbacks over HTTP, giving up after the simulator's timeout."""
        self.courier.transport = to_url(url, self.courier.timeout)

    def check_url(self) -> bool:
        """The check the console makes when the address is saved: does the app echo? (§1)"""
        return self.courier.check_url()

    def rotate_key(self, aes_key: str) -> None:
        """From now on encrypt with this EncodingAESKey; answers under the one before are still read (§1)."""
        crypto.key_of(aes_key)
        self.account.previous_aes_key, self.account.aes_key = self.account.aes_key, aes_key

    def answer(self, request: Request) -> Answer:
        """What the platform answers to this request: an API call, or the authorize page."""
        if request.path == oauth.AUTHORIZE_PATH:
            return self.authorize(request)
        hosts = self.desk.api_base, request.host_url.rstrip("/")
        if request.path == qr.SHOW_PATH and self.desk.page_base in hosts:
            found = qr.show(self.desk, request.args.get("ticket", ""))
            return Answer(404, "text/html", b"") if found is None else Answer(200, "image/png", found)
        if request.path.startswith(MEDIA_PATH):
            return self._media(request.path.removeprefix(MEDIA_PATH))
        return api.handle(self.desk, request)

    def _media(self, media_id: str) -> Answer:
        """The bytes of a file at the address that WeChat gives of it: no token is asked for, as with WeChat's own.
        The fault `http` 404 of `MEDIA_PATH` is a film that is not ready yet."""
        found = self.world.media.get(media_id)
        fault = self.faults.strike(MEDIA_PATH)
        if fault is not None and fault.kind == "http":
            return Answer(int(fault.value), "text/html", b"")
        if found is None or (found.expires_at is not None and found.expires_at <= self.desk.clock()):
            return Answer(404, "text/plain; charset=utf-8", b"")
        return Answer(200, found.content_type, found.content)

    def authorize(self, request: Request) -> Answer:
        """The authorize page of who is named by `simulator_openid`: back to the app, or WeChat's error page (§9)."""
        query = request.args.to_dict()
        follower = self.world.followers.get(query.get("simulator_openid", ""))
        try:
            oauth.check(self.desk, query)
            if follower is None:
                raise OAuthRefused(10000, "请在微信客户端打开链接")
            target = oauth.authorize(self.desk, query, follower, is_snapshot="simulator_snapshot" in query)
        except OAuthRefused as refusal:
            return Answer(200, "text/html; charset=utf-8", f"{refusal.sentence}（{refusal.code}）".encode())
        return Answer(302, "text/html; charset=utf-8", b"", headers={"Location": target})

    # All of it

    def kept(self) -> bytes:
        """All that has come about here, for `put_back`; faults are not part of it."""
        with self.desk.lock:
            records = {name: value for name, value in vars(self.desk).items() if name not in NOT_KEPT}
            return pickle.dumps((records, {phone.name: phone.looked for phone in self._phones.values()}))

    def put_back(self, kept: bytes) -> None:
        """Go on where another platform for the same account was. Phones that were in somebody's hand are of no use."""
        records, looked = pickle.loads(kept)
        with self.desk.lock:
            vars(self.desk).update(records)
            self._phones.clear()
        for name, until in looked.items():
            self.phone(name).looked = until

    # People

    def phone(self, name: str) -> Phone:
        """The phone of the person of this name, who exists from the first mention on but follows nobody yet."""
        follower = self.desk.person(name)
        if follower.openid not in self._phones:
            self._phones[follower.openid] = Phone(self.desk, self.courier, follower, self._dispatch)
        return self._phones[follower.openid]

    def follow_many(self, count: int, prefix: str = "零售户") -> list[Phone]:
        """`count` more people who follow already, named by prefix and number; the app is not told."""
        with self.desk.lock:
            start = sum(1 for name in self.world.names if name.startswith(prefix))
            phones = [self.phone(f"{prefix}{number:05d}") for number in range(start + 1, start + count + 1)]
            for phone in phones:
                phone.follower.subscribed, phone.follower.subscribed_at = True, self.clock()
            return phones

    def sends_left(self, phone: Phone) -> int:
        """How many customer-service messages may be sent to this person now (§4)."""
        return windows.left(phone.follower, self.clock())

    # Callbacks

    def _dispatch(self, delivery: Delivery) -> None:
        if self._pool is None:
            self.courier.deliver(delivery)
        else:
            self._pool.submit(self.courier.deliver, delivery).add_done_callback(_report)

    def redeliver(self, what: Entry | Delivery) -> Attempt:
        """Send a callback again, as WeChat does: same MsgId and CreateTime, new nonce and signature.

        Give the entry of the person's action, or the delivery. The attempt returned has the app's answer.
        """
        number = what.delivery if isinstance(what, Entry) else what.number
        return self.courier.again(self.desk.deliveries[number or 0])

    def deliver_raw(self, body: bytes | str, query: dict[str, str]) -> tuple[int, bytes]:
        """Post anything at all to the app, however broken; its status and body."""
        if self.courier.transport is None:
            raise RuntimeError("no app is connected")
        data = body.encode() if isinstance(body, str) else body
        return self.courier.transport("POST", query, data, self.courier.content_type)

    def prepare(self, phones: Iterable[Phone], texts: Iterable[str], *, notes: bool = True) -> list[Prepared]:
        """Signed, encrypted text messages, one for each pair, not sent; with `notes` their windows open as if sent."""
        made = []
        for phone, text in zip(phones, texts, strict=False):
            with self.desk.lock:
                delivery = self.courier.make(phone.openid, {"MsgType": "text", "Content": text})
                if notes:
                    phone.follower.acted_at = self.clock()
                    windows.open_window(phone.follower, "message", self.clock())
            query, body = self.courier.seal(delivery)
            made.append(Prepared(delivery.number, phone.openid, query, body, self.courier.content_type))
        return made

    def read_answer(self, number: int, answer: bytes) -> Attempt:
        """Read the app's answer to a prepared callback as if it had been delivered here; see its outcome and reply."""
        return self.courier.accept(self.desk.deliveries[number], answer)

    def settle(self) -> int:
        """Do what the platform has put off and is due now: receipts, late callbacks. The number of things done."""
        done = 0
        while True:
            with self.desk.lock:
                now = self.clock()
                due = [later for later in self.world.later if later.due_at <= now]
                self.world.later = [later for later in self.world.later if later.due_at > now]
            if not due:
                return done
            for later in sorted(due, key=lambda one: one.due_at):
                done += 1
                if later.kind == "delivery":
                    late = self.courier.resume(int(later.reference), later.openid, later.fields)
                    self.courier.try_up_to(ATTEMPTS, late)
                    continue
                fields = later.fields
                with self.desk.lock:
                    if later.kind == "mass":
                        fields = mass_results.finish(self.desk, later.reference)
                    elif later.kind == "publication":
                        fields = publishing.finish(self.desk, later.reference)
                self._dispatch(self.courier.make(later.openid, fields))

    # The account's own affairs

    def add_template(
        self,
        title: str,
        content: str,
        *,
        template_id: str | None = None,
        kind: str = "template",
        is_long_term: bool = False,
        choices: dict[str, list[str]] | None = None,
    ) -> str:
        """Choose a template in the console; its id. `content` has places such as `{{thing1.DATA}}`, one a line.

        `kind` is template or subscribe; `choices` are the approved values of const and phrase fields (§5).
        """
        with self.desk.lock:
            number = template_id or self.desk.opaque("template", 43)
            legacy = templates.is_legacy(content)
            self.world.templates[number] = Template(number, title, content, kind, legacy, is_long_term, choices or {})
            return number

    def set_quota(self, path: str, daily: int) -> None:
        """Another daily limit for an API path (§10)."""
        with self.desk.lock:
            self.world.quotas[path] = daily

    def judge_next_mass(
        self,
        verdict: str = "send success",
        failures: int = 0,
        copyright: Literal["clean", "reprint", "refused"] = "clean",
    ) -> None:
        """The next mass message ends so, such as `err(20001)`, or fails for the first `failures` people; its articles
        are found to be a `reprint` that the original allows, or one that is `refused` (§6)."""
        with self.desk.lock:
            self.desk.next_mass_verdict, self.desk.next_mass_failures = verdict, failures
            self.desk.next_copyright = copyright

    def judge_next_publication(self, status: int, failed: Iterable[int] = ()) -> None:
        """The next publication ends so: 2 no original, 3 failed, 4 rejected; `failed` articles, counted from 1 (§7)."""
        if status not in (0, 2, 3, 4):
            raise ValueError("a publication ends with 0, 2, 3 or 4")
        with self.desk.lock:
            self.desk.next_publication = status, list(failed)

    def confirm_mass(self, msg_id: int, *, agrees: bool = True) -> None:
        """The administrator agrees to a mass message, or not; after half an hour it has failed (§6). Messages wait for
        that where the account is set up so (`confirms_mass`)."""
        with self.desk.lock:
            mass.confirm(self.desk, msg_id, agrees=agrees)

    def send_by_hand(
        self, *, text: str = "", media_id: str = "", tag_id: int | None = None, is_told: bool = False
    ) -> int:
        """Somebody sends a text or a draft in the console, to everybody or to one tag; its msg_id. It is counted like
        any other, and the app hears nothing of it, unless `is_told` (§6). Refusal when nothing is left."""
        data = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}} if media_id else {}
        with self.desk.lock:
            said = data or {"msgtype": "text", "text": {"content": text}}
            return mass.send_by_hand(self.desk, said, tag_id, is_told=is_told).msg_id

    def later(self, **delay: float) -> int:
        """Advance the hand clock, `later(minutes=5)`, and settle; TypeError with another clock."""
        if not isinstance(self.clock, HandClock):
            raise TypeError("only a hand clock can be advanced")
        self.clock.advance(timedelta(**delay))
        return self.settle()

    def close(self) -> None:
        """Wait for callbacks under way and let the threads go."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
