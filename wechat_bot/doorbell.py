"""Wake-up signal for sleeping workers when a message was queued. A lost signal costs a second, never a message."""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from redis import Redis

from wechat_bot.shared_redis import NoRedis, SharedRedis

#: Seconds of idleness after which the ringing thread ends.
RINGER_STAYS = 5.0


class Doorbell(Protocol):
    """Protocol of a wake-up signal: ring, and wait to be rung."""

    def ring(self) -> None: ...
    def wait(self, longest: timedelta) -> None: ...


class ProcessDoorbell:
    """Wake-up signal within one process. Workers of other processes are not woken, and poll."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        self._event.set()

    def wait(self, longest: timedelta) -> None:
        self._event.wait(longest.total_seconds())
        self._event.clear()


class RedisDoorbell:
    """Wake-up signal shared by all processes through Redis: a short list that workers block on.

    Ringing never waits, because it may happen in a callback: a separate thread talks to Redis.
    """

    def __init__(self, shared: SharedRedis, prefix: str) -> None:
        self._shared = shared
        self._key = f"{prefix}:bell"
        self._silence = threading.Event()  # never set: a wait that no clock in a test has to serve
        self._guard = threading.Condition()
        self._is_wanted = self._is_served = False

    def ring(self) -> None:
        with self._guard:
            self._is_wanted = True
            self._guard.notify()
            if not self._is_served:
                self._is_served = True
                threading.Thread(target=self._serve, name="doorbell", daemon=True).start()

    def wait(self, longest: timedelta) -> None:
        seconds = longest.total_seconds()
        try:
            self._shared.ask(lambda redis: redis.brpop([self._key], timeout=seconds), is_patient=True)
        except NoRedis:
            self._silence.wait(seconds)

    def _serve(self) -> None:
        while self._is_rung():
            # The rows are saved; without the signal the workers find them when they next poll.
            with suppress(NoRedis):
                self._shared.ask(self._push)

    def _is_rung(self) -> bool:
        with self._guard:
            self._guard.wait_for(lambda: self._is_wanted, RINGER_STAYS)
            self._is_served, self._is_wanted = self._is_wanted, False
            return self._is_served

    def _push(self, redis: Redis) -> None:
        # Capped, so that unheard signals do not pile up.
        pipeline = redis.pipeline(transaction=False)
        pipeline.lpush(self._key, "1")
        pipeline.ltrim(self._key, 0, 7)
        pipeline.execute()
