"""Poster of a survey as PDF: one A4 sheet with its title, its QR code, and how to take part."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from foundation import printing

WIDTH, HEIGHT = A4
MARGIN = 20 * mm
CODE = 105 * mm
#: The accent of the console, for the account's name.
ACCENT = (11 / 255, 92 / 255, 191 / 255)
INK, GREY = 0.1, 0.35


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster."""

    account: str
    title: str
    #: Lines below the title.
    about: Sequence[str]
    #: What the code holds.
    held: str
    steps: Sequence[str]
    #: Lines at the foot.
    ends: Sequence[str]


def write(poster: Poster) -> bytes:
    """Return the sheet. Raises Refused where the typeface is not installed."""
    printing.load_font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    canvas.setTitle(poster.title)
    canvas.setAuthor(poster.account)
    y = HEIGHT - MARGIN - 8 * mm
    canvas.setFillColorRGB(*ACCENT)
    y = _centred(canvas, [poster.account], y, 20, 12 * mm)
    canvas.setFillGray(INK)
    room = WIDTH - 2 * MARGIN
    size = 40 if printing.width_of(poster.title, 40) <= 2 * room else 30
    y = _centred(canvas, printing.wrapped(poster.title, size, room, 3), y - 8 * mm, size, size * 1.3)
    canvas.setFillGray(GREY)
    y = _centred(canvas, poster.about, y - 2 * mm, 17, 9 * mm)
    bottom = y - CODE + 6 * mm
    printing.draw_code(canvas, poster.held, (WIDTH - CODE) / 2, bottom, CODE)
    y = bottom - 8 * mm
    canvas.setFillGray(INK)
    widest = max(printing.width_of(step, 17) for step in poster.steps)
    canvas.setFont(printing.FONT, 17)
    for step in poster.steps:
        canvas.drawString((WIDTH - widest) / 2, y, step)
        y -= 9.5 * mm
    canvas.setFillGray(GREY)
    _centred(canvas, poster.ends, MARGIN + (len(poster.ends) - 1) * 8 * mm, 15, 8 * mm)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _centred(canvas: Canvas, lines: Sequence[str], y: float, size: float, step: float) -> float:
    """Draw lines in the middle, one below the other; gives where the next would stand."""
    for line in lines:
        text, fits = printing.fitted(line, size, WIDTH - 2 * MARGIN, least=11)
        canvas.setFont(printing.FONT, fits)
        canvas.drawCentredString(WIDTH / 2, y, text)
        y -= step
    return y
