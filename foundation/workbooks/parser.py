"""Streaming XML parser of a workbook's parts: elements by name, bounded in size and depth."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from foundation.errors import Refused
from foundation.workbooks.cells import UNREADABLE, too_large

#: Bytes of XML within which an element must begin or end: no cell is longer, and expat buffers what has not ended.
_LONGEST_TOKEN = 1 << 20
#: Limits of one part: elements, distinct names of elements and attributes, depth.
_MOST_ELEMENTS, _MOST_NAMES, _DEEPEST = 40_000_000, 5000, 64
#: Characters of one cell; Excel keeps 32,767.
_LONGEST_TEXT = 40_000
_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


class Parser:
    """Expat parser with limits, so that no small file can keep it busy. `starts`, `ends`: handlers by element name."""

    def __init__(
        self,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[str], None]],
        hear: Callable[[str], None] | None = None,
    ) -> None:
        self._expat = parser = expat.ParserCreate()
        self.keep: list[tuple[str, Attributes]] | None = None
        self._fed = self._unopened = self._elements = 0
        begin, finish, depth = _Named(starts), _Named(ends), 0

        def started(name: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEPEST:
                raise Refused(UNREADABLE)
            if act := begin[name]:
                act(attributes)
            elif self.keep is not None:
                self.keep.append((name.rpartition(":")[2], attributes))

        def ended(name: str) -> None:
            nonlocal depth
            depth -= 1
            if act := finish[name]:
                act(name)

        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, hear
        parser.StartDoctypeDeclHandler = _no_entities

    def feed(self, piece: bytes) -> None:
        """Parse the next piece; an empty piece is the last. Raises `Refused` and `ExpatError`."""
        self._expat.Parse(piece, not piece)
        opened = piece.count(b"<")
        self._fed += len(piece)
        self._elements += opened
        self._unopened = 0 if opened else self._unopened + len(piece)
        waiting = self._fed - self._expat.CurrentByteIndex if piece else 0
        if max(waiting, self._unopened) > _LONGEST_TOKEN or len(self._expat.intern) > _MOST_NAMES:
            raise Refused(UNREADABLE)
        if self._elements > _MOST_ELEMENTS:
            raise Refused(too_large(f"里面的标记超过 {_MOST_ELEMENTS:,} 个", f"最多 {_MOST_ELEMENTS:,} 个"))


class _Named(dict[str, Callable[[Any], None] | None]):
    """Element handlers looked up by name, whatever its namespace prefix."""

    def __missing__(self, name: str) -> Callable[[Any], None] | None:
        return self.setdefault(name, self.get(name.rpartition(":")[2]))


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
                raise Refused(too_large(f"有一格超过 {_LONGEST_TEXT:,} 个字", f"一格最多 {_LONGEST_TEXT:,} 个字"))

    def said(self) -> str:
        return "".join(self._pieces)


class Columns(dict[str, int]):
    """Column numbers, counted from 0, by their letters. Raises `Refused` for letters that are no column."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters[:4].upper():
            if not "A" <= letter <= "Z":
                raise Refused(UNREADABLE)
            number = number * 26 + ord(letter) - 64
        if not 1 <= number <= _LAST_COLUMN:
            raise Refused(UNREADABLE)
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
            raise Refused(UNREADABLE)

    def next_cell(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
        elif reference.endswith(self._digits):
            self.column = self._columns[reference[: -self._length]]
        else:
            raise Refused(UNREADABLE)  # a cell of another row


def number_of(text: str | None) -> int:
    """A non-negative number from an attribute; 0 where none is written."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _no_entities(*_: object) -> None:
    raise Refused(UNREADABLE)  # no workbook declares entities, and a few nested ones expand to gigabytes


def _unescaped(found: re.Match[str]) -> str:
    """Unescape a character that XML cannot hold (_x0001_); one that a database cannot store becomes a blank."""
    letter = chr(int(found[1], 16))
    is_taken = letter in "\t\n\r" or (letter >= " " and not "\ud800" <= letter <= "\udfff")
    return letter if is_taken else " "
