"""Workbook writer for every .xlsx and CSV file of the product; what people wrote stays text in it.

XlsxWriter needs ten calls for a cell, mostly for checks that are not needed here. An export has up to ten million
cells, so a row's XML is built here at once and appended to the file in which XlsxWriter keeps the rows; XlsxWriter
makes the rest of the workbook. It also treats a text between <r> and </r> as XML of its own, so that an answer could
bring formulas into the file.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | None
"""What a cell may hold; the classes below mark texts and numbers that want a format of their own."""

#: Rows of a sheet: Excel's limit, less the headings.
ROWS_OF_A_SHEET = 1_048_575
#: Characters of one cell as Excel counts them, in UTF-16: one beyond U+FFFF counts as two.
LONGEST = 32_767
CUT_OFF = "……（太长，一格放不下，后面的没有写出）"
#: First characters of a formula in Excel, LibreOffice and WPS; full-width ones with Chinese or Japanese input.
RISKY = frozenset("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
#: Numbers that Excel shows exactly as they were written.
_SHOWN_AS_WRITTEN = re.compile(r"-?(?:0|[1-9][0-9]{0,10})(?:\.[0-9]{0,8}[1-9])?")
_READ_AS_VALUE = re.compile(
    r"[+-]?[0-9][0-9,]*(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?%?"  # a number
    r"|[0-9]{1,4}([-/.年])[0-9]{1,2}(?:[-/.月][0-9]{1,4}日?)?|[0-9]{1,2}月(?:[0-9]{1,2}日)?"  # a day, or a fraction
    r"|[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2})?"  # a time
    r"|true|false"
)
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_COLUMNS = [xl_col_to_name(column) for column in range(16_384)]
# Excel reads the letters _x0041_ as A, but not where they are split into two runs of a text.
_READ_AS_CODE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_IN_TWO_RUNS = '_</t></r><r><t xml:space="preserve">'
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Number of the format for a text that would become a formula when somebody edits its cell.
_QUOTED = 1


class Digits(str):
    """Text cell that stays text when somebody edits it (a licence, a phone, a cell to be filled in)."""

    __slots__ = ()


class Heading(str):
    """Heading cell of a column."""

    __slots__ = ()


class SheetTitle(str):
    """Title cell of a sheet."""

    __slots__ = ()


class Serial(float):
    """Moment as Excel's serial number of days."""

    __slots__ = ()


class Percent(float):
    """Share, shown as a percentage."""

    __slots__ = ()


class TwoDecimals(float):
    """Number shown with two decimals."""

    __slots__ = ()


class OneDecimal(float):
    """Number shown with one decimal."""

    __slots__ = ()


FORMATS: Mapping[type, Mapping[str, Any]] = {
    Digits: {"num_format": "@"},
    Heading: {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "num_format": "@"},
    SheetTitle: {"bold": True, "font_size": 14, "num_format": "@"},
    Serial: {"num_format": "yyyy-mm-dd hh:mm:ss"},
    Percent: {"num_format": "0.0%"},
    TwoDecimals: {"num_format": "0.00"},
    OneDecimal: {"num_format": "0.0"},
}


class Workbook(AbstractContextManager["Workbook"]):
    """Workbook being written as .xlsx; complete when its `with` block ends. If the block fails, its files are closed.

    The uncompressed sheets are kept in `folder`, so that memory use does not grow with the rows; without a folder they
    are kept in memory. `formats` override those of `FORMATS`. With `made_at` the file is the same each time.
    """

    def __init__(
        self,
        target: Path | IO[bytes],
        *,
        folder: Path | None = None,
        formats: Mapping[type, Mapping[str, Any]] | None = None,
        made_at: datetime | None = None,
    ) -> None:
        rows = {"constant_memory": True, "tmpdir": str(folder)} if folder else {"in_memory": True}
        # The sheet of a very large export is more than 4 GB before compression.
        self._book = xlsxwriter.Workbook(
            str(target) if isinstance(target, Path) else target, {**rows, "use_zip64": True}
        )
        if made_at is not None:
            self._book.set_properties({"created": made_at.replace(tzinfo=None)})
        # Like the apostrophe one types in Excel: the cell stays text when it is edited.
        if self._book.add_format({"quote_prefix": True})._get_xf_index() != _QUOTED:
            raise AssertionError("the first format of a workbook has another number")
        self._formats = {
            kind: self._book.add_format(dict(properties)) for kind, properties in {**FORMATS, **(formats or {})}.items()
        }
        self._styles = {kind: form._get_xf_index() for kind, form in self._formats.items()}

    def sheet(self, name: str, widths: Iterable[int], *, columns: type | None = None) -> "SheetWriter":
        """Add a sheet after the others; `columns` are formats that also apply to cells still empty."""
        sheet: SheetWriter = self._book.add_worksheet(name, SheetWriter)
        sheet.styles = self._styles
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, self._formats[columns] if columns else None)
        # Licences are texts on purpose: show no green warning corners on thousands of cells.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return sheet

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._book.close()
            return
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()


