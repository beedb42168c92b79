"""Where the access token and other things that may be lost are kept: Redis, or this process."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Protocol, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from foundation.clock import Clock

log = structlog.get_logger(__name__)


class Store(Protocol):
    """Small values that expire, and a lock."""

    def is_well(self) -> bool: ...
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

    def is_well(self) -> bool:
        return True

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
    """The store all processes share; while Redis is away, the process's own.

    Nothing in it is worth stopping for: stable_token hands every process the same token, so the price of a Redis that
    is down is one fetch per process. The lock lapses after 30 seconds, so a holder that died blocks nobody for long.
    """

    def __init__(self, redis: Redis, prefix: str, clock: Clock) -> None:
        self._redis = redis
        self._prefix = prefix
        self._own = ProcessStore(clock)

    def is_well(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def get(self, name: str) -> str | None:
        try:
            value = cast("bytes | None", self._redis.get(f"{self._prefix}:{name}"))
        except RedisError as error:
            _away(error)
            return self._own.get(name)
        return value.decode() if value is not None else None

    def put(self, name: str, value: str, ttl: timedelta) -> None:
        self._own.put(name, value, ttl)
        try:
            self._redis.set(f"{self._prefix}:{name}", value, px=ttl)
        except RedisError as error:
            _away(error)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        lock = self._redis.lock(f"{self._prefix}:lock:{name}", timeout=30, sleep=0.05)
        try:
            lock.acquire()
        except RedisError as error:
            _away(error)
            with self._own.lock(name):
                yield
            return
        try:
            yield
        finally:
            try:
                lock.release()
            except RedisError as error:  # it lapsed and is another's now, or Redis went away: nothing to give back
                _away(error)


def _away(error: RedisError) -> None:
    log.warning("redis is of no use just now", error=type(error).__name__)
