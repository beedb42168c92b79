"""Platform state in one object: account, clock and world, with what every module needs of them."""

import base64
import hashlib
import random
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator.clock import Clock, day_of, real_clock
from simulator.errors import Refusal
from simulator.faults import Faults
from simulator.world import Account, Entry, Follower, Later, World

KEPT_RECORDS = 20_000


@dataclass
class ApiCall:
    """Recorded API call of the app. `errcode` 0 is success; `answer` what was, or would have been, answered."""

    number: int
    at: datetime
    method: str
    path: str
    query: dict[str, str]
    body: str
    errcode: int
    status: int
    answer: str
    fault: str = ""


@dataclass
class Attempt:
    """Attempt to deliver a callback: what was sent and what was answered."""

    at: datetime
    query: dict[str, str]
    body: str
    status: int | None = None
    raw: bytes = b""
    answer: str = ""
    plain_answer: str = ""
    outcome: str = ""
    seconds: float = 0
    reply: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The text of the passive reply, or an empty text."""
        return str((self.reply or {}).get("text", ""))


@dataclass
class Delivery:
    """A callback to the app. outcome: waiting, replied, silent, failed, lost."""

    number: int
    at: datetime
    openid: str | None
    fields: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    outcome: str = "waiting"
    reply: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """Its Event, or its MsgType when it is a message."""
        return str(self.fields.get("Event") or self.fields.get("MsgType"))

    @property
    def text(self) -> str:
        """The text of the passive reply, or an empty text."""
        return str((self.reply or {}).get("text", ""))


class Desk:
    """One platform with one official account.

    Hold `lock` while reading or changing `world`, never while calling out.
    """

    def __init__(
        self, account: Account, clock: Clock = real_clock, *, seed: int = 0, world: World | None = None
    ) -> None:
        self.account = account
        self.clock = clock
        self.world = world or World()
        self.lock = threading.RLock()
        self.faults = Faults(seed)
        self.dice = random.Random(seed)
        self.calls: deque[ApiCall] = deque(maxlen=KEPT_RECORDS)
        self.counts: dict[str, int] = {}
        self.minute_counts: dict[str, tuple[str, int]] = {}
        self.deliveries: dict[int, Delivery] = {}
        self.version = 0
        self.api_base = "https://api.weixin.qq.com"
        self.oauth_base = "https://open.weixin.qq.com"
        self.page_base = "https://mp.weixin.qq.com"
        self.film_base = "http://mpvideo.qpic.cn"
        self.next_mass_verdict = "send success"
        self.next_mass_failures = 0
        self.next_copyright = "clean"
        self.next_publication: tuple[int, list[int]] = (0, [])

    def serial(self) -> int:
        """The next number; every id of the platform comes from here."""
        self.world.serial += 1
        return self.world.serial

    def opaque(self, purpose: str, length: int = 64, *, seed: str = "") -> str:
        """A text like those WeChat hands out, unlike any before; with a seed always the same one."""
        source = f"{self.account.app_id}:{purpose}:{seed or self.serial()}".encode()
        text = ""
        while len(text) < length:
            source = hashlib.sha512(source).digest()
            text += base64.urlsafe_b64encode(source).decode().rstrip("=")
        return text[:length]

    def person(self, name: str) -> Follower:
        """The person of this name, made on first mention; the same name always has the same openid."""
        with self.lock:
            if name in self.world.names:
                return self.world.followers[self.world.names[name]]
            openid = "o" + self.opaque("openid", 27, seed=name)
            follower = Follower(openid, name, "o" + self.opaque("unionid", 27, seed=name))
            self.world.followers[openid] = follower
            self.world.names[name] = openid
            self.version += 1
            return follower

    def follower(self, openid: object) -> Follower:
        """The person behind an openid, or 40003."""
        found = self.world.followers.get(openid) if isinstance(openid, str) else None
        if found is None:
            raise Refusal(40003)
        return found

    def show(
        self,
        follower: Follower,
        source: str,
        channel: str,
        kind: str,
        text: str,
        detail: dict[str, Any] | None = None,
        delivery: int | None = None,
    ) -> Entry:
        """Put something at the end of this follower's chat."""
        with self.lock:
            number = len(follower.transcript)
            entry = Entry(number, self.clock(), source, channel, kind, text, detail or {}, delivery)
            follower.transcript.append(entry)
            self.version += 1
            return entry

    def schedule(
        self,
        kind: str,
        *,
        after: timedelta = timedelta(),
        reference: str = "",
        openid: str | None = None,
        fields: dict[str, Any] | None = None,
    ) -> None:
        """Have the platform do something of itself once `after` has passed; `settle` carries it out."""
        with self.lock:
            self.world.later.append(Later(self.clock() + after, kind, reference, openid, fields or {}))

    def use(self, path: str, daily: int | None) -> None:
        """Count one call against the day's quota, or 45009 when it is used up (§10)."""
        today = day_of(self.clock())
        if self.world.usage_day != today:
            self.world.usage_day, self.world.usage = today, {}
        used = self.world.usage.get(path, 0)
        limit = self.world.quotas.get(path, daily)
        if limit is not None and used >= limit:
            raise Refusal(45009)
        self.world.usage[path] = used + 1

    def use_minute(self, name: str, limit: int) -> None:
        """Count one call against a limit per minute, or 45011."""
        minute = self.clock().strftime("%Y-%m-%dT%H:%M")
        counted_in, used = self.minute_counts.get(name, ("", 0))
        if counted_in != minute:
            used = 0
        if used >= limit:
            raise Refusal(45011)
        self.minute_counts[name] = (minute, used + 1)
