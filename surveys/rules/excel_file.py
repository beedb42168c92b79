"""A survey written as a workbook: to the mapping `definition.read` takes, with the cell of every value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from foundation.errors import Refused
from surveys.rules import workbook
from surveys.rules.spelling import Mistaken, Path, meant
from surveys.rules.workbook import Cell
from surveys.rules.yaml_file import Written as Written

ABOUT = "问卷"
QUESTIONS = "题目"

ABOUT_KEYS = {
    "标题": "title",
    "开始时间": "opens",
    "结束时间": "closes",
    "对象": "audience",
    "匿名": "anonymous",
    "最短用时": "min_seconds",
    "结果公布": "results",
    "说明": "intro",
    "总名额": "limit",
    "片区名额": "area_limits",
    "客户类型名额": "class_limits",
}
COLUMNS = {
    "编码": "code",
    "类型": "type",
    "题目": "text",
    "选项": "options",
    "其他": "other",
    "最多": "max",
    "最少": "min",
    "小数": "decimals",
    "必填": "required",
    "显示条件": "show_if",
}
_OTHER_NAMES = {
    "开放时间": "opens",
    "开始": "opens",
    "结束": "closes",
    "截止时间": "closes",
    "调查对象": "audience",
    "结果": "results",
    "最大": "max",
    "最小": "min",
    "小数位": "decimals",
}
_AUDIENCE_KEYS = {"客户类型": "class", "类型": "class", "片区": "area", "客户经理": "manager", "标签": "tag"}
_SEPARATORS = re.compile(r"\s*[、,，|\n]\s*")
_CODED = re.compile(r"\[\s*([0-9]{1,3})\s*\]\s*(.*)")
_LIMITED = re.compile(r"(.*?)\s*\[\s*限\s*([0-9]{1,8})\s*\]")
_PAIR = re.compile(r"\s*([^=＝:：]+?)\s*[=＝:：]\s*(.*?)\s*")


def parse(content: bytes) -> Written:
    """Read an .xlsx file with the sheets 问卷 (a name and a value in each row) and 题目 (a question in each row).

    Options stand one in a line, or with | between; `[2] 比较满意` rewords option 2,
    `周六 [限20]` gives it a quota. Conditions stand one in a line:
    `q1=一般、不满意`, `q4=0-6`. The audience likewise: `客户类型=现代终端、普通终端`; empty means every bound shop.

    Raises Refused naming the cells.
    """
    sheets = {name.strip(): rows for name, rows in workbook.sheets(content).items()}
    lacking = [name for name in (ABOUT, QUESTIONS) if name not in sheets]
    if lacking:
        raise Refused("缺少工作表" + "和".join(f'"{name}"' for name in lacking) + ",请用模板填写")
    mistakes: list[str] = []
    places: dict[Path, str] = {}
    data = _about(sheets[ABOUT], places, mistakes)
    data["questions"] = _questions(sheets[QUESTIONS], places, mistakes)
    if mistakes:
        raise Mistaken(mistakes)
    return Written(data, places)


def _about(rows: list[list[Cell]], places: dict[Path, str], mistakes: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    names = ABOUT_KEYS | _OTHER_NAMES | {key: key for key in ABOUT_KEYS.values()}
    for n, row in enumerate(rows, start=1):
        label, value = _text(row[0]), _plain(row[1]) if len(row) > 1 else None
        if not label:
            if value is not None:
                mistakes.append(f"{ABOUT}!A{n}:B{n} 有内容,但没有写是哪一项")
            continue
        key = names.get(label, "")
        if key not in ABOUT_KEYS.values():
            mistakes.append(f'{ABOUT}!A{n}:不认识"{label}"' + meant(label, ABOUT_KEYS))
        elif key in data:
            mistakes.append(f'{ABOUT}!A{n}:"{label}"写了两次')
        elif value is not None:
            places[(key,)] = f"{ABOUT}!B{n}"
            data[key] = _audience(value, f"{ABOUT}!B{n}", mistakes) if key == "audience" else value
    return data


def _questions(rows: list[list[Cell]], places: dict[Path, str], mistakes: list[str]) -> list[dict[str, Any]]:
    head = next((n for n, row in enumerate(rows) if any(_text(cell) for cell in row)), None)
    if head is None:
        mistakes.append(f"{QUESTIONS}!A1:没有题目")
        return []
    columns = _columns(rows[head], head + 1, mistakes)
    questions: list[dict[str, Any]] = []
    for n, row in enumerate(rows[head + 1 :], start=head + 2):
        filled = {at: value for at, cell in enumerate(row) if (value := _plain(cell)) is not None}
        if not filled:
            continue
        path: Path = ("questions", len(questions))
        places[path] = f"{QUESTIONS}!A{n}"
        question: dict[str, Any] = {}
        for at, value in filled.items():
            where = f"{QUESTIONS}!{_letters(at)}{n}"
            key = columns.get(at)
            if key is None:
                if at >= len(rows[head]) or not _text(rows[head][at]):
                    mistakes.append(f"{where}:这一列没有表头")
                continue
            places[(*path, key)] = where
            question[key] = _READERS[key](value, where, mistakes) if key in _READERS else value
        for at, key in columns.items():
            places.setdefault((*path, key), f"{QUESTIONS}!{_letters(at)}{n}")
        questions.append(question)
    return questions


def _columns(row: Sequence[Cell], n: int, mistakes: list[str]) -> dict[int, str]:
    names = COLUMNS | _OTHER_NAMES | {key: key for key in COLUMNS.values()}
    columns: dict[int, str] = {}
    for at, cell in enumerate(row):
        label = "".join(_text(cell).split())
        if not label:
            continue
        key, where = names.get(label, ""), f"{QUESTIONS}!{_letters(at)}{n}"
        if key not in COLUMNS.values():
            mistakes.append(f'{where}:不认识表头"{label}"' + meant(label, COLUMNS))
        elif key in columns.values():
            mistakes.append(f'{where}:表头"{label}"重复')
        else:
            columns[at] = key
    return columns


def _options(value: object, where: str, mistakes: list[str]) -> list[object]:
    options: list[object] = []
    for line in re.split(r"[\n|]", value) if isinstance(value, str) else [value]:
        label = line.strip() if isinstance(line, str) else line
        if label == "":
            continue
        limited = _LIMITED.fullmatch(label) if isinstance(label, str) else None
        text = limited[1] if limited else label
        coded = _CODED.fullmatch(text) if isinstance(text, str) else None
        option: dict[str, object] = {"code": int(coded[1]), "text": coded[2]} if coded else {"text": text}
        option |= {"most": int(limited[2])} if limited else {}
        options.append(option if coded or limited else label)
    return options


def _conditions(value: object, where: str, mistakes: list[str]) -> dict[str, Any] | None:
    return _pairs(value, where, mistakes, "应如 q1=一般、不满意(先把单元格设为文本格式)")


def _audience(value: object, where: str, mistakes: list[str]) -> dict[str, Any]:
    pairs = _pairs(value, where, mistakes, "应如 客户类型=现代终端、普通终端") or {}
    return {_AUDIENCE_KEYS.get(key, key): words for key, words in pairs.items()}


def _pairs(value: object, where: str, mistakes: list[str], example: str) -> dict[str, Any] | None:
    pairs: dict[str, Any] = {}
    for line in re.split(r"[\n;；]", value) if isinstance(value, str) else [""]:
        match = _PAIR.fullmatch(line)
        if match:
            words = [word for word in _SEPARATORS.split(match[2]) if word]
            pairs[match[1]] = pairs.get(match[1], []) + words
        elif line.strip() or not isinstance(value, str):
            mistakes.append(f"{where}:{example}")
            return None
    return pairs


_READERS: dict[str, Callable[[object, str, list[str]], Any]] = {"options": _options, "show_if": _conditions}


def _plain(cell: Cell) -> object:
    """A cell's value; None when there is nothing in it. Every number of a workbook is a float: 2.0 is meant as 2."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, str):
        return cell.strip() or None
    return cell


def _text(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)


def _letters(at: int) -> str:
    """
    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)
