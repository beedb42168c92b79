"""XLSX reader: each part is read as a stream; memory use grows with the cells, never with the declared range."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from math import isfinite
from posixpath import join, normpath
from xml.parsers import expat

from foundation.errors import Refused
from foundation.workbooks import formats
from foundation.workbooks.cells import (
    LOCKED,
    NO_RESULT,
    UNREADABLE,
    Cell,
    Cells,
    Fault,
    Limits,
    Merged,
    Sheet,
    as_text,
    megabytes,
    too_far,
    too_large,
)
from foundation.workbooks.parser import Attributes, CellText, Columns, Parser, Place, number_of

_PIECE = 1 << 16
#: The most parts of a workbook.
_MOST_PARTS = 2000
#: Limits of the shared texts: their number, and the characters in all of them.
_MOST_STRINGS, _MOST_LETTERS = 3_000_000, 64_000_000
_MOST_MERGED = 100_000
#: Limits of the parts that describe the workbook: bytes and elements.
_LARGEST_PLAN, _LONGEST_PLAN = 32 << 20, 200_000
#: What `zipfile` raises for a broken list of parts: no zip file, one of a newer version, and a name that is not UTF-8.
_BROKEN_DIRECTORY = (zipfile.BadZipFile, NotImplementedError, ValueError)
#: What it raises for a broken part: a wrong checksum, broken compression, patched data, a part that ends too early, and
#: one that begins before the file (ValueError) or further away than a number can say (OverflowError).
_BROKEN_PART = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OverflowError)
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")


def opened(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook. Raises `Refused` for content that is none."""
    # Each part takes half a kilobyte of memory even if it is never read.
    parts = content.count(b"PK\x01\x02")
    if parts > _MOST_PARTS:
        raise Refused(too_large(f"工作簿里有 {parts:,} 个部分", f"最多 {_MOST_PARTS:,} 个"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN_DIRECTORY:
        raise Refused(UNREADABLE) from None
    return _Book(archive, limits).sheets()


@dataclass
class _Book:
    """Opened workbook whose parts are read when they are needed."""

    archive: zipfile.ZipFile
    limits: Limits

    def sheets(self) -> tuple[Sheet, ...]:
        related = self._related(self._main)
        found = []
        for name, each in self._elements(self._main):
            kind, part = related.get(_reference(each), ("", "")) if name == "sheet" else ("", "")
            if kind == "worksheet" and part in self._parts:
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
    def _parts(self) -> dict[str, zipfile.ZipInfo]:
        return {part.filename.replace("\\", "/").lower().lstrip("/"): part for part in self.archive.infolist()}

    @cached_property
    def _main(self) -> str:
        named = [part for kind, part in self._related("").values() if kind == "officeDocument"]
        return next((part for part in (*named, "xl/workbook.xml") if part in self._parts), "")

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part by their ids: the kind and path of each target."""
        folder, _, name = part.rpartition("/")
        listed = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listed not in self._parts:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                normpath(join("/", folder, each.get("Target", "").replace("\\", "/"))).lower().lstrip("/"),
            )
            for element, each in self._elements(listed)
            if element == "Relationship"
        }

    def _one(self, kind: str) -> str:
        found = self._related(self._main).values()
        return next((part for each, part in found if each == kind and part in self._parts), "")

    @cached_property
    def _is_1904(self) -> bool:
        about = [each for name, each in self._elements(self._main) if name == "workbookPr"]
        return any(each.get("date1904") in ("1", "true") for each in about)

    @cached_property
    def _formats(self) -> list[formats.Format]:
        """The number format of each cell style."""
        part = self._one("styles")
        codes, known, is_of_cells = dict(formats.BUILT_IN), dict[str, formats.Format](), False
        found: list[formats.Format] = []
        for name, each in self._elements(part) if part else ():
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
        part = self._one("sharedStrings")
        strings: list[str] = []
        words, letters = CellText(), 0

        def keep(_: object = None) -> None:
            nonlocal letters
            letters += words.letters
            strings.append(words.said())
            if len(strings) > _MOST_STRINGS:
                raise Refused(too_large(f"文字超过 {_MOST_STRINGS:,} 段", f"最多 {_MOST_STRINGS:,} 段"))
            if letters > _MOST_LETTERS:
                raise Refused(too_large(f"文字超过 {_MOST_LETTERS:,} 个字", f"最多 {_MOST_LETTERS:,} 个字"))

        parser = Parser(
            {"si": words.begin, "t": words.open, "rPh": words.turn_aside},
            {"si": keep, "t": words.close, "rPh": words.turn_back},
            words.hear,
        )
        for _ in self._parse(part, parser) if part else ():
            pass
        return strings

    def _elements(self, part: str) -> list[tuple[str, Attributes]]:
        """The elements of a small part, in order."""
        if not part:
            raise Refused(UNREADABLE)
        parser = Parser({}, {})
        found: list[tuple[str, Attributes]] = []
        parser.keep = found
        for _ in self._parse(part, parser, _LARGEST_PLAN):
            if len(found) > _LONGEST_PLAN:
                raise Refused(too_large(f"工作簿的样式和说明超过 {_LONGEST_PLAN:,} 项", f"最多 {_LONGEST_PLAN:,} 项"))
        return found

    def _look(self, part: str) -> tuple[int, bool]:
        """The approximate number of a sheet's rows, and whether it may have merged cells, listed after all rows."""
        rows, has_merged, before = 0, False, b""
        for piece in self._pieces(part):
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
                raise Refused(too_large(f"合并的单元格超过 {_MOST_MERGED:,} 处", f"最多 {_MOST_MERGED:,} 处"))

        for _ in self._parse(part, Parser({"mergeCell": keep}, {})):
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
            words.hear,
        )
        for _ in self._parse(part, parser):
            yield from done
            done.clear()
        yield from done

    def _cell(self, text: str, kind: str, style: str, *, is_formula: bool, has_value: bool) -> Cell | None:
        if kind == "s" and text:
            if not text.isdecimal() or number_of(text) >= len(self._strings):
                raise Refused(UNREADABLE)
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
        raise Refused(UNREADABLE)

    def _parse(self, part: str, parser: "Parser", most: int | None = None) -> Iterator[None]:
        """Feed a part to a parser, yielding after each piece."""
        for piece in self._pieces(part, most):
            try:
                parser.feed(piece)
            except expat.ExpatError:
                raise Refused(UNREADABLE) from None
            yield

    def _pieces(self, part: str, most: int | None = None) -> Iterator[bytes]:
        """The unpacked pieces of a part; the last is empty. Never unpacks more than the archive declares."""
        most = min(most or self.limits.unpacked, self.limits.unpacked)
        info = self._parts[part]
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(UNREADABLE)
        if info.flag_bits & 1:
            raise Refused(LOCKED)
        if info.file_size > most:
            raise Refused(too_large(f"展开后有 {megabytes(info.file_size)}", f"最多 {megabytes(most)}"))
        try:
            with self.archive.open(info) as packed:
                while piece := packed.read(_PIECE):
                    yield piece
        except _BROKEN_PART:
            raise Refused(UNREADABLE) from None
        yield b""


def _merged(reference: str) -> Merged:
    found = _RANGE.fullmatch(reference)
    if found is None:
        raise Refused(UNREADABLE)
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
