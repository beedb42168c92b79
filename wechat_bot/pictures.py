"""Image sanitizer: pictures people hand in are decoded within bounds and stripped of metadata before they are kept.

The one door for all of them: chosen on a page, uploaded in the console, or fetched from WeChat. The picture itself is
never encoded anew. All metadata goes, the place where it was taken with it, and whatever else no picture needs; what
stays is how it is to be turned, its colours, and how it moves.
"""

import io
import re
import struct
import threading
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
        with _one_at_a_time:
            orientation = _looked_at(content, content_type)
        return Bare(_BARE[content_type](content, orientation), content_type)
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


#: A picture made for it takes some 600 MB while it is looked at: eight threads at once would take all there is.
_one_at_a_time = threading.Lock()


def _looked_at(content: bytes, content_type: str) -> int:
    """Decode all of it, within bounds; gives how it is to be turned."""
    if content_type == "image/jpeg" and content.count(b"\xff\xda") > MOST_SCANS:
        raise Refused(texts.BROKEN_PICTURE)
    with Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as image:
        width, height = image.size
        may_move = content_type in ("image/gif", "image/webp") or getattr(image, "n_frames", 1) > 1
        most = MOST_IN_A_FRAME if may_move else MOST_PIXELS
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
_SCAN, _END, _JFIF = 0xDA, 0xD9, 0xE0


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
        if marker[1][0] == _JFIF and length > 16:
            # How large its pixels are to be shown; a second, small picture may follow.
            segment = b"\x00\x10" + segment[2:14] + b"\x00\x00"
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
    named = {_JFIF: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}.get(marker)
    if named:
        return segment[2:].startswith(named)
    return not (_JFIF <= marker <= 0xEF or marker == 0xFE)


#: Parts of a PNG that its look and its movement need, beside those that every reader must know.
_OF_A_PNG = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs")
_MOVES_A_PNG = (b"acTL", b"fcTL", b"fdAT")


def _bare_png(content: bytes, orientation: int) -> bytes:
    kept, place = [content[:8]], 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name, end = content[place + 4 : place + 8], place + 12 + length
        if name[:1].isupper() or name in _OF_A_PNG + _MOVES_A_PNG:
            kept.append(content[place:end])
        if name == b"IHDR" and orientation != _STANDS:
            exif = b"eXIf" + _turned(orientation)
            kept.append(struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)))
        if name == b"IEND":
            break
        place = end
    return b"".join(kept)


_OF_A_WEBP = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")


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
        if name in _OF_A_WEBP:
            kept.append(chunk)
        place = end
    if orientation != _STANDS:
        kept.append(b"EXIF" + struct.pack("<I", len(_turned(orientation))) + _turned(orientation))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _bare_gif(content: bytes, orientation: int) -> bytes:
    place = 13 + _palette(content[10])
    kept = [content[:place]]
    while place < len(content) and content[place] != _GIF_END:
        start, is_image = place, content[place] == _GIF_IMAGE
        if not is_image and content[place] != _GIF_EXTENSION:
            place += 1
            continue
        name = content[place + 3 : place + 14] if content[place + 1] == _GIF_APPLICATION else b""
        # Behind the head of an image or an extension follow blocks, each after its length; one without any ends them.
        place += 11 + _palette(content[place + 9]) if is_image else 2
        while content[place]:
            place += 1 + content[place]
        place += 1
        if is_image or content[start + 1] == _GIF_SHOWS or name in _GIF_LOOPS:
            kept.append(content[start:place])
    return b"".join([*kept, bytes([_GIF_END])])


#: What begins in a GIF: an image, an extension, its end. Kept of the extensions: how an image is shown, how often all.
_GIF_IMAGE, _GIF_EXTENSION, _GIF_END, _GIF_SHOWS, _GIF_APPLICATION = 0x2C, 0x21, 0x3B, 0xF9, 0xFF
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _palette(flags: int) -> int:
    """Bytes of the palette that a GIF's flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


_BARE: dict[str, Callable[[bytes, int], bytes]] = {
    "image/jpeg": _bare_jpeg,
    "image/png": _bare_png,
    "image/webp": _bare_webp,
    "image/gif": _bare_gif,
}
