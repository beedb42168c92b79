"""Web process of gunicorn that reads and writes for all its connections at once, and gives threads whole requests only.

gunicorn keeps the processes (starts, replaces, stops them); waitress keeps the connections. A thread of gunicorn's own
kind reads from its client by itself: eight clients that send a byte a second, and the callback is not answered.
"""

import logging
import os
import resource
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

#: Seconds the loop sleeps where nothing comes; as often it tells gunicorn that it lives, and sees that it is to stop.
TICK = 0.5
#: Seconds that clients have for reading their answers when the process stops.
READ_WITHIN = 5.0
#: Bytes of a body. Above the limit of every door, so that each refuses what is too large in its own words.
BODY_LIMIT = 64 << 20
#: Files that are no connection's: the log, the database's, the loop's own, and some to spare.
FILES_SPARE = 40
TOO_LARGE = "文件太大，没有存。请返回上一页，换一个小一点的再试。"
UNREADABLE = "这一页没有打开好。请返回，再点一次。"
#: Files a connection may have open: itself, and what is too large for the memory of its request and of its answer.
FILES_EACH = 3


class WholeRequests(Worker):  # type: ignore[misc]  # gunicorn has no types
    """Web process whose clients occupy a thread only while they are answered, however slowly they send or read."""

    def run(self) -> None:
        """Serve until told to stop, then end what was begun; gunicorn ends by force what takes too long."""
        (listener,) = self.sockets
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits for a thread is no news
        self._most = _bearable(self.cfg.worker_connections)
        sockets: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=sockets,
            sockets=[listener.sock],
            threads=self.cfg.threads,
            connection_limit=self._most + 3,  # itself, the way to wake it, and one that comes while it is full
            channel_timeout=self.cfg.timeout,
            max_request_body_size=BODY_LIMIT,
            # Whose word on a visitor's address is taken is decided by the app, with PROXIES.
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        server.channel_class = _Channel
        while self.alive and self.ppid == os.getppid():
            self._turn(sockets)
            self._make_room(server.active_channels)
        wasyncore.dispatcher.close(server)  # who comes now is refused, and need not wait for nobody
        until = time.monotonic() + READ_WITHIN
        while any(_is_busy(channel, time.monotonic() < until) for channel in server.active_channels.values()):
            self._turn(sockets)
        server.task_dispatcher.shutdown()

    def _turn(self, sockets: dict[int, Any]) -> None:
        self.notify()
        wasyncore.poll2(TICK, sockets)

    def _make_room(self, channels: dict[int, Any]) -> None:
        """Where every connection is taken, close the oldest that has no whole request: WeChat's are whole at once."""
        if len(channels) >= self._most:
            oldest = next((channel for channel in channels.values() if not channel.requests), None)
            if oldest is not None:
                oldest.handle_close()


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answer to a request that no door of the app gets to see, in words: a clerk's file may be too large for any."""

    def execute(self) -> None:
        """Tell it, and hang up."""
        error = self.request.error
        body = (TOO_LARGE if error.code == 413 else UNREADABLE).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "text/plain; charset=utf-8"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # the same
    error_task_class = _Refusal


def _is_busy(channel: Any, may_read: bool) -> bool:
    """Whether a connection is being answered, or still reads what it was answered and may."""
    return bool(channel.requests or (may_read and channel.total_outbufs_len))


def _bearable(wanted: int) -> int:
    """How many of the wanted connections this process can bear, its limit of open files raised as far as it may be:
    Debian's is 1,024."""
    files = FILES_SPARE + FILES_EACH * wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files:
        return wanted
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max((most - FILES_SPARE) // FILES_EACH, 1)
