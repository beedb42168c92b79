"""Pictures that people hand in: what is taken, what is refused and in which words, and what of them is kept."""

import io
import os
import struct
from functools import cache

import pytest
from PIL import Image, ImageOps, ImageSequence
from PIL.PngImagePlugin import PngInfo

from foundation.errors import Refused
from tests import pictures as samples
from wechat_bot import pictures

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200


def gif(frames: int, side: int = 20) -> bytes:
    images = [Image.new("RGB", (side, side), (n % 250, n // 250 * 90, 9)) for n in range(frames)]
    return samples.written("GIF", images[0], save_all=True, append_images=images[1:], duration=40)


def moving_png(width: int, height: int) -> bytes:
    images = [Image.new("1", (width, height), n) for n in range(2)]
    return samples.written("PNG", images[0], save_all=True, append_images=images[1:])


def noisy_jpeg() -> bytes:
    return samples.written("JPEG", Image.effect_noise((300, 300), 90))


@cache
def bad() -> list[tuple[bytes, str]]:
    """What is not taken, and a word of why; made once a test asks, for it takes a second."""
    return [
        (b"\xff\xd8\xff\xe0", "不完整"),
        (noisy_jpeg()[:5000], "不完整"),
        (samples.png()[:-30], "不完整"),
        (b"\x89PNG shelf", "不是照片"),
        (b"\x89PNG\r\n\x1a\n of the shelf", "不完整"),
        (b"GIF89a" + os.urandom(50), "不完整"),
        (b"RIFF\x20\x00\x00\x00WEBPVP8 nothing behind it", "不完整"),
        (samples.huge_png(30_000), "尺寸太大"),
        (samples.huge_png(8_000), "尺寸太大"),
        (samples.written("WEBP", Image.new("RGB", (5_000, 4_000))), "尺寸太大"),
        (HEIC, "HEIC"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "不是照片"),
        (b"<!doctype html><script>alert(1)</script>", "不是照片"),
        (b"%PDF-1.7", "不是照片"),
        (b"", "文件是空的"),
        (gif(400), "动图太长"),
        (moving_png(5_000, 4_000), "尺寸太大"),
        (samples.png() + b"\0" * pictures.LIMIT, "太大"),
        (noisy_jpeg() + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 300, "不完整"),
    ]


@pytest.mark.parametrize("n", range(19))
def test_what_is_no_whole_picture_of_a_bearable_size_is_refused_in_words(n: int) -> None:
    content, said = bad()[n]
    with pytest.raises(Refused) as refused:
        pictures.checked(content)
    assert said in refused.value.sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_phones_photo_keeps_how_it_is_turned_and_loses_where_it_was_taken(kind: str) -> None:
    taken = samples.taken_by_a_phone(kind)
    assert b"PhoneMaker" in taken
    kept = pictures.checked(taken + (b"\xff\xd8 a second picture with a place" if kind == "JPEG" else b""))
    assert b"PhoneMaker" not in kept.content and b"a place" not in kept.content
    before, after = Image.open(io.BytesIO(taken)), Image.open(io.BytesIO(kept.content))
    assert (after.getexif().get(0x0112), len(after.getexif().get_ifd(0x8825))) == (6, 0)
    assert ImageOps.exif_transpose(after).size == (30, 40)
    assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes(), "nothing is encoded anew"
    assert pictures.checked(kept.content) == kept


def test_what_no_picture_needs_is_not_kept_wherever_it_stands() -> None:
    place, more = b"<script>GPSLatitude 25,5.52N</script>", PngInfo()
    more.add(b"prVt", place)
    more.add_itxt("XML:com.adobe.xmp", place.decode())
    program = b"\x21\xff\x0bXMP DataXMP" + bytes([len(place)]) + place + b"\0"
    moving, jpeg, webp = gif(3), noisy_jpeg(), samples.written("WEBP", Image.new("RGB", (9, 9)))
    chunk = b"EVIL" + struct.pack("<I", len(place)) + place + b"\0" * (len(place) % 2)
    for marked in (
        moving[:-1] + program + b"\x21\xfe" + program[14:] + b";" + place,
        samples.written("GIF", Image.new("P", (9, 9)), comment=place),
        samples.written("PNG", Image.new("RGB", (9, 9)), pnginfo=more),
        jpeg[:2] + b"\xff\xe0" + struct.pack(">H", len(place) + 7) + b"JFXX\0" + place + jpeg[2:],
        jpeg[:2] + b"\xff\xe0" + struct.pack(">H", len(place) + 16) + jpeg[6:20] + place + jpeg[20:],
        webp[:4] + struct.pack("<I", len(webp) - 8 + len(chunk)) + webp[8:] + chunk,
    ):
        assert place in marked
        kept = pictures.checked(marked).content
        assert place not in kept
        assert pictures.checked(kept).content == kept
        shown = [
            [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(each)))]
            for each in (marked, kept)
        ]
        assert shown[0] == shown[1]


@pytest.mark.parametrize("options", [{"progressive": True}, {"quality": 95, "icc_profile": b"profile" * 40}, {}])
def test_a_plain_picture_is_kept_as_it_came(options: dict) -> None:
    for content in (samples.written("JPEG", Image.effect_noise((90, 70), 60), **options), samples.png(3), gif(3)):
        assert pictures.checked(content).content == content
    cmyk = samples.written("JPEG", Image.new("CMYK", (20, 20), (9, 8, 7, 6)))
    assert pictures.checked(cmyk).content_type == "image/jpeg"
