"""Video download: WeChat gives a video as an address on another host, over plain http, that nothing vouches for.

So the download trusts nothing (`downloads.py`); it stops at the largest size WeChat allows; and it takes nothing but a
video.
"""

import socket
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPResponse

from requests.structures import CaseInsensitiveDict

from foundation import hosts
from foundation.text import whole_number
from wechat_bot.client import downloads
from wechat_bot.client.codes import Act, SendError
from wechat_bot.client.downloads import CHUNK, TEMPORARY, TOTAL_TIMEOUT, Resolve

#: Bytes; WeChat takes 10 MB.
LIMIT = 12 << 20


def fetch(
    url: str,
    *,
    resolve: Resolve = socket.getaddrinfo,
    is_near: Callable[[str], bool] = hosts.is_near,
    timeout: float = TOTAL_TIMEOUT,
) -> tuple[bytes, str]:
    """Download the video at a public address; returns its bytes and type. Raises `SendError`."""
    return downloads.fetch(url, _read, downloads.Guard("video", "video/*", resolve, is_near, timeout))


def _read(response: HTTPResponse) -> tuple[bytes, str]:
    headers = CaseInsensitiveDict(response.headers.items())
    return read(response.status, headers, iter(lambda: response.read(CHUNK), b""))


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
