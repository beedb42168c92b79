"""Picture shrinker: a picture that many people will be shown in a page, made small enough for a telephone."""

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


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L"):
        return image
    solid = image.convert("RGBA")
    ground = Image.new("RGBA", solid.size, "white")
    return Image.alpha_composite(ground, solid).convert("RGB")
