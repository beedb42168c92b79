"""Binding cards as PDF: A4 sheets of eight cards with QR codes, with the font embedded.

Many sheets are split into several files: a hundred pages are easier to print than six hundred, and only one file is
in memory at a time.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from foundation import printing
from foundation.errors import Refused
from people import rules, texts

ACROSS, DOWN = 2, 4
A_SHEET = ACROSS * DOWN
#: Cards of one file: a hundred sheets.
BOOK = 100 * A_SHEET
MARGIN = 10 * mm
QR_SIDE = 45 * mm
GREY, INK = 0.45, 0.1


class Printed(Protocol):
    """Data of a binding card."""

    @property
    def licence(self) -> str: ...
    @property
    def shop(self) -> str: ...
    @property
    def keeper(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def manager(self) -> str: ...
    @property
    def url(self) -> str: ...


def write(
    path: Path, account: str, cards: Iterable[Printed], *, progress: Callable[[int], None] = lambda done: None
) -> tuple[int, str]:
    """Write cards to a file; gives their number and the file's suffix: `.pdf`, or `.zip` of several PDFs.

    Raises `Refused` where there is no card, or the font is not installed.
    """
    printing.load_font()
    waiting = iter(cards)
    book = path.with_name(f"{path.name}.book")
    done = number = 0
    try:
        while first := _next_book(waiting):
            number += 1
            if number == 2:
                # Only now is it known that one PDF is not enough.
                _pack(path, book, "w", number - 1)
            done = _write_book(book, account, first, done, progress)
            if number > 1:
                _pack(path, book, "a", number)
        if not number:
            raise Refused("这个范围里没有要打印的店。")
        if number == 1:
            book.replace(path)
    except BaseException:
        # An incomplete set of cards is of no use.
        path.unlink(missing_ok=True)
        raise
    finally:
        book.unlink(missing_ok=True)
    return done, ".pdf" if number == 1 else ".zip"


def _next_book(waiting: Iterator[Printed]) -> list[Printed]:
    return list(islice(waiting, BOOK))


def _pack(path: Path, book: Path, mode: Any, number: int) -> None:
    with zipfile.ZipFile(path, mode) as packed:
        packed.write(book, f"绑定卡_第{number:02}册.pdf")


def _write_book(book: Path, account: str, cards: list[Printed], done: int, progress: Callable[[int], None]) -> int:
    canvas = Canvas(str(book), pagesize=A4, pageCompression=1)
    canvas.setTitle(f"{account} 绑定卡")
    canvas.setAuthor(account)
    width, height = (A4[0] - 2 * MARGIN) / ACROSS, (A4[1] - 2 * MARGIN) / DOWN
    for start in range(0, len(cards), A_SHEET):
        _cut_lines(canvas, width, height)
        for place, card in enumerate(cards[start : start + A_SHEET]):
            left = MARGIN + place % ACROSS * width
            bottom = A4[1] - MARGIN - (place // ACROSS + 1) * height
            _draw(canvas, account, card, left, bottom, width, height)
        canvas.showPage()
        progress(done + min(start + A_SHEET, len(cards)))
    canvas.save()
    return done + len(cards)


def _cut_lines(canvas: Canvas, width: float, height: float) -> None:
    canvas.setStrokeGray(0.75)
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 3)
    for column in range(ACROSS + 1):
        canvas.line(MARGIN + column * width, MARGIN, MARGIN + column * width, A4[1] - MARGIN)
    for row in range(DOWN + 1):
        canvas.line(MARGIN, MARGIN + row * height, A4[0] - MARGIN, MARGIN + row * height)
    canvas.setDash()


def _draw(canvas: Canvas, account: str, card: Printed, left: float, bottom: float, width: float, height: float) -> None:
    pad = 6 * mm
    inner, top = width - 2 * pad, bottom + height - pad
    _line(canvas, account, left + pad, top - 6, inner, 8, GREY)
    _line(canvas, card.shop, left + pad, top - 25, inner, 15, INK)
    # The code's white border aligns it with the texts above and below.
    border = QR_SIDE * printing.QUIET / (29 + 2 * printing.QUIET)
    printing.draw_code(canvas, card.url, left + pad - border, bottom + pad - border, QR_SIDE)
    beside = left + pad + QR_SIDE - 2 * border + 4 * mm
    room = left + width - pad - beside
    y = bottom + pad + QR_SIDE - 2 * border - 12
    for text, size, grey in (
        (f"{rules.salutation(card.keeper)} 收", 12, INK),
        (f"许可证 {rules.mask_licence(card.licence)}", 8.5, GREY),
        (card.area, 8.5, GREY),
        (card.manager and f"客户经理 {card.manager}", 8.5, GREY),
    ):
        _line(canvas, text, beside, y, room, size, grey)
        y -= size + 5
    y = bottom + pad + 1 + 14 * (len(texts.CARD) - 1)
    for text in texts.CARD:
        _line(canvas, text, beside, y, room, 9.5, INK)
        y -= 14


def _line(canvas: Canvas, text: str, x: float, y: float, room: float, size: float, grey: float) -> None:
    text, size = printing.fitted(text, size, room)
    canvas.setFillGray(grey)
    canvas.setFont(printing.FONT, size)
    canvas.drawString(x, y, text)
