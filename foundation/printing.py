"""Printing on paper: the embedded typeface, lines of text that fit, and QR codes as vector graphics."""

from pathlib import Path

import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from foundation.errors import Refused

#: Font file, installed by `tools/assets.sh`.
FONT_FILE = Path(__file__).resolve().parent.parent / "build" / "fonts" / "NotoSansSC_400Regular.ttf"
FONT = "NotoSansSC"
#: Modules of white border that a QR code needs (ISO/IEC 18004).
QUIET = 4
#: Signs with which no line begins.
_NEVER_FIRST = frozenset("，。、；：！？”’）》】…")


def load_font() -> None:
    """Make the typeface known. Raises `Refused` where it is not installed."""
    if FONT in pdfmetrics.getRegisteredFontNames():
        return
    try:
        pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE)))
    except TTFError:
        raise Refused("服务器上还没有打印用的字体，请管理员运行 sh tools/assets.sh .venv 后再试。") from None


def width_of(text: str, size: float) -> float:
    """The width of a line in points."""
    return float(pdfmetrics.stringWidth(text, FONT, size))


def fitted(text: str, size: float, room: float, *, least: float = 8) -> tuple[str, float]:
    """A line and its size: in smaller type where it would not fit, and cut where that would be too small to read."""
    while size > least and width_of(text, size) > room:
        size -= 0.5
    while len(text) > 1 and width_of(text, size) > room:
        text = f"{text.removesuffix('…')[:-1]}…"
    return text, size


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """A text in lines, broken at any sign as Chinese is; cut after the last line."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        taken = len(rest)
        while taken > 1 and width_of(rest[:taken], size) > room:
            taken -= 1
        while 1 < taken < len(rest) and rest[taken] in _NEVER_FIRST:
            taken -= 1
        lines.append(rest[:taken].strip())
        rest = rest[taken:].strip()
    if rest:
        lines[-1] = f"{lines[-1][:-1]}…"
    return lines


def draw_code(canvas: Canvas, held: str, left: float, bottom: float, side: float) -> None:
    """Draw a QR code as vector graphics, so that it prints sharply: one rectangle for each run of dark modules."""
    rows = [bytes(row) for row in segno.make(held, error="m", micro=False).matrix]
    module = side / (len(rows) + 2 * QUIET)
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        y = bottom + side - (QUIET + number + 1) * module
        start = row.find(1)
        while start >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            path.rect(left + (QUIET + start) * module, y, (end - start) * module, module)
            start = row.find(1, end)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
