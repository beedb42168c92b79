"""Certificate on paper: one A5 sheet as PDF with its typeface embedded, and the same as a picture.

WeChat opens PDF badly, so the picture is what a shop gets; both are drawn by the same lines.
"""

import io

import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from courses.rules.printed import CertificateText
from courses.texts import certificates as texts
from foundation import printing

WIDTH, HEIGHT = landscape(A5)
MARGIN = 18 * mm
CODE = 29 * mm
GREEN = (5 / 255, 104 / 255, 58 / 255)
INK, GREY = 0.1, 0.35
#: Points of the type at the foot, and the room there for who gives it.
SMALL, ACCOUNT = 16, 66 * mm
#: Points of the sentence in the middle: parted where it is meant to be, broken anywhere, and at the least.
LARGE, MIDDLE, LEAST = 21, 17, 11
#: Dots of the picture for each point of the sheet: 1,190 dots across, read well on any phone.
SCALE = 2


def pdf(of: CertificateText, number: str, *, public_url: str) -> bytes:
    """Return the sheet; `number` as it is printed, `public_url` of the site to which its code leads. Raises Refused
    where the typeface is not installed."""
    printing.load_font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1)
    canvas.setTitle(f"{texts.TITLE} {number}")
    canvas.setAuthor(of.account)
    canvas.setStrokeColorRGB(*GREEN)
    for inset, width in ((8 * mm, 2.2), (10 * mm, 0.7)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
    canvas.setFillColorRGB(*GREEN)
    _centred(canvas, texts.TITLE, HEIGHT - 32 * mm, 34, is_bold=True, apart=9)
    canvas.setFillGray(GREY)
    _centred(canvas, "微课堂", HEIGHT - 43 * mm, 17)
    canvas.setFillGray(INK)
    canvas.setStrokeGray(INK)
    _centred(canvas, of.shop or of.keeper, HEIGHT - 60 * mm, 33, is_bold=True)
    if of.shop and of.keeper:
        _centred(canvas, of.keeper, HEIGHT - 73 * mm, 23)
    lines, size = _in_two(texts.what(of))
    for number_of, line in enumerate(lines):
        _centred(canvas, line, HEIGHT - (87 + 10 * number_of) * mm, size)
    printing.draw_code(canvas, f"{public_url}/c/{number}", MARGIN - 4 * mm, 13 * mm, CODE)
    left, right = MARGIN + CODE - 2 * mm, WIDTH - MARGIN
    canvas.setFillGray(INK)
    canvas.setFont(printing.FONT, SMALL)
    canvas.drawString(left, 28 * mm, f"编号 {number}")
    canvas.drawString(left, 19 * mm, texts.HOW_TO_CHECK)
    account, fitted = printing.fitted(of.account, SMALL, ACCOUNT)
    canvas.setFont(printing.FONT, fitted)
    canvas.drawRightString(right, 28 * mm, account)
    canvas.setFont(printing.FONT, SMALL)
    canvas.drawRightString(right, 19 * mm, texts.day(of))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def png(sheet: bytes) -> bytes:
    """Return a sheet as a picture."""
    document = pypdfium2.PdfDocument(sheet)
    try:
        out = io.BytesIO()
        # Few colours: a third of the bytes, and nothing is seen of it.
        picture = document[0].render(scale=SCALE).to_pil().convert("RGB").quantize(64, dither=Image.Dither.NONE)
        picture.save(out, format="PNG", optimize=True)
        return out.getvalue()
    finally:
        document.close()


def _in_two(sentence: str) -> tuple[list[str], float]:
    """Return the sentence in at most two lines that fit, parted behind the number of lessons where they do, and their
    size: smaller where it is long. It is sent as a picture, and read on a phone."""
    room, size = WIDTH - 2 * MARGIN, LARGE
    head, after, rest = sentence.rpartition("课，")
    parted = [f"{head}{after}", rest]
    while size > LEAST:
        if all(printing.width_of(line, size) <= room for line in parted):
            return parted, size
        if size <= MIDDLE and len(lines := printing.wrapped(sentence, size, room, 3)) <= 2:
            return lines, size
        size -= 1
    return printing.wrapped(sentence, size, room, 2), size


def _centred(canvas: Canvas, text: str, y: float, size: float, *, is_bold: bool = False, apart: float = 0) -> None:
    fitted, size = printing.fitted(text, size, WIDTH - 2 * MARGIN)
    canvas.setFont(printing.FONT, size)
    # The typeface has one weight: its outlines are drawn as well.
    canvas.drawCentredString(WIDTH / 2, y, fitted, mode=2 if is_bold else 0, charSpace=apart)
