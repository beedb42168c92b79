"""Redis connection with a circuit breaker: after a failure no command waits for Redis until a pause is over."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, LockError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.retry import Retry

from foundation.log import Seldom

#: Seconds a command may take, and seconds without any command after one failed.
COMMAND_TIMEOUT, PAUSE = 1.0, 10.0
Answer = TypeVar("Answer")


class NoRedis(Exception):
    """Error of a command to a Redis that is unavailable: unreachable, hanging, read-only, full, or so a moment ago."""


class SharedRedis:
    """Redis connection and its circuit breaker, shared by the store and the doorbell."""

    def __init__(self, url: str) -> None:
        self._redis, self._patient = _client(url, COMMAND_TIMEOUT), _client(url, 3 * COMMAND_TIMEOUT)
        self._guard = threading.Lock()
        self._paused_until: float | None = None
        self._failures = Seldom()

    def ask(self, command: Callable[[Redis], Answer], *, is_patient: bool = False) -> Answer:
        """Execute a command. Raises `NoRedis`, at once during the pause after a failure.

        When the pause is over, one thread tries again; for all others it begins anew until that one succeeds.
        `is_patient` is for commands that block until something happens, a second at most.
        """
        with self._guard:
            if self._paused_until is not None:
                now = time.monotonic()
                if now < self._paused_until:
                    raise NoRedis
                self._paused_until = now + PAUSE
        return self._ask(command, self._patient if is_patient else self._redis)

    def problem(self, key: str) -> str:
        """What is wrong with Redis, found by writing a key that expires; empty if it is well."""
        try:
            self._ask(lambda redis: redis.set(key, "", ex=60), self._redis)
        except NoRedis as failure:
            return _named(failure.__cause__)
        return ""

    def _ask(self, command: Callable[[Redis], Answer], redis: Redis) -> Answer:
        try:
            answer = command(redis)
        except LockError:
            raise  # the lock expired: not a failure of Redis
        except (RedisError, OSError) as error:
            with self._guard:
                self._paused_until = time.monotonic() + PAUSE
            self._failures.warning("redis is of no use just now", error=type(error).__name__)
            raise NoRedis from error
        self._paused_until = None
        return answer


def _named(error: BaseException | None) -> str:
    """A failure in a few words, for the health page."""
    if isinstance(error, ReadOnlyError):
        return "read-only"
    if isinstance(error, OutOfMemoryError):
        return "full"
    if isinstance(error, AuthenticationError):
        return "refuses the password in REDIS_URL"
    return f"refuses ({error})"[:100] if isinstance(error, ResponseError) else "unreachable"


def _client(url: str, seconds: float) -> Redis:
    # Without redis-py's retries: whoever calls can do without Redis.
    return Redis.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=COMMAND_TIMEOUT, retry=Retry(NoBackoff(), 0)
    )
