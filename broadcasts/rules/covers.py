"""Cover for an article that has none: its title on a plain ground. WeChat takes no article without a cover."""

import io

from PIL import Image, ImageDraw, ImageFont

from foundation import printing

#: WeChat's shape of a cover (wechat-platform.md §7).
WIDTH, HEIGHT = 900, 383
GROUND, INK = "#0b5f3c", "#ffffff"
_SIZE, _MARGIN, _LINES = 64, 80, 3


def draw(title: str) -> bytes:
    """A cover as a PNG file; of a server without the typeface, the plain ground.

    >>> draw("元旦备货提醒")[:4]
    b'\\x89PNG'
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    if printing.FONT_FILE.is_file():
        font = ImageFont.truetype(str(printing.FONT_FILE), _SIZE)
        lines = _wrapped(title, font)
        top = (HEIGHT - len(lines) * _SIZE * 1.4) / 2
        pen = ImageDraw.Draw(image)
        for number, line in enumerate(lines):
            pen.text((WIDTH / 2, top + (number + 0.5) * _SIZE * 1.4), line, fill=INK, font=font, anchor="mm")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _wrapped(title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    rest = title
    while rest and len(lines) < _LINES:
        taken = len(rest)
        while taken > 1 and font.getlength(rest[:taken]) > WIDTH - 2 * _MARGIN:
            taken -= 1
        lines.append(rest[:taken])
        rest = rest[taken:]
    return [*lines[:-1], f"{lines[-1][:-1]}…"] if rest else lines
