"""Reader of a workbook of questions: gives the mapping its author means, with the cell of every value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from foundation.errors import Refused
from foundation.text import bare, plain
from foundation.workbooks import reading
from foundation.workbooks.cells import Cell, Cells, Fault, Limits, Merged, NumberCell, Sheet, column_letters
from questions.authoring.layout import LETTERED, NUMBERED, AuthoredFile, FileLayout, Names
from questions.authoring.option_reader import with_code
from questions.authoring.spelling import Mistaken, Path, suggestion
from questions.authoring.word_lines import options_of

LIMITS = Limits(file=2 << 20, unpacked=32 << 20, rows=5000, columns=200)

_SEPARATORS = re.compile(r"\s*[、,，|｜\n]\s*")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIR = re.compile(r"\s*([^=＝:：]+?)\s*[=＝:：]\s*(.*?)\s*")


def parse(content: bytes, layout: FileLayout) -> AuthoredFile:
    """Read an .xlsx file with a sheet named as the layout says (a name and a value in each row; none where the layout
    has no rows) and the sheet 题目 (a question in each row).

    Options stand one in a line, or with | between; `[2] 比较满意` rewords option 2, `周六 [限20]` says how many may
    choose it. Conditions stand one in a line: `q1=一般、不满意`, `q4=0-6`. Raises Refused naming the cells.
    """
    sheets: dict[str, Sheet] = {}
    for sheet in reading.workbook(content, LIMITS):
        name = plain(sheet.name)
        if name in sheets:
            raise Refused(f"有两张工作表都叫“{name}”，请只留下一张")
        sheets[name] = sheet
    if not layout.rows and len(sheets) == 1:
        sheets = dict(zip((layout.sheet,), sheets.values(), strict=True))
    wanted = (layout.called, layout.sheet) if layout.rows else (layout.sheet,)
    lacking = [name for name in wanted if name not in sheets]
    if lacking:
        raise Refused("缺少工作表" + "和".join(f"“{name}”" for name in lacking) + "，请用模板填写")
    mistakes: list[str] = []
    places: dict[Path, str] = {}
    data = _head(sheets[layout.called], layout, places, mistakes) if layout.rows else {}
    data["questions"] = []
    for name in layout.sheet_names():
        if name in sheets:
            _questions(sheets[name], layout, data["questions"], places, mistakes)
    if mistakes:
        raise Mistaken(mistakes, layout.called)
    return AuthoredFile(data, places)


def _head(sheet: Sheet, layout: FileLayout, places: dict[Path, str], mistakes: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    here, rows = layout.called, layout.rows
    names = {**rows, **layout.also, **{key: key for key in rows.values()}}
    # A cell merged over several rows hides what was meant for the others, such as the audience.
    _refuse_merged(here, [each for each in sheet.merged if each.left < 2 and (each.top, 1) != (each.bottom, each.left)])
    for n, cells in sheet.rows():
        label = _label(cells.get(0), f"{here}!A{n}", mistakes)
        value = _value(cells.get(1), f"{here}!B{n}", mistakes)
        if not label:
            if value is not None and not isinstance(cells.get(0), Fault):
                mistakes.append(f"{here}!A{n}：B{n} 有内容，但没有写是哪一项")
            continue
        key = names.get(label, "")
        if not key:
            mistakes.append(f"{here}!A{n}：不认识“{label}”" + suggestion(label, rows))
        elif key in data:
            mistakes.append(f"{here}!A{n}：“{label}”写了两次")
        elif value is not None:
            places[(key,)] = f"{here}!B{n}"
            data[key] = named(value, layout.names[key], f"{here}!B{n}", mistakes) if key in layout.names else value
        elif key in layout.narrowing:
            mistakes += _astray(label, cells, here, n)
    return data


def _astray(label: str, cells: Cells, here: str, n: int) -> list[str]:
    """Return a mistake for each cell that looks like the misplaced value of an empty row, so that it is not lost."""
    if 1 in cells and not isinstance(cells[1], Fault):
        return [f"{here}!B{n}：“{label}”这一格里有公式或空格，却没有内容。不限的话，请清空这一格"]
    return [
        f"{here}!{column_letters(at)}{n}：“{label}”请写在 B 列，其他列只是说明"
        for at, note in sorted(cells.items())
        if at > 1 and _is_meant(note)
    ]


def _is_meant(note: Cell | None) -> bool:
    """Whether a note beside an empty value looks like the value."""
    if isinstance(note, Fault):
        return True
    return isinstance(note, str) and bool(re.search("[=＝]", note)) and not note.startswith("不填")


def _questions(
    sheet: Sheet, layout: FileLayout, questions: list[dict[str, Any]], places: dict[Path, str], mistakes: list[str]
) -> None:
    """Read the questions of a sheet, behind those of the sheets before it."""
    here = plain(sheet.name)
    rows = [(n, cells) for n, cells in sheet.rows() if any(_is_filled(cell) for cell in cells.values())]
    if not rows:
        mistakes.append(f"{here}!A1：没有{layout.sheet}")
        return
    (head, labels), *rows = rows
    faults: list[str] = []
    columns = _columns(labels, f"{here}!{{}}{head}", layout, faults)
    if not columns:
        mistakes.append(f"{here}!A{head}：这一行应是表头（{'、'.join(layout.columns)}），上面的标题请删去")
        return
    mistakes += faults
    _refuse_merged(here, [each for each in sheet.merged if each.bottom > head and each.left <= max(labels)])
    for n, cells in rows:
        path: Path = ("questions", len(questions))
        places[path] = f"{here}!A{n}"
        question: dict[str, Any] = {}
        for at, cell in sorted(cells.items()):
            where = f"{here}!{column_letters(at)}{n}"
            key = columns.get(at)
            if key is None:
                if _is_filled(cell) and not _is_filled(labels.get(at)):
                    mistakes.append(f"{where}：这一列没有表头")
                continue
            value = _value(cell, where, mistakes)
            if value is not None and key in _LETTERS:
                _lettered(question, value, key, where, mistakes)
                places.setdefault((*path, "options"), where)
                places[*path, "options", len(question["options"]) - 1] = where
            elif value is not None:
                places[(*path, key)] = where
                question[key] = _READERS[key](value, where, mistakes) if key in _READERS else value
        for at, key in columns.items():
            places.setdefault((*path, key), f"{here}!{column_letters(at)}{n}")
        questions.append(question)


def _lettered(question: dict[str, Any], value: object, letter: str, where: str, mistakes: list[str]) -> None:
    """Add the option of a column of its own."""
    options = question.setdefault("options", [])
    if _LETTERS.index(letter) != len(options):
        mistakes.append(f"{where}：选项 {letter} 前面有空的选项，请从 A 起一个接一个写")
    options.append(with_code(value) if isinstance(value, str) else value)


def _columns(labels: Cells, place: str, layout: FileLayout, mistakes: list[str]) -> dict[int, str]:
    known = layout.columns
    names = {**known, **layout.also_columns, **{key: key for key in known.values()}}
    columns: dict[int, str] = {}
    for at, cell in sorted(labels.items()):
        where = place.format(column_letters(at))
        label = "".join(_label(cell, where, mistakes).split())
        if not label:
            continue
        letter = LETTERED.fullmatch(label.upper()) if "选项" in known else None
        key = names.get(label, letter[1] if letter else "")
        if label in NUMBERED and not key:
            continue
        if not key:
            mistakes.append(f"{where}：不认识表头“{label}”" + suggestion(label, known))
        elif key in columns.values() or (key == "options" and {*_LETTERS} & {*columns.values()}):
            mistakes.append(f"{where}：表头“{label}”重复")
        else:
            columns[at] = key
    return columns


def _refuse_merged(sheet: str, merged: list[Merged]) -> None:
    if merged:
        places = "、".join(f"{sheet}!{each}" for each in merged[:10])
        raise Refused(f"{places} 是合并的单元格，看不出各行写的是什么。请取消合并，一行写一项。")


def _options(value: object, where: str, mistakes: list[str]) -> list[object]:
    lines = re.split(r"[\n|｜]", value) if isinstance(value, str) else [value]
    marked = [option for n, line in enumerate(lines, 1) for option in options_of(str(line).strip(), "letter", n)]
    if len(marked) == len(lines) > 1:
        lines = [label for _, label in marked]  # their letters are those of places, which may be shuffled
    return [with_code(line) if isinstance(line, str) else line for line in lines if line != "" and str(line).strip()]


def _conditions(value: object, where: str, mistakes: list[str]) -> dict[str, Any] | None:
    return _pairs(value, where, mistakes, "应如 q1=一般、不满意（先把单元格设为文本格式）")


def named(value: object, names: Names, where: str, mistakes: list[str]) -> dict[str, Any]:
    """Read names under words, such as `客户类型=现代终端、普通终端`; what cannot be read is noted as a mistake."""
    pairs = _pairs(value, where, mistakes, names.example) or {}
    return {names.words.get(word, word): words for word, words in pairs.items()}


def _pairs(value: object, where: str, mistakes: list[str], example: str) -> dict[str, Any] | None:
    pairs: dict[str, Any] = {}
    for line in re.split(r"[\n;；]", value) if isinstance(value, str) else [""]:
        match = _PAIR.fullmatch(line)
        if match:
            words = [word for word in _SEPARATORS.split(bare(match[2])) if word]
            pairs[plain(match[1])] = pairs.get(plain(match[1]), []) + words
        elif line.strip() or not isinstance(value, str):
            mistakes.append(f"{where}：{example}")
            return None
    return pairs


_READERS: dict[str, Callable[[object, str, list[str]], Any]] = {"options": _options, "show_if": _conditions}


def _value(cell: Cell | None, where: str, mistakes: list[str]) -> object:
    """Return a cell's value; None when it is empty, or cannot be read, which is noted as a mistake."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, Fault):
        mistakes.append(f"{where}：{cell.said}")
        return None
    if isinstance(cell, NumberCell):
        if cell.shown is None:
            mistakes.append(f"{where}：存的是“{cell.value}”，显示的却不同，请把单元格设为文本格式再填")
        return cell.shown
    return cell


def _label(cell: Cell | None, where: str, mistakes: list[str]) -> str:
    value = _value(cell, where, mistakes)
    return "" if value is None else plain(str(value))


def _is_filled(cell: Cell | None) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))
