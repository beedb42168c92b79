"""Opening a roster file: .xlsx, .xls or .csv, told apart by what they hold and not by their names."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import python_calamine

from foundation.errors import Refused

#: A roster of 100,000 shops has about 8 MB; a larger file is something else.
LARGEST_FILE = 64 << 20
#: What a packed .xlsx may unpack to.
LARGEST_UNPACKED = 1 << 30
#: A cell far away makes a sheet reserve everything in between.
MOST_CELLS = 20_000_000

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
_EXCEL_TEXT = re.compile(r'="(.*)"')

UNREADABLE = "打不开这个文件。请用 Excel 另存为 .xlsx 或 CSV,再试一次。"
LOCKED = "这个文件加了密码,请去掉密码再试。"
TOO_LARGE = "这个文件太大了,请只留名单那一张表,去掉多余的行和列。"
WRONG_LETTERS = "读不懂这个文件的文字编码,请另存为 .xlsx 或 UTF-8 的 CSV。"


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, which can be read again and again. Cells are what the file holds: texts, numbers, dates."""

    height: int
    read: Callable[[], Iterable[list[Any]]]

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Rows with the numbers Excel shows beside them, from 1."""
        return enumerate(self.read(), 1)


def tables(content: bytes) -> Iterator[Table]:
    """The visible sheets of a file, one after the other; a CSV is one. Raises `Refused` for what is no such file."""
    if len(content) > LARGEST_FILE:
        raise Refused(TOO_LARGE)
    if content.startswith((_ZIP, _OLD_EXCEL)):
        yield from _excel(content)
    else:
        yield _csv(content)


def column_letters(index: int) -> str:
    """The name Excel gives a column counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _excel(content: bytes) -> Iterator[Table]:
    if content.startswith(_ZIP):
        _weigh(content)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for number, about in enumerate(book.sheets_metadata):
            if about.typ is python_calamine.SheetTypeEnum.WorkSheet and (
                about.visible is python_calamine.SheetVisibleEnum.Visible
            ):
                sheet = book.get_sheet_by_index(number)
                yield Table(sheet.end[0] + 1 if sheet.end else 0, sheet.iter_rows)
    except python_calamine.PasswordError:
        raise Refused(LOCKED) from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise Refused(UNREADABLE) from None


def _weigh(content: bytes) -> None:
    """Refuse a workbook that would fill the memory, before anything of it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Refused(TOO_LARGE)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    with archive.open(part) as sheet:
                        found = _DIMENSION.search(sheet.read(4096))
                    if found and _number(found[1].decode()) * int(found[2]) > MOST_CELLS:
                        raise Refused(TOO_LARGE)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Refused(UNREADABLE) from None


def _number(letters: str) -> int:
    """How many columns there are up to this one: `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _csv(content: bytes) -> Table:
    text = _decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    height = text.count("\n") + 1

    def read() -> Iterator[list[str]]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
        try:
            for row in reader:
                # Excel keeps a long number in a CSV by writing ="0123": what is meant is what is inside.
                yield [found[1] if (found := _EXCEL_TEXT.fullmatch(cell)) else cell for cell in row]
        except csv.Error:
            raise Refused(UNREADABLE) from None

    return Table(height, read)


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        # Chinese Excel writes GBK. A GBK text is hardly ever valid UTF-8, so the order decides rightly.
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(WRONG_LETTERS)
