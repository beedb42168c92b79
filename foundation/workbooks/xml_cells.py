"""Cells in the XML of a sheet: the text and position of the one being parsed."""

import re

from foundation.errors import Refused
from foundation.ooxml.parser import number_of
from foundation.workbooks.cells import WORKBOOK

#: Characters of one cell; Excel keeps 32,767.
_LONGEST_TEXT = 40_000
_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class CellText:
    """Text of a cell, collected piece by piece, without its pronunciation (`rPh`)."""

    __slots__ = ("_begun", "_is_aside", "_is_open", "_pieces", "letters")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._is_open, self._is_aside, self.letters, self._begun = False, False, 0, 0

    def begin(self, _: object = None) -> None:
        self._pieces.clear()
        self.letters = 0

    def open(self, _: object) -> None:
        self._is_open, self._begun = not self._is_aside, len(self._pieces)

    def close(self, _: object) -> None:
        self._is_open = False
        # An escaped character (_x0041_) is always within one run; across two runs the same letters are plain text.
        run = "".join(self._pieces[self._begun :])
        if "_x" in run:
            self._pieces[self._begun :] = [_ESCAPED.sub(_unescaped, run)]

    def turn_aside(self, _: object) -> None:
        self._is_aside = True

    def turn_back(self, _: object) -> None:
        self._is_aside = False

    def hear(self, text: str) -> None:
        if self._is_open:
            self._pieces.append(text)
            self.letters += len(text)
            if self.letters > _LONGEST_TEXT:
                raise Refused(
                    WORKBOOK.too_large(f"有一格超过 {_LONGEST_TEXT:,} 个字", f"一格最多 {_LONGEST_TEXT:,} 个字")
                )

    def said(self) -> str:
        return "".join(self._pieces)


class Columns(dict[str, int]):
    """Column numbers, counted from 0, by their letters. Raises `Refused` for letters that are no column."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters[:4].upper():
            if not "A" <= letter <= "Z":
                raise Refused(WORKBOOK.unreadable)
            number = number * 26 + ord(letter) - 64
        if not 1 <= number <= _LAST_COLUMN:
            raise Refused(WORKBOOK.unreadable)
        return self.setdefault(letters, number - 1)


class Place:
    """Position of the cell being read; a cell may leave it out, and then follows the cell before it in its row."""

    __slots__ = ("_columns", "_digits", "_length", "column", "row")

    def __init__(self) -> None:
        self.row, self.column = 0, -1
        self._columns, self._digits, self._length = Columns(), "0", 1

    def next_row(self, number: str | None) -> None:
        self._digits = number if number is not None else str(self.row + 1)
        self.row, self.column, self._length = number_of(self._digits), -1, len(self._digits)
        if not 1 <= self.row <= _LAST_ROW:
            raise Refused(WORKBOOK.unreadable)

    def next_cell(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
        elif reference.endswith(self._digits):
            self.column = self._columns[reference[: -self._length]]
        else:
            raise Refused(WORKBOOK.unreadable)  # a cell of another row


def _unescaped(found: re.Match[str]) -> str:
    """Unescape a character that XML cannot hold (_x0001_); one that a database cannot store becomes a blank."""
    letter = chr(int(found[1], 16))
    is_taken = letter in "\t\n\r" or (letter >= " " and not "\ud800" <= letter <= "\udfff")
    return letter if is_taken else " "
