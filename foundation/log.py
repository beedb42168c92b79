"""Structured logging: one JSON object a line, with the request's id; never a secret, a token or a phone number."""

import logging
import re
import sys
import threading
import time
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_SECRET = re.compile(
    r"(?i)((?:access_token|refresh_token|secret|appsecret|password|code|ticket)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+"
)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Remove secrets, tokens and phone numbers from a text before it is kept or shown.

    >>> scrub("GET /cgi-bin/token?appid=wx1&secret=abc failed for 13900002201", [])
    'GET /cgi-bin/token?appid=wx1&secret=*** failed for ***'
    >>> scrub("bad key s3cr3t", ["s3cr3t"])
    'bad key ***'
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _PHONE.sub("***", _SECRET.sub(r"\1***", text))


def set_up(secrets: Iterable[str], stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Configure logging: every line of the process, also the libraries', goes through one scrubbing JSON renderer."""
    known = tuple(secret for secret in secrets if secret)

    def without_secrets(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: scrub(value, known) if isinstance(value, str) else value for key, value in line.items()}

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        without_secrets,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class Seldom:
    """Rate-limited warning: the first is logged, then one a minute, with the number of those left out in between."""

    EVERY = 60.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._untold = 0

    def warning(self, event: str, **facts: object) -> None:
        """Log the warning, unless it was logged within the last minute."""
        with self._lock:
            now = time.monotonic()
            if now < self._silent_until:
                self._untold += 1
                return
            untold, self._untold, self._silent_until = self._untold, 0, now + self.EVERY
        structlog.get_logger(__name__).warning(event, **facts, **({"untold": untold} if untold else {}))
