"""Pictures for tests: whole ones, each another, and such as nobody should keep."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def png(n: int = 0) -> bytes:
    """A small picture; another for each number."""
    return written("PNG", Image.new("RGB", (8, 8), (n % 256, n // 256, 7)))


def written(kind: str, image: Image.Image, **options: Any) -> bytes:
    """An image as a file of this kind."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def huge_png(side: int) -> bytes:
    """A few bytes that say they are a picture of so many pixels a side."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def taken_by_a_phone(kind: str = "JPEG") -> bytes:
    """A photo held upright (to be turned by 90°), with the place where it was taken."""
    image = Image.effect_noise((40, 30), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (25.0, 5.0, 31.5)
    return written(kind, image, exif=exif)
