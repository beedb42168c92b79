"""Redis connection with a circuit breaker: while Redis is of no use nobody waits for it twice in a row."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, LockError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.retry import Retry

from foundation.log import Seldom

#: Seconds for an answer; then for so long nobody asks again.
ANSWERS_WITHIN, RESTS = 1.0, 10.0
Answer = TypeVar("Answer")


class NoRedis(Exception):
    """Redis is of no use just now: away, hanging, not to be written to, full, or it was so a moment ago."""


class SharedRedis:
    """One Redis and, for store and doorbell alike, whether it is of use."""

    def __init__(self, url: str) -> None:
        self._redis, self._patient = _client(url, ANSWERS_WITHIN), _client(url, 3 * ANSWERS_WITHIN)
        self._guard = threading.Lock()
        self._rests_until: float | None = None
        self._failures = Seldom()

    def ask(self, command: Callable[[Redis], Answer], *, is_patient: bool = False) -> Answer:
        """The answer to a command. Raises `NoRedis`, at once while Redis rests; one thread at a time finds out whether
        it still must. The patient client is for commands that wait for something to happen, a second at most."""
        with self._guard:
            if self._rests_until is not None:
                now = time.monotonic()
                if now < self._rests_until:
                    raise NoRedis
                self._rests_until = now + RESTS
        return self._ask(command, self._patient if is_patient else self._redis)

    def ailment(self, key: str) -> str:
        """What is wrong with it, tried by writing a key that expires; nothing where it is well."""
        try:
            self._ask(lambda redis: redis.set(key, "", ex=60), self._redis)
        except NoRedis as failure:
            return _called(failure.__cause__)
        return ""

    def _ask(self, command: Callable[[Redis], Answer], redis: Redis) -> Answer:
        try:
            answer = command(redis)
        except LockError:
            raise  # no failure of Redis
        except (RedisError, OSError) as error:
            with self._guard:
                self._rests_until = time.monotonic() + RESTS
            self._failures.warning("redis is of no use just now", error=type(error).__name__)
            raise NoRedis from error
        self._rests_until = None
        return answer


def _called(error: BaseException | None) -> str:
    """A failure in a word, for whoever must mend it."""
    if isinstance(error, ReadOnlyError):
        return "read-only"
    if isinstance(error, OutOfMemoryError):
        return "full"
    if isinstance(error, AuthenticationError):
        return "refuses the password in REDIS_URL"
    return f"refuses ({error})"[:100] if isinstance(error, ResponseError) else "unreachable"


def _client(url: str, seconds: float) -> Redis:
    # No second try of its own: what fails here is done without.
    return Redis.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=ANSWERS_WITHIN, retry=Retry(NoBackoff(), 0)
    )
