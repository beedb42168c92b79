"""Gunicorn worker class whose event loop reads and writes all connections; threads are given complete requests only.

gunicorn manages the processes (starts, replaces, stops them); waitress manages the connections. In gunicorn's own
threaded worker each thread reads from its client: eight clients that send a byte a second would block the callback.
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

#: Seconds the loop waits for input; as often it sends gunicorn its heartbeat and checks whether it is to stop.
TICK = 0.5
#: Seconds that clients have to read their answers when the process stops.
READ_WITHIN = 5.0
#: Bytes of a request body. Above the limit of every view, so that each refuses a larger one in its own words.
BODY_LIMIT = 64 << 20
#: Open files beside the connections: the log, the database, the loop's own, and some to spare.
FILES_SPARE = 40
TOO_LARGE = "文件太大，没有存。请返回上一页，换一个小一点的再试。"
UNREADABLE = "这一页没有打开好。请返回，再点一次。"
#: Open files of a connection: its socket, and the parts of request and answer that are too large for memory.
FILES_EACH = 3


class WholeRequests(Worker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn worker in which a client occupies a thread only while it is answered, however slowly it sends."""

    def run(self) -> None:
        """Serve until told to stop, then finish running requests; gunicorn kills a process that takes too long."""
        (listener,) = self.sockets
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # waiting for a thread is not worth a warning
        self._most = _bearable(self.cfg.worker_connections)
        sockets: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=sockets,
            sockets=[listener.sock],
            threads=self.cfg.threads,
            connection_limit=self._most + 3,  # the listener, the wake-up pipe, one more connection while full
            channel_timeout=self.cfg.timeout,
            max_request_body_size=BODY_LIMIT,
            # The app decides by PROXIES which proxies are trusted for a visitor's address.
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        server.channel_class = _Channel
        while self.alive and self.ppid == os.getppid():
            self._turn(sockets)
            self._make_room(server.active_channels)
        wasyncore.dispatcher.close(server)  # new connections are refused at once, instead of waiting in vain
        until = time.monotonic() + READ_WITHIN
        while any(_is_busy(channel, time.monotonic() < until) for channel in server.active_channels.values()):
            self._turn(sockets)
        server.task_dispatcher.shutdown()

    def _turn(self, sockets: dict[int, Any]) -> None:
        self.notify()
        wasyncore.poll2(TICK, sockets)

    def _make_room(self, channels: dict[int, Any]) -> None:
        """Where all connections are taken, close the oldest without a complete request: WeChat's come complete."""
        if len(channels) >= self._most:
            oldest = next((channel for channel in channels.values() if not channel.requests), None)
            if oldest is not None:
                oldest.handle_close()


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answer in plain words to a request refused before it reaches the app, such as an upload that is too large."""

    def execute(self) -> None:
        """Send the answer and close the connection."""
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
    """Whether a connection is being answered, or is still reading its answer and may go on."""
    return bool(channel.requests or (may_read and channel.total_outbufs_len))


def _bearable(wanted: int) -> int:
    """The number of connections this process can have, at most `wanted`, after raising its limit of open files as far
    as allowed (Debian's default is 1,024)."""
    files = FILES_SPARE + FILES_EACH * wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files:
        return wanted
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max((most - FILES_SPARE) // FILES_EACH, 1)
