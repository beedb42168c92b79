"""Traffic for a drill: shops that write one message after the other, messages that workers send meanwhile, and what
must have become of each."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import requests
from sqlalchemy import select

from foundation.clock import system_clock
from foundation.database import Database
from tests.processes import Town, until
from visits.models.requests import Message
from wechat_bot import reply, texts
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing

SHOPS = 4
#: Seconds: WeChat hangs up after five.
IN_TIME = 4.5
SENDS = "/cgi-bin/message/custom/send"


@dataclass(frozen=True)
class Said:
    """A message, when it was said, how long its answer took, and what its sender then saw."""

    text: str
    at: float
    seconds: float
    #: That the account does not work, in WeChat's own words: our answer never came.
    is_lost: bool
    #: Our apology: it was not kept, and its sender knows.
    is_told: bool

    @property
    def is_heard(self) -> bool:
        return not self.is_lost and not self.is_told


@dataclass
class Traffic:
    """What was said and what was queued, for the reckoning at the end."""

    town: Town
    database: Database
    said: list[Said] = field(default_factory=list)
    queued: dict[str, str] = field(default_factory=dict)

    def open_shops(self) -> None:
        """Shops that follow; nobody knows them, so what they need goes into the pool."""
        for number in range(SHOPS):
            self.town.do(f"店主{number}", "follow")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Every shop writes, one message after the other."""
        is_over = threading.Event()
        writers = [threading.Thread(target=self._write, args=(f"店主{n}", is_over)) for n in range(SHOPS)]
        for writer in writers:
            writer.start()
        try:
            yield
        finally:
            is_over.set()
            for writer in writers:
                writer.join()

    def say(self, who: str) -> Said:
        """One message, as its sender saw it answered."""
        text, began = f"{who}断货了,第{len(self.said)}次 {time.monotonic()}", time.monotonic()
        entries = self.town.control(f"followers/{who}/say", wait=True, text=text)["entries"]
        is_lost = any(entry["kind"] == "failure" for entry in entries)
        is_told = any(entry["text"] == texts.FAILED for entry in entries)
        self.said.append(Said(text, began, time.monotonic() - began, is_lost, is_told))
        return self.said[-1]

    def queue(self, count: int, prefix: str, wrong_by: timedelta = timedelta()) -> None:
        """Messages to so many followers, queued as a feature does it; a call to WeChat takes half a second."""
        self.town.control("faults", target=SENDS, kind="slow", value=0.5, times=None)
        built = self.town.control("callbacks/build", count=count, text="在", prefix=prefix)["callbacks"]
        now = system_clock() + wrong_by
        with self.database.transaction() as session:
            for number, openid in enumerate(each["openid"] for each in built):
                text = f"{prefix}{number}"
                session.merge(Follower(openid=openid, message_until=now + timedelta(hours=40), message_left=5))
                session.flush()
                queueing.queue(session, openid, reply.text_message(text), now=now)
                self.queued[text] = openid

    def is_sent(self) -> bool:
        """Whether nothing waits any more."""
        with self.database.reading() as session:
            waiting = (DeliveryState.PENDING, DeliveryState.SENDING)
            return session.scalar(select(Delivery.id).where(Delivery.state.in_(waiting)).limit(1)) is None

    def reckon(self, *, unsure: int = 0, may_lose: bool = False) -> None:
        """Nothing lost, nothing doubled: what was heard is kept once, what was queued was seen once.

        What was said to a database that hangs `may` be lost: no answer of ours comes about.
        """
        until(self.is_sent, 120)
        with self.database.reading() as session:
            kept = Counter(session.scalars(select(Message.content)))
            states = Counter(session.scalars(select(Delivery.state).where(Delivery.openid.in_(self.queued.values()))))
        assert [each for each in self.said if each.is_heard and kept[each.text] != 1] == []
        assert [text for text, times in kept.items() if times > 1] == []
        assert may_lose or [each for each in self.said if each.is_lost] == []
        seen = Counter(entry["text"] for openid in set(self.queued.values()) for entry in self.town.chat(openid))
        assert [text for text in self.queued if seen[text] != 1] == []
        assert states[DeliveryState.UNSURE] <= unsure
        assert set(states) <= {DeliveryState.SENT, DeliveryState.UNSURE}

    def slowest(self) -> float:
        """The answer that took longest, in seconds."""
        return max(each.seconds for each in self.said)

    def _write(self, who: str, is_over: threading.Event) -> None:
        while not is_over.wait(0.3):
            self.say(who)


def healthz(town: Town) -> tuple[float, int, dict[str, object]]:
    """How long the health page took, its status and what it says."""
    began = time.monotonic()
    answer = requests.get(f"{town.web}/healthz", timeout=10)
    return time.monotonic() - began, answer.status_code, answer.json()
