"""Certificate on paper: one A5 sheet as PDF with its typeface embedded, and the same as a picture.

WeChat opens PDF badly, so the picture is what a shop gets; both are drawn by the same lines.
"""

import io

import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from courses.rules import certificate_numbers
from courses.rules.printed import CertificateText
from courses.texts import certificates as texts
from foundation import printing

WIDTH, HEIGHT = landscape(A5)
MARGIN = 22 * mm
CODE = 30 * mm
GREEN = (5 / 255, 104 / 255, 58 / 255)
INK, GREY = 0.1, 0.35
#: Dots of the picture for each point of the sheet: 1,190 dots across, read well on any phone.
SCALE = 2


def pdf(of: CertificateText, number: str, *, checked_at: str) -> bytes:
    """Return the sheet; `checked_at` is the address that its code holds. Raises Refused where the typeface is not
    installed."""
    printing.load_font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1)
    canvas.setTitle(f"{texts.TITLE} {certificate_numbers.printed(number)}")
    canvas.setAuthor(of.account)
    canvas.setStrokeColorRGB(*GREEN)
    for inset, width in ((7 * mm, 1.6), (9 * mm, 0.5)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
    canvas.setFillColorRGB(*GREEN)
    _centred(canvas, texts.TITLE, HEIGHT - 29 * mm, 34)
    canvas.setFillGray(GREY)
    _centred(canvas, "微课堂", HEIGHT - 38 * mm, 13)
    canvas.setFillGray(INK)
    _centred(canvas, of.shop or of.keeper, HEIGHT - 53 * mm, 25)
    if of.shop and of.keeper:
        _centred(canvas, of.keeper, HEIGHT - 63 * mm, 18)
    y = HEIGHT - 76 * mm
    for line in printing.wrapped(texts.what(of), 15, WIDTH - 2 * MARGIN, 2):
        _centred(canvas, line, y, 15)
        y -= 8 * mm
    printing.draw_code(canvas, checked_at, MARGIN - 6 * mm, 14 * mm, CODE)
    canvas.setFillGray(INK)
    left = MARGIN + CODE - 4 * mm
    canvas.setFont(printing.FONT, 13)
    canvas.drawString(left, 28 * mm, f"编号 {certificate_numbers.printed(number)}")
    canvas.setFillGray(GREY)
    canvas.setFont(printing.FONT, 11)
    canvas.drawString(left, 21 * mm, texts.HOW_TO_CHECK)
    canvas.setFillGray(INK)
    account, fitted = printing.fitted(of.account, 13, WIDTH / 2 - MARGIN)
    canvas.setFont(printing.FONT, fitted)
    canvas.drawRightString(WIDTH - MARGIN, 28 * mm, account)
    canvas.setFont(printing.FONT, 13)
    canvas.drawRightString(WIDTH - MARGIN, 21 * mm, texts.day(of))
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


def _centred(canvas: Canvas, text: str, y: float, size: float) -> None:
    fitted, size = printing.fitted(text, size, WIDTH - 2 * MARGIN)
    canvas.setFont(printing.FONT, size)
    canvas.drawCentredString(WIDTH / 2, y, fitted)
