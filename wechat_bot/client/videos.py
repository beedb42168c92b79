"""Video download: WeChat gives a video as an address on another host, over plain http, that nothing vouches for.

So the download trusts nothing: it never connects to this machine or a private network, whatever a host name resolves
to and after any redirect; it stops at the largest size WeChat allows; and it takes nothing but a video.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from foundation import hosts
from foundation.text import whole_number
from wechat_bot.client.codes import Act, SendError

#: Bytes; WeChat takes 10 MB.
LIMIT = 12 << 20
CHUNK = 1 << 16
#: Seconds to connect and for each read, and for the whole download: a stalled one must not hold a worker for ever.
READ_TIMEOUT, TOTAL_TIMEOUT = 12.0, 60.0
MOST_REDIRECTS = 3
#: Statuses to try again after: a video becomes available some seconds after it was sent.
TEMPORARY = {403, 404, 408, 425, 429, *range(500, 600)}

Resolve = Callable[..., Iterable[tuple[Any, ...]]]


def fetch(
    url: str,
    *,
    resolve: Resolve = socket.getaddrinfo,
    is_near: Callable[[str], bool] = hosts.is_near,
    timeout: float = TOTAL_TIMEOUT,
) -> tuple[bytes, str]:
    """Download the video at a public address; returns its bytes and type. Raises `SendError`."""
    for _ in range(MOST_REDIRECTS + 1):
        with _opened(url, resolve, is_near, timeout) as response:
            to = response.headers.get("Location", "") if response.status in (301, 302, 303, 307, 308) else ""
            if not to:
                headers = CaseInsensitiveDict(response.headers.items())
                return read(response.status, headers, iter(lambda: response.read(CHUNK), b""))
            url = _redirected(url, to)
    raise SendError("the video's address redirects too often", act=Act.NO)


def read(status: int, headers: Mapping[str, str], chunks: Iterable[bytes]) -> tuple[bytes, str]:
    """Read the video out of a response, no further than the size WeChat allows; returns its bytes and type."""
    if status in TEMPORARY:
        raise SendError(f"the video is not there yet ({status})", act=Act.RETRY)
    if status != 200:
        raise SendError(f"the video's address answered {status}", act=Act.NO)
    content, kind = bytearray(), ""
    length = whole_number(headers.get("Content-Length", ""), 15)
    _check_size(length or 0)
    for chunk in chunks:
        content += chunk
        _check_size(len(content))
        # The first bytes decide, whatever the header says: an HTML page is never shown as a video.
        kind = kind or (_kind(bytes(content), headers.get("Content-Type", "")) if len(content) >= 12 else "")
    if not kind:
        raise SendError("the video is empty", act=Act.RETRY)
    if length is not None and length != len(content):
        raise SendError("the video broke off", act=Act.RETRY)
    return bytes(content), kind


def _kind(content: bytes, header: str) -> str:
    """The media type by a video's first bytes, else by its header.

    >>> _kind(b"\\0\\0\\0\\x18ftypmp42", "text/plain"), _kind(b"FLV\\x01....", "video/x-flv")
    ('video/mp4', 'video/x-flv')
    """
    if content[4:8] == b"ftyp":
        return "video/mp4"
    kind = header.partition(";")[0].strip().lower()
    if kind.startswith("video/") and content.lstrip()[:1] not in (b"<", b"{"):
        return kind
    raise SendError("the video's address gave no video", act=Act.NO)


def _check_size(size: int) -> None:
    if size > LIMIT:
        raise SendError("the video is larger than WeChat allows", act=Act.NO)


def _redirected(url: str, to: str) -> str:
    try:
        return urljoin(url, to)
    except ValueError as error:
        raise SendError("the video's address leads nowhere", act=Act.NO) from error


@contextmanager
def _opened(url: str, resolve: Resolve, is_near: Callable[[str], bool], timeout: float) -> Iterator[HTTPResponse]:
    """The response of an address. The connection goes to the IP address that was checked: resolved a second time, the
    name may give another."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError("not http or https")
        found = [str(each[4][0]) for each in resolve(host, port, type=socket.SOCK_STREAM)]
    except ValueError as error:  # UnicodeError too
        raise SendError("the video's address is invalid", act=Act.NO) from error
    except OSError as error:
        raise SendError("the video's host is not known", act=Act.RETRY) from error
    if not found or any(is_near(each) for each in found):
        raise SendError("the video's address leads to a network of our own", act=Act.NO)
    try:
        connection = _connected(parts, host, port, found)
        # A timer of its own: a server that sends a byte now and then never lets a read time out.
        is_over, line = threading.Event(), connection.sock

        def hang_up() -> None:
            is_over.set()
            line.shutdown(socket.SHUT_RDWR)

        watch = threading.Timer(timeout, hang_up)
        watch.daemon = True
        watch.start()
        try:
            target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("GET", target, headers={"Accept": "video/*", "User-Agent": "wuwei"})
            with connection.getresponse() as response:
                yield response
            if is_over.is_set():  # a closed socket looks like the end of the video
                raise SendError("the video comes too slowly", act=Act.RETRY)
        finally:
            watch.cancel()
            connection.close()
    except (OSError, HTTPException) as error:
        raise SendError(f"the video did not come: {type(error).__name__}", act=Act.RETRY) from error


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
