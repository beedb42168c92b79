"""Key-value stores for what may be lost (the access token, its lock): in Redis, or in this process."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Protocol, cast

from redis.exceptions import LockError
from redis.lock import Lock

from foundation.clock import Clock
from wechat_bot.shared_redis import NoRedis, SharedRedis

#: Seconds to wait for another's fetch: as long as a call to WeChat takes at most. Whoever waited so long goes on
#: without the lock, for nothing breaks by two fetches.
LOCK_WITHIN = 15.0


class Store(Protocol):
    """Small values that expire, and a lock."""

    def ailment(self) -> str: ...
    def get(self, name: str) -> str | None: ...
    def put(self, name: str, value: str, ttl: timedelta) -> None: ...
    def lock(self, name: str) -> AbstractContextManager[None]: ...


class ProcessStore:
    """The store of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, datetime, datetime]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def ailment(self) -> str:
        return ""

    def get(self, name: str) -> str | None:
        if name not in self._values:
            return None
        value, put_at, until = self._values[name]
        # Put at a moment that is still to come, it was put by a clock that has been set back since.
        return value if put_at <= self._clock() < until else None

    def put(self, name: str, value: str, ttl: timedelta) -> None:
        now = self._clock()
        self._values[name] = (value, now, now + ttl)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        is_held = lock.acquire(timeout=LOCK_WITHIN)
        try:
            yield
        finally:
            if is_held:
                lock.release()


class RedisStore:
    """The store all processes share; while Redis is of no use, the process's own.

    Nothing in it is worth stopping for: stable_token hands every process the same token, so the price of a Redis that
    is down is one fetch per process. The lock lapses after 30 seconds, so a holder that died blocks nobody for long.
    """

    def __init__(self, shared: SharedRedis, prefix: str, clock: Clock) -> None:
        self._shared = shared
        self._prefix = prefix
        self._own = ProcessStore(clock)
        #: What Redis did not take: its own value of these is older.
        self._unshared: set[str] = set()

    def ailment(self) -> str:
        return self._shared.ailment(f"{self._prefix}:well")

    def get(self, name: str) -> str | None:
        own = self._own.get(name)
        if own is not None and name in self._unshared:
            return own
        try:
            value = cast("bytes | None", self._shared.ask(lambda redis: redis.get(f"{self._prefix}:{name}")))
        except NoRedis:
            return own
        return value.decode() if value is not None else own

    def put(self, name: str, value: str, ttl: timedelta) -> None:
        self._own.put(name, value, ttl)
        self._unshared.add(name)
        try:
            self._shared.ask(lambda redis: redis.set(f"{self._prefix}:{name}", value, px=ttl))
        except NoRedis:
            return
        self._unshared.discard(name)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        key = f"{self._prefix}:lock:{name}"
        try:
            lock = self._shared.ask(lambda redis: redis.lock(key, timeout=30, sleep=0.05))
            is_held = self._shared.ask(lambda redis: lock.acquire(blocking_timeout=LOCK_WITHIN))
        except NoRedis:
            with self._own.lock(name):
                yield
            return
        try:
            yield
        finally:
            if is_held:
                self._give_back(lock)

    def _give_back(self, lock: Lock) -> None:
        with suppress(NoRedis, LockError):  # Redis went away, or it lapsed and is another's now: nothing to give back
            self._shared.ask(lambda redis: lock.release())