class SheetWriter(Worksheet):  # type: ignore[misc]
    """Worksheet filled from top to bottom by `write` only; everything else of a sheet is XlsxWriter's."""

    #: The sheet's dimension element.
    dim_rowmin: int | None
    dim_rowmax: int | None
    dim_colmin: int | None
    dim_colmax: int | None
    #: Format numbers by kind of cell.
    styles: Mapping[type, int]
    #: Number of rows written.
    height = 0

    def write(self, cells: Iterable[Cell]) -> None:
        """Write a row below those written before; None leaves a cell empty."""
        self.height = place = self.height + 1
        parts = [f'<row r="{place}">']
        add = parts.append
        width = 0
        for letters, value in zip(_COLUMNS, cells, strict=False):
            width += 1
            kind = value.__class__
            if kind is str:
                if value:
                    add(f'<c r="{letters}{place}"{_inline(value)}')
            elif kind is int or kind is float:
                add(f'<c r="{letters}{place}"><v>{value!r}</v></c>')
            elif isinstance(value, str):
                add(f'<c r="{letters}{place}" s="{self.styles[kind]}"')
                add(_text(value) if value else "/>")
            elif value is not None:
                # PostgreSQL gives sums as Decimal, which has no format of its own.
                add(f'<c r="{letters}{place}" s="{self.styles.get(kind, 0)}"><v>{float(value)!r}</v></c>')
        add("</row>")
        self.row_data_fh.write("".join(parts))
        self.dim_rowmin = self.dim_colmin = 0
        self.dim_rowmax, self.dim_colmax = place - 1, max(self.dim_colmax or 0, width - 1)

    def _initialize(self, init_data: Mapping[str, Any]) -> None:
        super()._initialize(init_data)
        if not self.constant_memory:
            self.row_data_fh = StringIO()

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self.fh.write(self.row_data_fh.getvalue())
        self._xml_end_tag("sheetData")


def csv_writer(file: IO[str]) -> Any:
    """A CSV writer with BOM (`utf-8-sig`) and CRLF: without them Excel on a Chinese Windows would read the file as GBK,
    or as one line.
    """
    return csv.writer(file, lineterminator="\r\n")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet could run this text as a formula.

    >>> [is_risky(text) for text in ("=1+1", "@SUM(A1)", "-2+3", "-5", "+8.50", "满意", "")]
    [True, True, True, False, False, False, False]
    """
    return text[:1] in RISKY and not _NUMBER.fullmatch(text)


def csv_text(text: str) -> str:
    """A text escaped for CSV, which has no cell formats: with an apostrophe in front where a spreadsheet would run it,
    and within ="…" where Excel would change it.

    >>> csv_text("=cmd|' /C calc'!A0"), csv_text("-5"), csv_text("8.5"), csv_text("满意")
    ("'=cmd|' /C calc'!A0", '-5', '8.5', '满意')
    >>> csv_text("035080200001"), csv_text("13900002201"), csv_text("+8.50"), csv_text("7-11"), csv_text("3E5")
    ('="035080200001"', '13900002201', '="+8.50"', '="7-11"', '="3E5"')
    """
    if is_risky(text):
        return f"'{text}"
    # Excel in China reads full-width digits as digits.
    is_value = _READ_AS_VALUE.fullmatch(unicodedata.normalize("NFKC", text).strip().lower())
    return csv_digits(text) if is_value and not _SHOWN_AS_WRITTEN.fullmatch(text) else text


def csv_digits(text: str) -> str:
    """Digits escaped for CSV so that Excel keeps them unchanged (a licence, a phone); our own import reads this form.

    >>> csv_digits("035080200001"), csv_digits('1"&A1'), csv_digits("")
    ('="035080200001"', '="1""&A1"', '')
    """
    doubled = text.replace('"', '""')
    return f'="{doubled}"' if text else ""


def serial(moment: datetime, zone: ZoneInfo) -> Serial:
    """A moment as Excel's serial number of days, in the local time of a zone.

    >>> serial(datetime(2026, 9, 12, 4, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    46277.5
    """
    # Excel has no time zones: the local time is counted as if it were UTC.
    local = moment.astimezone(zone).replace(tzinfo=UTC)
    return Serial((local - _DAY_ZERO).total_seconds() / 86400)


@lru_cache(maxsize=8192)
def _inline(text: str) -> str:
    """The XML of a text cell after its address; cached, for most texts are repeated labels.

    >>> _inline("好 & <坏>")
    ' t="inlineStr"><is><t>好 &amp; &lt;坏&gt;</t></is></c>'
    >>> _inline("=1+1")
    ' s="1" t="inlineStr"><is><t>=1+1</t></is></c>'
    """
    return f' s="{_QUOTED}"{_text(text)}' if is_risky(text) else _text(text)


def _text(text: str) -> str:
    """The XML of a text cell, after its address and format.

    >>> _text(" \\x07")
    ' t="inlineStr"><is><t xml:space="preserve"> \ufffd</t></is></c>'
    """
    text = _fitting(text)
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    text = _NO_XML.sub("\ufffd", text)
    if _READ_AS_CODE.search(text):
        kept, text = ' xml:space="preserve"', _READ_AS_CODE.sub(_IN_TWO_RUNS, text)
        return f' t="inlineStr"><is><r><t{kept}>{text}</t></r></is></c>'
    return f' t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def _fitting(text: str) -> str:
    """A text cut to the limit of a cell; Excel would report a longer one as a damaged file."""
    if len(text) <= LONGEST // 2 or len(text) + sum(sign > "\uffff" for sign in text) <= LONGEST:
        return text
    room = (LONGEST - len(CUT_OFF)) * 2
    return text.encode("utf-16-le", "surrogatepass")[:room].decode("utf-16-le", "ignore") + CUT_OFF
