"""Image sanitizer: an uploaded picture is decoded within limits and stripped of its metadata before it is stored.

Every picture passes here, whether chosen on a page, uploaded in the console or fetched from WeChat. It is never
re-encoded. Orientation, colour profile and animation stay; all other metadata goes, such as where it was taken.
"""

import io
import re
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence

from foundation.errors import Refused
from wechat_bot import texts

#: Bytes: the largest picture WeChat takes in the chat.
LIMIT = 10 << 20
#: Pixels: the largest photo of a telephone. Decoding takes up to 4 bytes a pixel, of an animation's frame 15.
MOST_PIXELS, MOST_IN_A_FRAME = 50_000_000, 16_000_000
#: Frames of an animation, and pixels in all of them.
MOST_FRAMES, MOST_ANIMATED = 300, 100_000_000
#: Scans of a progressive JPEG: each takes a few bytes of the file, and as long to decode as the whole picture.
MOST_SCANS = 200
#: Brands of the ISO container (HEIC) that telephones write photos in.
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_ORIENTATION = 0x0112
#: The EXIF orientation of a picture that is not rotated.
_UPRIGHT = 1
#: What Pillow raises for bytes that are no picture, or part of one.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class Stripped:
    """Picture without its metadata, as it is stored."""

    content: bytes
    content_type: str


def checked(content: bytes) -> Stripped:
    """Check an uploaded picture and strip its metadata. Raises `Refused` if it is no picture, broken, or too large."""
    if len(content) > LIMIT:
        raise Refused(texts.TOO_LARGE)
    if not content:
        raise Refused(texts.EMPTY_FILE)
    content_type = kind(content)
    if content_type is None:
        raise Refused(texts.HEIC if content[4:8] == b"ftyp" and content[8:12] in _HEIC else texts.NOT_A_PICTURE)
    try:
        with _one_at_a_time:
            orientation = _decode(content, content_type)
        return Stripped(_STRIP[content_type](content, orientation), content_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(texts.too_many_pixels(MOST_PIXELS)) from None
    except _BROKEN:
        raise Refused(texts.BROKEN_PICTURE) from None


def small(content: bytes, longest: int) -> bytes:
    """A stored picture as a small JPEG, upright, its longer side at most so many pixels. Raises `Refused` if it is
    broken."""
    try:
        with _one_at_a_time, Image.open(io.BytesIO(content), formats=list(_FORMATS.values())) as image:
            # A JPEG is decoded at a fraction of its size, which takes a fraction of the time.
            image.draft("RGB", (longest, longest))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((longest, longest))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=80)
            return out.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *_BROKEN):
        raise Refused(texts.BROKEN_PICTURE) from None


def kind(content: bytes) -> str | None:
    """The media type by the first bytes; None for anything but the four types every browser shows.

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


#: Decoding a picture made to be expensive takes some 600 MB: eight threads at once would take all memory.
_one_at_a_time = threading.Lock()


def _decode(content: bytes, content_type: str) -> int:
    """Decode the whole picture, within limits; returns its EXIF orientation."""
    if content_type == "image/jpeg" and content.count(b"\xff\xda") > MOST_SCANS:
        raise Refused(texts.BROKEN_PICTURE)
    with Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as image:
        width, height = image.size
        may_be_animated = content_type in ("image/gif", "image/webp") or getattr(image, "n_frames", 1) > 1
        most = MOST_IN_A_FRAME if may_be_animated else MOST_PIXELS
        if width * height > most:
            raise Refused(texts.too_many_pixels(most))
        orientation = image.getexif().get(_ORIENTATION, _UPRIGHT)
        if content_type == "image/jpeg":
            # At an eighth of the size all bytes are read, so that missing ones are found, with little memory.
            image.draft("RGB", (max(width // 8, 1), max(height // 8, 1)))
            image.load()
        else:
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > 1 and (number > MOST_FRAMES or number * width * height > MOST_ANIMATED):
                    raise Refused(texts.TOO_LONG_MOVING)
                frame.load()
    return orientation if orientation in range(_UPRIGHT, 9) else _UPRIGHT


def _exif(orientation: int) -> bytes:
    """EXIF metadata with the orientation and nothing else."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


