"""Where the access token and other things that may be lost are kept: Redis, or this process."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Protocol, cast

from redis import Redis
from redis.exceptions import LockNotOwnedError

from foundation.clock import Clock


class Store(Protocol):
    """Small values that expire, and a lock."""

    def get(self, name: str) -> str | None: ...
    def put(self, name: str, value: str, ttl: timedelta) -> None: ...
    def lock(self, name: str) -> AbstractContextManager[None]: ...


class ProcessStore:
    """The store of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, datetime]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> str | None:
        value, until = self._values.get(name, (None, None))
        return value if until and self._clock() < until else None

    def put(self, name: str, value: str, ttl: timedelta) -> None:
        self._values[name] = (value, self._clock() + ttl)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            yield


class RedisStore:
    """The store all processes share. The lock lapses after 30 seconds, so a holder that died blocks nobody for long."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    def get(self, name: str) -> str | None:
        value = cast("bytes | None", self._redis.get(f"{self._prefix}:{name}"))
        return value.decode() if value is not None else None

    def put(self, name: str, value: str, ttl: timedelta) -> None:
        self._redis.set(f"{self._prefix}:{name}", value, px=ttl)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        lock = self._redis.lock(f"{self._prefix}:lock:{name}", timeout=30, sleep=0.05)
        lock.acquire()
        try:
            yield
        finally:
            try:
                lock.release()
            except LockNotOwnedError:  # it lapsed, and is another's now: nothing of ours to give back
                pass
