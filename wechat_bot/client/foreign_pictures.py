"""Picture download: of a picture on another site that a text of ours showed, to be kept as our own."""

from http.client import HTTPResponse

from foundation.text import whole_number
from wechat_bot import pictures
from wechat_bot.client import downloads
from wechat_bot.client.codes import Act, SendError
from wechat_bot.client.downloads import CHUNK, TEMPORARY, Guard

GUARD = Guard("picture", "image/*", timeout=30.0)


def fetch(url: str, guard: Guard = GUARD) -> bytes:
    """Download the picture at a public address; returns its bytes, which are to be checked. Raises `SendError`."""
    content, _ = downloads.fetch(url, _read, guard)
    return content


def _read(response: HTTPResponse) -> tuple[bytes, str]:
    if response.status in TEMPORARY:
        raise SendError(f"the picture is not there ({response.status})", act=Act.RETRY)
    if response.status != 200:
        raise SendError(f"the picture's address answered {response.status}", act=Act.NO)
    length, content = whole_number(response.headers.get("Content-Length", ""), 15), bytearray()
    if (length or 0) > pictures.LIMIT:
        raise SendError("the picture is too large", act=Act.NO)
    for chunk in iter(lambda: response.read(CHUNK), b""):
        content += chunk
        if len(content) > pictures.LIMIT:
            raise SendError("the picture is too large", act=Act.NO)
    if length is not None and length != len(content):
        raise SendError("the picture broke off", act=Act.RETRY)
    return bytes(content), response.headers.get("Content-Type", "")