#: A JPEG marker that ends a scan: neither an escaped byte nor a restart marker.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_SCAN, _END, _JFIF = 0xDA, 0xD9, 0xE0


def _strip_jpeg(content: bytes, orientation: int) -> bytes:
    kept = [b"\xff\xd8"]
    if orientation != _UPRIGHT:
        exif = b"Exif\x00\x00" + _exif(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    place = 2
    # What follows the end marker, a second picture or a video with metadata of its own, is dropped.
    while (marker := _MARKER.match(content, place)) and marker[1][0] != _END:
        (length,) = struct.unpack_from(">H", content, marker.end())
        segment = content[marker.end() : marker.end() + length]
        if marker[1][0] == _JFIF and length > 16:
            # The pixel density stays; the thumbnail goes.
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
    """Whether a JPEG's segment changes how the picture looks."""
    named = {_JFIF: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}.get(marker)
    if named:
        return segment[2:].startswith(named)
    return not (_JFIF <= marker <= 0xEF or marker == 0xFE)


#: PNG chunks that change how the picture looks and moves, beside the critical ones, which begin with a capital.
_PNG_LOOKS = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs")
_PNG_ANIMATION = (b"acTL", b"fcTL", b"fdAT")


def _strip_png(content: bytes, orientation: int) -> bytes:
    kept, place = [content[:8]], 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name, end = content[place + 4 : place + 8], place + 12 + length
        if name[:1].isupper() or name in _PNG_LOOKS + _PNG_ANIMATION:
            kept.append(content[place:end])
        if name == b"IHDR" and orientation != _UPRIGHT:
            exif = b"eXIf" + _exif(orientation)
            kept.append(struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)))
        if name == b"IEND":
            break
        place = end
    return b"".join(kept)


#: WebP chunks that change how the picture looks and moves.
_WEBP_LOOKS = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")


def _strip_webp(content: bytes, orientation: int) -> bytes:
    kept, place = [], 12
    (size,) = struct.unpack_from("<I", content, 4)
    while place < min(size + 8, len(content)):
        name, (length,) = content[place : place + 4], struct.unpack_from("<I", content, place + 4)
        end = place + 8 + length + length % 2
        chunk = content[place:end]
        if name == b"VP8X":
            flags = chunk[8] & ~0x0C | (0x08 if orientation != _UPRIGHT else 0)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if name in _WEBP_LOOKS:
            kept.append(chunk)
        place = end
    if orientation != _UPRIGHT:
        kept.append(b"EXIF" + struct.pack("<I", len(_exif(orientation))) + _exif(orientation))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _strip_gif(content: bytes, orientation: int) -> bytes:
    place = 13 + _palette(content[10])
    kept = [content[:place]]
    while place < len(content) and content[place] != _GIF_END:
        start, is_image = place, content[place] == _GIF_IMAGE
        if not is_image and content[place] != _GIF_EXTENSION:
            place += 1
            continue
        name = content[place + 3 : place + 14] if content[place + 1] == _GIF_APPLICATION else b""
        # After the header of an image or an extension follow blocks, each after its length; length 0 ends them.
        place += 11 + _palette(content[place + 9]) if is_image else 2
        while content[place]:
            place += 1 + content[place]
        place += 1
        if is_image or content[start + 1] == _GIF_CONTROL or name in _GIF_LOOPS:
            kept.append(content[start:place])
    return b"".join([*kept, bytes([_GIF_END])])


#: First bytes of a GIF's blocks: image, extension, end. Of the extensions, graphic control and loop count are kept.
_GIF_IMAGE, _GIF_EXTENSION, _GIF_END, _GIF_CONTROL, _GIF_APPLICATION = 0x2C, 0x21, 0x3B, 0xF9, 0xFF
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _palette(flags: int) -> int:
    """The size in bytes of the palette that a GIF's flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


_STRIP: dict[str, Callable[[bytes, int], bytes]] = {
    "image/jpeg": _strip_jpeg,
    "image/png": _strip_png,
    "image/webp": _strip_webp,
    "image/gif": _strip_gif,
}
