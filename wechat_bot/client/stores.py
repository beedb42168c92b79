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

#: Seconds to wait for the lock: as long as a call to WeChat takes at most. After that the caller goes on without it,
#: for fetching a token twice breaks nothing.
LOCK_WITHIN = 15.0


class Store(Protocol):
    """Protocol of a key-value store: small values that expire, and a lock. `problem` is empty while it is well."""

    def problem(self) -> str: ...
    def get(self, name: str) -> str | None: ...
    def put(self, name: str, value: str, ttl: timedelta) -> None: ...
    def lock(self, name: str) -> AbstractContextManager[None]: ...


class ProcessStore:
    """Key-value store in the memory of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, datetime, datetime]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def problem(self) -> str:
        return ""

    def get(self, name: str) -> str | None:
        if name not in self._values:
            return None
        value, put_at, until = self._values[name]
        # A value from the future was written before the clock was set back: how old it is nobody can tell.
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
    """Key-value store in Redis, shared by all processes; while Redis is unavailable, in this process.

    A Redis that is down costs one token fetch per process: stable_token gives every process the same token. The lock
    expires after 30 seconds, so a holder that died blocks nobody for long.
    """

    def __init__(self, shared: SharedRedis, prefix: str, clock: Clock) -> None:
        self._shared = shared
        self._prefix = prefix
        self._own = ProcessStore(clock)
        #: Names of values that Redis did not take: what it holds under them is older than ours.
        self._unshared: set[str] = set()

    def problem(self) -> str:
        return self._shared.problem(f"{self._prefix}:well")

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
                self._release(lock)

    def _release(self, lock: Lock) -> None:
        with suppress(NoRedis, LockError):  # Redis is down, or the lock expired and is another's now
            self._shared.ask(lambda redis: lock.release())
