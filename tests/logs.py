"""The log as the processes write it, for a while, and then as the tests have it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from foundation import log


@contextmanager
def written(*secrets: str) -> Iterator[io.StringIO]:
    """What is logged meanwhile, a line of JSON each."""
    root, kept = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.set_up(secrets, stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**kept)
