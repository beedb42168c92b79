"""Picture shrinker: a picture that many people will be shown, made small enough for a telephone, or as WeChat takes it
inside an article."""

import io

from PIL import Image, ImageOps

from foundation.errors import Refused
from wechat_bot import texts
from wechat_bot.pictures import Stripped

#: Pixels of the longer side: what the widest telephone shows.
SIDE = 1080
#: Bytes of a picture that is not made smaller, such as an animation.
MOST_AS_IT_IS = 500 << 10
_QUALITY = 82
#: Bytes of a picture inside an article (wechat-platform.md §7).
MOST_INSIDE = 1 << 20
#: A picture is long, such as a sheet photographed from top to bottom, where one side is so many times the other: its
#: shorter side counts then, and the other may have so many pixels.
_LONG, _LONGEST_SIDE = 3, 8000
#: Qualities tried in turn, the last on smaller and smaller pictures.
_QUALITIES = (82, 70, 55)


def shrunk(picture: Stripped) -> Stripped:
    """Return a checked picture small enough for a page: as it is where it is small already, else as a JPEG, upright and
    on white. Raises Refused for a large animation: it would lose its movement."""
    if len(picture.content) <= MOST_AS_IT_IS // 5:
        return picture
    with Image.open(io.BytesIO(picture.content)) as image:
        if getattr(image, "n_frames", 1) > 1:
            if len(picture.content) > MOST_AS_IT_IS:
                raise Refused(texts.MOVING_TOO_LARGE)
            return picture
        if image.format == "JPEG":
            image.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((SIDE, SIDE))
        profile = image.info.get("icc_profile")
        content = io.BytesIO()
        _on_white(upright).save(content, "JPEG", quality=_QUALITY, progressive=True, icc_profile=profile)
    smaller = content.getvalue()
    return Stripped(smaller, "image/jpeg") if len(smaller) < len(picture.content) else picture


def inside(picture: Stripped) -> Stripped:
    """Return a checked picture as WeChat takes it inside an article: a JPEG or PNG of at most 1 MB, upright, without
    metadata; of a moving one its first image. Raises Refused for one that is broken."""
    with Image.open(io.BytesIO(picture.content)) as image:
        most = _most(*image.size)
        is_upright = image.getexif().get(0x0112, 1) == 1
        is_plain = image.format in ("JPEG", "PNG") and image.mode != "CMYK" and getattr(image, "n_frames", 1) == 1
        if is_plain and is_upright and max(image.size) <= most and len(picture.content) <= MOST_INSIDE:
            return picture
        try:
            if image.format == "JPEG":
                image.draft("RGB", (most, most))
            upright = ImageOps.exif_transpose(image)
            profile = image.info.get("icc_profile") if image.mode in ("RGB", "L", "RGBA", "P") else None
            upright.thumbnail((most, most))
            return Stripped(_jpeg(_on_white(upright), profile), "image/jpeg")
        except (OSError, SyntaxError, ValueError):
            raise Refused(texts.BROKEN_PICTURE) from None


def _most(width: int, height: int) -> int:
    shorter, longer = sorted((width, height))
    return min(_LONGEST_SIDE, SIDE * longer // max(shorter, 1)) if longer >= _LONG * shorter else SIDE


def _jpeg(image: Image.Image, profile: bytes | None) -> bytes:
    """A JPEG of at most `MOST_INSIDE` bytes."""
    qualities = list(_QUALITIES)
    while True:
        content = io.BytesIO()
        quality = qualities.pop(0) if len(qualities) > 1 else qualities[0]
        image.save(content, "JPEG", quality=quality, progressive=True, icc_profile=profile)
        if content.tell() <= MOST_INSIDE:
            return content.getvalue()
        if len(qualities) == 1 and quality == qualities[0]:
            image = image.resize((image.width * 3 // 4, image.height * 3 // 4))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L"):
        return image
    solid = image.convert("RGBA")
    ground = Image.new("RGBA", solid.size, "white")
    return Image.alpha_composite(ground, solid).convert("RGB")
