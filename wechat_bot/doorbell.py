"""The bell that wakes a sleeping worker when something was queued. Losing a ring costs a second, never a message."""

import threading
from datetime import timedelta
from typing import Protocol

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class Doorbell(Protocol):
    """Ring, and wait to be rung."""

    def ring(self) -> None: ...
    def wait(self, longest: timedelta) -> None: ...


class ProcessDoorbell:
    """The bell inside one process. Workers of other processes hear nothing and look by themselves."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        self._event.set()

    def wait(self, longest: timedelta) -> None:
        self._event.wait(longest.total_seconds())
        self._event.clear()


class RedisDoorbell:
    """The bell all processes share: a short list that workers block on."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._key = f"{prefix}:bell"
        self._silence = threading.Event()  # never set: a wait that no clock in a test has to serve

    def ring(self) -> None:
        # Capped, so that rings nobody waits for do not pile up.
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.lpush(self._key, "1")
        pipeline.ltrim(self._key, 0, 7)
        try:
            pipeline.execute()
        except RedisError as error:
            # The rows are there; without the bell the workers find them at their next look.
            log.warning("the doorbell is out of order", error=type(error).__name__)

    def wait(self, longest: timedelta) -> None:
        try:
            self._redis.brpop([self._key], timeout=longest.total_seconds())
        except RedisError as error:
            log.warning("the doorbell is out of order", error=type(error).__name__)
            self._silence.wait(longest.total_seconds())
