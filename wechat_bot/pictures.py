"""Pictures that people hand in: decoded and bounded before they are kept, and bare of what a camera wrote beside them.

The one door for all of them: chosen on a page, uploaded in the console, or fetched from WeChat. The picture itself is
never encoded anew. Of a JPEG, PNG or WebP all metadata goes, the place where it was taken with it; what stays is how it
is to be turned, and its colours. A GIF has none and is kept as it came.
"""

import io
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageSequence

from foundation.errors import Refused
from wechat_bot import texts

#: Bytes: what WeChat takes for a picture in the chat.
LIMIT = 10 << 20
#: Pixels: a telephone's largest photo. Each takes up to four bytes while it is looked at; in what may move, fifteen.
MOST_PIXELS, MOST_IN_A_FRAME = 50_000_000, 16_000_000
#: Of a moving picture: how many frames, and pixels in all of them.
MOST_FRAMES, MOST_MOVING = 300, 100_000_000
#: Passes over one JPEG. Each costs as much as the whole picture, and a few bytes.
MOST_SCANS = 200
#: Brands of the ISO container that telephones write photos in.
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_ORIENTATION = 0x0112
_STANDS = 1
#: What Pillow says of bytes that are no picture, or not all of one.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class Bare:
    """A picture as it is kept."""

    content: bytes
    content_type: str


def checked(content: bytes) -> Bare:
    """The picture these bytes are, whatever their name. Raises `Refused` for what is none, is broken, or too much."""
    if len(content) > LIMIT:
        raise Refused(texts.TOO_LARGE)
    content_type = kind(content)
    if content_type is None:
        raise Refused(texts.HEIC if content[4:8] == b"ftyp" and content[8:12] in _HEIC else texts.NOT_A_PICTURE)
    try:
        return Bare(_BARE[content_type](content, _looked_at(content, content_type)), content_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(texts.too_many_pixels(MOST_PIXELS)) from None
    except _BROKEN:
        raise Refused(texts.BROKEN_PICTURE) from None


def kind(content: bytes) -> str | None:
    """What the bytes say they are; None for anything but the four kinds every browser shows.

    >>> kind(b"\\xff\\xd8\\xff\\xe0..."), kind(b"<svg onload=alert(1)>")
    ('image/jpeg', None)
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def _looked_at(content: bytes, content_type: str) -> int:
    """Decode all of it, within bounds; gives how it is to be turned."""
    if content_type == "image/jpeg" and content.count(b"\xff\xda") > MOST_SCANS:
        raise Refused(texts.BROKEN_PICTURE)
    with Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as image:
        width, height = image.size
        most = MOST_IN_A_FRAME if content_type in ("image/gif", "image/webp") else MOST_PIXELS
        if width * height > most:
            raise Refused(texts.too_many_pixels(most))
        orientation = image.getexif().get(_ORIENTATION, _STANDS)
        if content_type == "image/jpeg":
            # All of its bytes are read, at an eighth of the size: that finds what is missing, in little memory.
            image.draft("RGB", (max(width // 8, 1), max(height // 8, 1)))
            image.load()
        else:
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > 1 and (number > MOST_FRAMES or number * width * height > MOST_MOVING):
                    raise Refused(texts.TOO_LONG_MOVING)
                frame.load()
    return orientation if orientation in range(_STANDS, 9) else _STANDS


def _turned(orientation: int) -> bytes:
    """Metadata that says nothing but how a picture is to be turned."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


#: What follows a scan of a JPEG: a marker that is neither an escaped byte nor a restart.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_SCAN, _END = 0xDA, 0xD9


def _bare_jpeg(content: bytes, orientation: int) -> bytes:
    kept = [b"\xff\xd8"]
    if orientation != _STANDS:
        exif = b"Exif\x00\x00" + _turned(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    place = 2
    # Behind the end may lie a second picture, or a film, with its own metadata.
    while (marker := _MARKER.match(content, place)) and marker[1][0] != _END:
        (length,) = struct.unpack_from(">H", content, marker.end())
        segment = content[marker.end() : marker.end() + length]
        if _is_kept(marker[1][0], segment):
            kept.append(b"\xff" + marker[1] + segment)
        place = marker.end() + length
        if marker[1][0] == _SCAN:
            following = _MARKER.search(content, place)
            until = following.start() if following else len(content)
            kept.append(content[place:until])
            place = until
    return b"".join([*kept, b"\xff\xd9"])


def _is_kept(marker: int, segment: bytes) -> bool:
    """Whether a JPEG needs this segment to look as it does."""
    if marker == 0xE2:
        return segment[2:].startswith(b"ICC_PROFILE\x00")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _bare_png(content: bytes, orientation: int) -> bytes:
    kept, place = [content[:8]], 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name, end = content[place + 4 : place + 8], place + 12 + length
        if name not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            kept.append(content[place:end])
        if name == b"IHDR" and orientation != _STANDS:
            exif = b"eXIf" + _turned(orientation)
            kept.append(struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)))
        if name == b"IEND":
            break
        place = end
    return b"".join(kept)


def _bare_webp(content: bytes, orientation: int) -> bytes:
    kept, place = [], 12
    (size,) = struct.unpack_from("<I", content, 4)
    while place < min(size + 8, len(content)):
        name, (length,) = content[place : place + 4], struct.unpack_from("<I", content, place + 4)
        end = place + 8 + length + length % 2
        chunk = content[place:end]
        if name == b"VP8X":
            flags = chunk[8] & ~0x0C | (0x08 if orientation != _STANDS else 0)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if name not in (b"EXIF", b"XMP "):
            kept.append(chunk)
        place = end
    if orientation != _STANDS:
        kept.append(b"EXIF" + struct.pack("<I", len(_turned(orientation))) + _turned(orientation))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_BARE: dict[str, Callable[[bytes, int], bytes]] = {
    "image/jpeg": _bare_jpeg,
    "image/png": _bare_png,
    "image/webp": _bare_webp,
    "image/gif": lambda content, orientation: content,
}
