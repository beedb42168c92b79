"""Guarded download: from an address on the internet that nothing vouches for.

It never connects to this machine or a private network, whatever a host name resolves to and after any redirect, and it
is over after some time, however slowly the host sends.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from foundation import hosts
from wechat_bot.client.codes import Act, SendError

CHUNK = 1 << 16
#: Seconds to connect and for each read, and for the whole download: a stalled one must not hold a worker for ever.
READ_TIMEOUT, TOTAL_TIMEOUT = 12.0, 60.0
MOST_REDIRECTS = 3
#: Statuses to try again after.
TEMPORARY = {403, 404, 408, 425, 429, *range(500, 600)}

Resolve = Callable[..., Iterable[tuple[Any, ...]]]
#: Reads a response; its answer is what `fetch` gives.
Read = Callable[[HTTPResponse], tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class Guard:
    """What a download trusts: who resolves names, which addresses are our own, how long it may take, and its noun."""

    what: str
    accept: str
    resolve: Resolve = socket.getaddrinfo
    is_near: Callable[[str], bool] = hosts.is_near
    timeout: float = TOTAL_TIMEOUT


def fetch(url: str, read: Read, guard: Guard) -> tuple[bytes, str]:
    """Download what is at a public address, read by `read`. Raises `SendError`."""
    for _ in range(MOST_REDIRECTS + 1):
        with _opened(url, guard) as response:
            to = response.headers.get("Location", "") if response.status in (301, 302, 303, 307, 308) else ""
            if not to:
                return read(response)
            url = _redirected(url, to, guard)
    raise SendError(f"the {guard.what}'s address redirects too often", act=Act.NO)


def _redirected(url: str, to: str, guard: Guard) -> str:
    try:
        return urljoin(url, to)
    except ValueError as error:
        raise SendError(f"the {guard.what}'s address leads nowhere", act=Act.NO) from error


@contextmanager
def _opened(url: str, guard: Guard) -> Iterator[HTTPResponse]:
    """The response of an address. The connection goes to the IP address that was checked: resolved a second time, the
    name may give another."""
    what = guard.what
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError("not http or https")
        found = [str(each[4][0]) for each in guard.resolve(host, port, type=socket.SOCK_STREAM)]
    except ValueError as error:  # UnicodeError too
        raise SendError(f"the {what}'s address is invalid", act=Act.NO) from error
    except OSError as error:
        raise SendError(f"the {what}'s host is not known", act=Act.RETRY) from error
    if not found or any(guard.is_near(each) for each in found):
        raise SendError(f"the {what}'s address leads to a network of our own", act=Act.NO)
    try:
        connection = _connected(parts, host, port, found)
        # A timer of its own: a server that sends a byte now and then never lets a read time out.
        is_over, line = threading.Event(), connection.sock

        def hang_up() -> None:
            is_over.set()
            line.shutdown(socket.SHUT_RDWR)

        watch = threading.Timer(guard.timeout, hang_up)
        watch.daemon = True
        watch.start()
        try:
            target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("GET", target, headers={"Accept": guard.accept, "User-Agent": "wuwei"})
            with connection.getresponse() as response:
                yield response
            if is_over.is_set():  # a closed socket looks like the end of the file
                raise SendError(f"the {what} comes too slowly", act=Act.RETRY)
        finally:
            watch.cancel()
            connection.close()
    except (OSError, HTTPException) as error:
        raise SendError(f"the {what} did not come: {type(error).__name__}", act=Act.RETRY) from error


def _connected(parts: SplitResult, host: str, port: int, found: list[str]) -> HTTPConnection:
    """A connection to the first of these IP addresses that takes one; the request names the host."""
    failed: OSError | None = None
    for address in found:
        try:
            line = socket.create_connection((address, port), timeout=READ_TIMEOUT)
        except OSError as error:
            failed = error
            continue
        connection = HTTPConnection(host, port, timeout=READ_TIMEOUT)
        connection.sock = line
        if parts.scheme == "https":
            try:
                context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
                connection.sock = context.wrap_socket(line, server_hostname=host)
            except OSError:
                line.close()
                raise
        return connection
    raise failed or OSError("no address")
