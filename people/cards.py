"""Binding cards as PDF: A4 sheets of eight cards with QR codes, with the font embedded.

Many sheets are split into several files: a hundred pages are easier to print than six hundred, and only one file is
in memory at a time.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import segno
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
#: Room within a card, and the code's white border, which aligns it with the texts above and below.
PAD = 6 * mm
BORDER = QR_SIDE * printing.QUIET / (29 + 2 * printing.QUIET)
#: Content of the code on the picture of a sheet.
SAMPLE = "样张"


@dataclass(frozen=True, slots=True)
class CardLine:
    """Line of text at its place on a sheet, in points."""

    text: str
    x: float
    y: float
    size: float
    grey: float


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """Sheet as a page of the console draws it, in points from the upper left: lines, corners of codes, cut lines."""

    size: tuple[float, float]
    lines: Sequence[CardLine]
    codes: Sequence[tuple[float, float]]
    cuts: Sequence[tuple[float, float, float, float]]
    side: float
    #: Path of a code that leads nowhere, one unit wide.
    code: str


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
            left, bottom = _corner(place, width, height)
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


def picture(account: str, cards: Sequence[Printed]) -> SheetPicture | None:
    """The first sheet of these cards; None where the font is not installed."""
    try:
        printing.load_font()
    except Refused:
        return None
    lines, codes = list[CardLine](), list[tuple[float, float]]()
    width, height = (A4[0] - 2 * MARGIN) / ACROSS, (A4[1] - 2 * MARGIN) / DOWN
    for place, card in enumerate(cards[:A_SHEET]):
        left, bottom = _corner(place, width, height)
        lines += [replace(line, y=A4[1] - line.y) for line in _lines(account, card, left, bottom, width, height)]
        codes.append((left + PAD - BORDER, A4[1] - bottom - PAD + BORDER - QR_SIDE))
    cuts = [(MARGIN + n * width, MARGIN, MARGIN + n * width, A4[1] - MARGIN) for n in range(ACROSS + 1)]
    cuts += [(MARGIN, MARGIN + n * height, A4[0] - MARGIN, MARGIN + n * height) for n in range(DOWN + 1)]
    return SheetPicture(A4, tuple(lines), tuple(codes), tuple(cuts), QR_SIDE, _sample_code())


def _sample_code() -> str:
    """A code that leads nowhere, as the path of a picture one unit wide."""
    rows = [bytes(row) for row in segno.make(SAMPLE, error="m", micro=False).matrix]
    module = 1 / (len(rows) + 2 * printing.QUIET)
    runs = (
        f"M{(printing.QUIET + run.start()) * module:.4f} {(printing.QUIET + number) * module:.4f}"
        f"h{len(run[0]) * module:.4f}v{module:.4f}h-{len(run[0]) * module:.4f}z"
        for number, row in enumerate(rows)
        for run in re.finditer(b"\x01+", row)
    )
    return "".join(runs)


def _corner(place: int, width: float, height: float) -> tuple[float, float]:
    """The lower left corner of a card on its sheet."""
    return MARGIN + place % ACROSS * width, A4[1] - MARGIN - (place // ACROSS + 1) * height


def _draw(canvas: Canvas, account: str, card: Printed, left: float, bottom: float, width: float, height: float) -> None:
    for line in _lines(account, card, left, bottom, width, height):
        canvas.setFillGray(line.grey)
        canvas.setFont(printing.FONT, line.size)
        canvas.drawString(line.x, line.y, line.text)
    printing.draw_code(canvas, card.url, left + PAD - BORDER, bottom + PAD - BORDER, QR_SIDE)


def _lines(account: str, card: Printed, left: float, bottom: float, width: float, height: float) -> Iterator[CardLine]:
    inner, top = width - 2 * PAD, bottom + height - PAD
    yield _line(account, left + PAD, top - 6, inner, 8, GREY)
    yield _line(card.shop, left + PAD, top - 25, inner, 15, INK)
    beside = left + PAD + QR_SIDE - 2 * BORDER + 4 * mm
    room = left + width - PAD - beside
    y = bottom + PAD + QR_SIDE - 2 * BORDER - 12
    for text, size, grey in (
        (f"{rules.salutation(card.keeper)} 收", 12, INK),
        (f"许可证 {rules.mask_licence(card.licence)}", 8.5, GREY),
        (card.area, 8.5, GREY),
        (card.manager and f"客户经理 {card.manager}", 8.5, GREY),
    ):
        yield _line(text, beside, y, room, size, grey)
        y -= size + 5
    y = bottom + PAD + 1 + 14 * (len(texts.CARD) - 1)
    for text in texts.CARD:
        yield _line(text, beside, y, room, 9.5, INK)
        y -= 14


def _line(text: str, x: float, y: float, room: float, size: float, grey: float) -> CardLine:
    text, size = printing.fitted(text, size, room)
    return CardLine(text, x, y, size, grey)
