"""XLSX reader: each part is read as a stream; memory use grows with the cells, never with the declared range."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from math import isfinite

from foundation.errors import Refused
from foundation.ooxml import package
from foundation.ooxml.package import Package
from foundation.ooxml.parser import Attributes, Parser, number_of
from foundation.workbooks import formats
from foundation.workbooks.cells import (
    NO_RESULT,
    WORKBOOK,
    Cell,
    Cells,
    Fault,
    Limits,
    Merged,
    Sheet,
    as_text,
    too_far,
)
from foundation.workbooks.xml_cells import CellText, Columns, Place

#: Limits of the shared texts: their number, and the characters in all of them.
_MOST_STRINGS, _MOST_LETTERS = 3_000_000, 64_000_000
_MOST_MERGED = 100_000
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")


def opened(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook. Raises `Refused` for content that is none."""
    return _Book(package.opened(content, WORKBOOK, unpacked=limits.unpacked), limits).sheets()


@dataclass
class _Book:
    """Opened workbook whose parts are read when they are needed."""

    package: Package
    limits: Limits

    def sheets(self) -> tuple[Sheet, ...]:
        related = self.package.related(self.package.main)
        found = []
        for name, each in self.package.elements(self.package.main):
            kind, part = related.get(_reference(each), ("", "")) if name == "sheet" else ("", "")
            if kind == "worksheet" and part in self.package.parts:
                found.append(self._sheet(each, part))
        return tuple(found)

    def _sheet(self, attributes: Attributes, part: str) -> Sheet:
        return Sheet(
            name=attributes.get("name", ""),
            is_visible=attributes.get("state", "visible") == "visible",
            read=lambda: self._read(part),
            count=lambda: self._look(part)[0],
            find_merged=lambda: self._merged(part) if self._look(part)[1] else (),
        )

    @cached_property
    def _is_1904(self) -> bool:
        about = [each for name, each in self.package.elements(self.package.main) if name == "workbookPr"]
        return any(each.get("date1904") in ("1", "true") for each in about)

    @cached_property
    def _formats(self) -> list[formats.Format]:
        """The number format of each cell style."""
        part = self.package.one("styles")
        codes, known, is_of_cells = dict(formats.BUILT_IN), dict[str, formats.Format](), False
        found: list[formats.Format] = []
        for name, each in self.package.elements(part) if part else ():
            if name == "numFmt":
                codes[number_of(each.get("numFmtId"))] = each.get("formatCode", "")
            elif name in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
                is_of_cells = name == "cellXfs"
            elif name == "xf" and is_of_cells:
                code = codes.get(number_of(each.get("numFmtId")), "General")
                if code not in known:
                    known[code] = formats.read(code)
                found.append(known[code])
        return found

    @cached_property
    def _strings(self) -> list[str]:
        """The shared texts."""
        part = self.package.one("sharedStrings")
        strings: list[str] = []
        words, letters = CellText(), 0

        def keep(_: object = None) -> None:
            nonlocal letters
            letters += words.letters
            strings.append(words.said())
            if len(strings) > _MOST_STRINGS:
                raise Refused(WORKBOOK.too_large(f"文字超过 {_MOST_STRINGS:,} 段", f"最多 {_MOST_STRINGS:,} 段"))
            if letters > _MOST_LETTERS:
                raise Refused(WORKBOOK.too_large(f"文字超过 {_MOST_LETTERS:,} 个字", f"最多 {_MOST_LETTERS:,} 个字"))

        parser = Parser(
            {"si": words.begin, "t": words.open, "rPh": words.turn_aside},
            {"si": keep, "t": words.close, "rPh": words.turn_back},
            WORKBOOK,
            words.hear,
        )
        for _ in self.package.parse(part, parser) if part else ():
            pass
        return strings

    def _look(self, part: str) -> tuple[int, bool]:
        """The approximate number of a sheet's rows, and whether it may have merged cells, listed after all rows."""
        rows, has_merged, before = 0, False, b""
        for piece in self.package.pieces(part):
            rows += piece.count(b"<row") + piece.count(b":row")
            # The name may be cut in two by the end of a piece, and has other bytes in UTF-16.
            has_merged = has_merged or b"mergeCell" in before + piece or b"\0" in piece
            before = piece[-10:]
        return rows, has_merged

    def _merged(self, part: str) -> tuple[Merged, ...]:
        merged: list[Merged] = []

        def keep(attributes: Attributes) -> None:
            merged.append(_merged(attributes.get("ref", "")))
            if len(merged) > _MOST_MERGED:
                raise Refused(WORKBOOK.too_large(f"合并的单元格超过 {_MOST_MERGED:,} 处", f"最多 {_MOST_MERGED:,} 处"))

        for _ in self.package.parse(part, Parser({"mergeCell": keep}, {}, WORKBOOK)):
            pass
        return tuple(merged)

    def _read(self, part: str) -> Iterator[tuple[int, Cells]]:
        place, words = Place(), CellText()
        done: list[tuple[int, Cells]] = []
        cells: Cells = {}
        kind = style = ""
        is_formula = has_value = False
        most_rows, most_columns = self.limits.rows, self.limits.columns

        def row(attributes: Attributes) -> None:
            nonlocal cells
            place.next_row(attributes.get("r"))
            cells = {}

        def row_ends(_: str) -> None:
            if cells:
                done.append((place.row, cells))

        def cell(attributes: Attributes) -> None:
            nonlocal kind, style, is_formula, has_value
            place.next_cell(attributes.get("r"))
            kind, style, is_formula, has_value = attributes.get("t", "n"), attributes.get("s", ""), False, False
            words.begin()

        def cell_ends(_: str) -> None:
            found = self._cell(words.said(), kind, style, is_formula=is_formula, has_value=has_value)
            if found is None:
                return
            if place.row <= most_rows and place.column < most_columns:
                cells[place.column] = found
            elif found != "":  # formulas with an empty result are often filled down to the last row
                raise Refused(too_far(place.row, place.column, self.limits))

        def formula(_: Attributes) -> None:
            nonlocal is_formula
            is_formula = True

        def value(_: Attributes) -> None:
            nonlocal has_value
            has_value = True
            words.open(_)

        parser = Parser(
            {"c": cell, "v": value, "t": words.open, "row": row, "f": formula, "rPh": words.turn_aside},
            {"c": cell_ends, "v": words.close, "t": words.close, "row": row_ends, "rPh": words.turn_back},
            WORKBOOK,
            words.hear,
        )
        for _ in self.package.parse(part, parser):
            yield from done
            done.clear()
        yield from done

    def _cell(self, text: str, kind: str, style: str, *, is_formula: bool, has_value: bool) -> Cell | None:
        if kind == "s" and text:
            if not text.isdecimal() or number_of(text) >= len(self._strings):
                raise Refused(WORKBOOK.unreadable)
            return as_text(self._strings[number_of(text)])
        if is_formula and not has_value:
            return Fault(NO_RESULT)
        if kind in ("inlineStr", "str"):
            # An empty text as a formula's result differs from a cell that nobody filled in.
            return as_text(text) or ("" if is_formula else None)
        text = text.strip()
        if kind == "e":
            return Fault(f"是错误值 {text[:20]}".strip())
        if not text:
            return Fault(NO_RESULT) if is_formula else None
        if kind == "b":
            return text in ("1", "true")
        try:
            if kind == "d":
                return _from_iso(text)
            if kind == "n":
                at = number_of(style)
                how = self._formats[at] if at < len(self._formats) else formats.PLAIN
                return formats.shown(_digits(text), how, is_1904=self._is_1904)
        except (ValueError, OverflowError):
            pass
        raise Refused(WORKBOOK.unreadable)


def _merged(reference: str) -> Merged:
    found = _RANGE.fullmatch(reference)
    if found is None:
        raise Refused(WORKBOOK.unreadable)
    columns = Columns()
    left, right = sorted((columns[found[1]], columns[found[3] or found[1]]))
    top, bottom = sorted((int(found[2]), int(found[4] or found[2])))
    return Merged(top, left, bottom, right)


def _reference(attributes: Attributes) -> str:
    """The relationship id in an element's attributes, whatever its namespace prefix."""
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _digits(text: str) -> int | float:
    """The number in a cell's text. Raises `ValueError`."""
    if len(text) > 40:
        raise ValueError(text[:40])
    number: int | float = int(text) if text.isdecimal() else float(text)
    if not isfinite(number):
        raise ValueError(text)
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 else number


def _from_iso(text: str) -> date | time:
    if "T" in text:
        return datetime.fromisoformat(text.removesuffix("Z"))
    return time.fromisoformat(text) if ":" in text else date.fromisoformat(text)
