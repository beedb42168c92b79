"""Reader of a Word document of questions: gives the mapping its author means, with the paragraph of every value.

A title and an introduction, then numbered questions with lettered options, as people type them or as Word numbers them;
or a table with a question in each row. What cannot be read is refused with its paragraph, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from foundation.documents import reading
from foundation.documents.reading import Paragraph, Table, TableRow
from foundation.text import is_visible, plain, shortened
from questions.authoring import word_lines as lines
from questions.authoring.excel_file import COLUMNS, named
from questions.authoring.layout import AuthoredFile, FileLayout
from questions.authoring.question_reader import TYPE_WORDS, with_code
from questions.authoring.spelling import Mistaken, Path, suggestion

LARGEST, _UNPACKED = 2 << 20, 16 << 20
_MOST_MISTAKES, _LONGEST_LINE, _LONGEST_QUOTE, _LONGEST_HEADING = 100, 3000, 13, 20
_TRUTH = ("对", "错")
#: A word and a value in the lines above the questions.
_HEAD = re.compile(r"([\u4e00-\u9fff]{2,8})\s*[:：]\s*(.+)", re.DOTALL)
_GREETINGS = ("尊敬", "亲爱", "各位", "您好", "你好")
_MANY_ANSWERS = re.compile(r"[1１]\s*(?:[-~.．、:：)）]|[A-Z])")
_BLANK = re.compile("[_＿]{2,}")
_LOOKS_ASKED = re.compile(rf"[?？]|{_BLANK.pattern}")
_TABLE_WORDS = {
    **{word: label for label, words in lines.LABELS.items() for word in words},
    **dict.fromkeys(("题目", "题干", "题目内容", "问题"), "题目"),
    **dict.fromkeys(("选项", "备选项"), "选项"),
    "其他": "其他",
}
_NUMBER_WORDS = ("序号", "题号", "编号")
_LETTER_COLUMN = re.compile(r"(?:选项)?([A-Z])(?:选?项)?")


class _Line(NamedTuple):
    """Line of a document, and where its author finds it."""

    text: str
    place: str


@dataclass
class _Question:
    """Question being read: what was found of it so far."""

    place: str
    text: str = ""
    kind: str = ""
    points: str = ""
    """What the heading above gives each question."""
    family: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    """The label and the place of each."""
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The words of labels and brackets, by key, and where they stand."""
    loose: list[_Line] = field(default_factory=list)
    """Lines behind the text that are part of it only if options follow."""
    last: str = ""
    """The label that was read last; an explanation may go on in the next line."""


def parse(content: bytes, layout: FileLayout) -> AuthoredFile:
    """Read a .docx file. Raises Refused naming the paragraphs."""
    blocks = reading.blocks(content, largest=LARGEST, unpacked=_UNPACKED)
    reader = _Reader(layout)
    reader.read(blocks)
    if len(reader.mistakes) > _MOST_MISTAKES:
        reader.mistakes[_MOST_MISTAKES:] = ["后面还有要改的地方，请先改好这些"]
    if reader.mistakes:
        raise Mistaken(reader.mistakes, layout.called)
    return AuthoredFile({**reader.head, "questions": reader.questions}, reader.places, is_keyed=False)


class _Reader:
    """Reader of a document's blocks in their order."""

    def __init__(self, layout: FileLayout) -> None:
        self.layout = layout
        self.head: dict[str, Any] = {}
        self.questions: list[dict[str, Any]] = []
        self.places: dict[Path, str] = {}
        self.mistakes: list[str] = []
        self._question: _Question | None = None
        self._form = ""
        self._number = 0
        #: What a heading says of the questions below it, until the first of them has come: it may number them anew.
        self._is_below_heading = True
        self._heading_kind = self._heading_points = ""
        self._is_begun = False

    def read(self, blocks: Sequence[Paragraph | Table]) -> None:
        self._form = _form_of(blocks)
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
                continue
            place = _place(block)
            for words in block.unread:
                self._wrong(place, f"有{words}，读不了。{_WAYS_OUT.get(words, '请删去')}")
            for text in block.text.split("\n"):
                if len(text) > _LONGEST_LINE:
                    self._wrong(place, f"太长：{len(text):,} 字。一题请写成几段，选项各占一行")
                elif is_visible(text) and not lines.is_ruled(text):
                    self._line(_Line(text.strip(), place))
        self._finish()
        if not self.questions and not self.mistakes:
            self.mistakes.append("没有读到题目。题目请写成“1. …”，选项写成“A. …”")

    def _wrong(self, place: str, problem: str) -> None:
        self.mistakes.append(f"{place}：{problem}")

    def _line(self, line: _Line) -> None:
        if self._is_stem(line) or self._is_heading(line):
            return
        above = self._label_above(line.text)
        if above and self._is_begun:
            self._wrong(line.place, f"“{above}”请写在题目前面")
        elif above:
            self._value_above(above, line)
        elif self._is_label(line) or self._is_options(line):
            return
        elif self._is_begun:
            self._behind(line)
        else:
            self._words_above(line)

    def _label_above(self, text: str) -> str:
        """The label a line begins with, of those that stand above the questions; empty where it begins with none."""
        label = plain(re.split("[:：]", text, maxsplit=1)[0])
        return label if label in {**self.layout.rows, **self.layout.also} else ""

    def _is_stem(self, line: _Line) -> bool:
        stem = lines.number_of_stem(line.text, self._form) if self._form else None
        if stem is None:
            return False
        number, text = stem
        expected = (1, self._number + 1) if self._is_below_heading else (self._number + 1,)
        if number not in expected:
            before = f"前一题是 {self._number}" if self._number else "应从 1 开始"
            self._wrong(line.place, f"题号是 {number}，{before}。请检查中间有没有漏了编号的题，或把题号接着写")
        self._finish()
        self._number, self._is_below_heading, self._is_begun = number, False, True
        label = self._label_above(text) or next((label for label, _ in lines.labelled(text)), "")
        if label:  # numbered by Word with the lines around it; as a question it would lose what it says
            self._wrong(line.place, f"“{label}”请不要编号，另起一段写")
        text, behind = lines.behind_stem(text)
        self._question = _Question(line.place, kind=self._heading_kind, points=self._heading_points)
        self._stem(self._question, text)
        if behind:
            self._is_options(_Line(behind, line.place))
        return True

    def _stem(self, question: _Question, text: str) -> None:
        """Add to the text of a question, and read the brackets in it."""
        answer, points = self._key("答案"), self._key("分值")
        found = lines.brackets(text, has_points=points is not None)
        question.text = f"{question.text} {found.text}".strip()
        question.kind = found.kind or question.kind
        values = {**found.bounds, "required": found.required, points or "": found.points, answer or "": found.answer}
        if found.answer and answer is None:
            said = f"题目的括号里写着“{found.answer}”，像是答案。{self.layout.called}没有答案，请删去，括号留空"
            self._wrong(question.place, said)
        question.values |= {key: (value, question.place) for key, value in values.items() if key and value}

    def _key(self, label: str) -> str | None:
        """The key of a label as the layout has it; None where it has none."""
        columns = {**COLUMNS, **self.layout.columns}
        return next((columns[word] for word in (label, *lines.LABELS.get(label, ())) if word in columns), None)

    def _is_heading(self, line: _Line) -> bool:
        seen = lines.half(line.text)
        part = lines.PART.match(seen)
        numbered = None if self._form == "chinese" else lines.STEMS["chinese"].match(seen)
        found = part or numbered
        heading = line.text[found.end() :] if found else line.text
        kind = lines.kind_of(heading)
        if not (found or (kind and lines.half(line.text).strip("【】[] :") in lines.KINDS)):
            return False
        self._finish()
        points = lines.points_of(heading)
        if points and self._key("分值") is None:
            self._wrong(line.place, f"写着每题 {points} 分。{self.layout.called}没有分值，请删去")
        rest = lines.brackets(heading, has_points=False)
        if len(rest.text) > _LONGEST_HEADING or _LOOKS_ASKED.search(rest.text) or rest.required:
            self._wrong(line.place, _HEADING_SAYS_MORE)
        self._heading_kind, self._heading_points = kind, points
        self._is_below_heading = self._is_begun = True
        return True

    def _value_above(self, label: str, line: _Line) -> None:
        """Read a value of the file that stands above the first question, such as 结束时间：…."""
        key = {**self.layout.rows, **self.layout.also}[label]
        value = line.text[len(re.split("[:：]", line.text, maxsplit=1)[0]) + 1 :].strip()
        if key == "intro":
            self._introduce(value, line)
        elif not value:
            self._wrong(line.place, f"“{label}”后面没有内容。请写冒号和内容；不写的话，请删去这一段")
        elif key in self.head:
            self._wrong(line.place, f"“{label}”写了两次")
        elif key in self.layout.names:
            self._set(key, named(value, self.layout.names[key], line.place, self.mistakes), line)
        else:
            self._set(key, value, line)

    def _words_above(self, line: _Line) -> None:
        """Read a line above the first question that has no label: the title, or the introduction."""
        found = _HEAD.fullmatch(line.text)
        label = plain(found[1]) if found else ""
        if 0 < len(label) <= 6 and not label.startswith(_GREETINGS):
            near = suggestion(label, self.layout.rows)
            self._wrong(line.place, f"不认识“{label}”{near}。如果是标题或说明里的话，请去掉冒号")
        elif "title" not in self.head and "intro" not in self.head:
            self._set("title", line.text, line)
        elif "intro" in self.layout.rows.values():
            self._introduce(line.text, line)
        else:
            self._wrong(line.place, "看不出是什么，题目请写成“1. …”")

    def _introduce(self, text: str, line: _Line) -> None:
        self.places.setdefault(("intro",), line.place)
        self.head["intro"] = f"{self.head.get('intro', '')} {text}".strip()

    def _set(self, key: str, value: Any, line: _Line) -> None:
        self.head[key] = value
        self.places[(key,)] = line.place

    def _is_label(self, line: _Line) -> bool:
        found = lines.labelled(line.text)
        for label, value in found:
            self._labelled(label, value, line)
        return bool(found)

    def _labelled(self, label: str, value: str, line: _Line) -> None:
        key, question = self._key(label), self._question
        if label == "答案" and (question is None or not value or _MANY_ANSWERS.match(value)):
            self._wrong(line.place, _ANSWERS_BELOW if key else self._without(label))
        elif question is None:
            self._wrong(line.place, f"“{label}”前面没有题目")
        elif key is None:
            self._wrong(line.place, self._without(label))
        elif key == "show_if":
            self._wrong(line.place, "Word 文件里不能写显示条件。请删去，读入以后在网页里设")
        elif key in question.values and question.values[key][0] != value:
            self._wrong(line.place, f"“{label}”写了两次")
        elif not value:
            self._wrong(line.place, f"“{label}”后面没有内容。不写的话，请删去这一段")
        elif key == "type":
            question.kind = self._kind(value, line.place)
        else:
            self._join(question)
            question.values[key], question.last = (value, line.place), label

    def _without(self, label: str) -> str:
        return f"{self.layout.called}没有“{label}”这一项，请删去"

    def _kind(self, written: str, place: str) -> str:
        word = plain(written).lower()
        known = lines.KINDS.get(word) or (TYPE_WORDS[word].value if word in TYPE_WORDS else "")
        if not known:
            self._wrong(place, f"不认识题型“{written}”，可用 单选、多选、评分、推荐度、数字、文本、照片")
        return known

    def _is_options(self, line: _Line) -> bool:
        families = tuple(each for each in lines.FAMILIES if each != self._form)
        question = self._question
        family = lines.family_of(line.text, families)
        if not family:
            return False
        if question is None:
            self._wrong(line.place, "选项前面没有题目。题目请写成“1. …”；说明里请不要用编号和方框")
            return True
        if question.family and family != question.family:
            self._wrong(line.place, f"这一题的选项有几种写法，请都写成“{_EXAMPLES[question.family]}”的样子")
            return True
        found = lines.options_of(line.text, family, len(question.options) + 1)
        if not found:
            self._wrong(line.place, f"选项接不上：前面有 {len(question.options)} 个选项，请从 A 起一个接一个写")
            question.options += [(line.text, line.place)]
        self._join(question)
        question.family = family
        for _, label in found:
            self._check_option(label, line)
            question.options.append((label, line.place))
        return True

    def _check_option(self, label: str, line: _Line) -> None:
        if lines.TICKED.search(label):
            self._wrong(line.place, f"选项“{label}”里有打了勾的格子，请去掉勾")
        elif _BLANK.search(label) and not lines.with_own_words(label):
            self._wrong(line.place, f"“{label}”里留着空给人填写，只有“其他”可以。请删去横线，或另加一题")
        elif lines.UNSPLIT.search(lines.half(label)):
            self._wrong(line.place, f"“{label}”里像是有几个选项，字母却接不上。请从 A 起一个接一个写，最好各占一行")

    def _join(self, question: _Question) -> None:
        """Take the lines between a question and what belongs to it as more of its text."""
        for line in question.loose:
            self._stem(question, line.text)
        question.loose.clear()

    def _behind(self, line: _Line) -> None:
        """Read a line that is no question, option or label: more of a question's text or explanation, or nothing we
        know."""
        question = self._question
        if question and question.last == "解析":
            key = self._key("解析") or ""
            value, place = question.values[key]
            question.values[key] = f"{value}\n{line.text}", place
        elif question and not question.options and not question.last:
            question.loose.append(line)
        else:
            self._wrong(line.place, _NOT_KNOWN)

    def _finish(self) -> None:
        """Keep the question that was read, as a file writes it."""
        question, self._question = self._question, None
        if question is None:
            return
        for line in question.loose:
            self._wrong(line.place, _NOT_KNOWN)
        self._keep(question)

    def _keep(self, question: _Question) -> None:
        path: Path = ("questions", len(self.questions))
        written: dict[str, Any] = {"text": question.text}
        self.places[path] = question.place
        for at, (label, place) in enumerate(question.options):
            self.places[(*path, "options", at)] = place
            if lines.SKIPS.search(label):
                self._wrong(place, _SKIP)
        if lines.SKIPS.search(question.text):
            self._wrong(question.place, _SKIP)
        if plain(question.text).lower() in lines.KINDS:
            self._wrong(question.place, "只写了题型，没有写题目")
        if not question.options and lines.UNSPLIT.search(lines.half(question.text)):
            self._wrong(question.place, "题目里像是写着选项，却看不出有几个。选项请写成“A. …”，各占一行")
        if question.points and (points := self._key("分值")):
            question.values.setdefault(points, (question.points, question.place))
        labels = [label for label, _ in question.options]
        own = [at for at, label in enumerate(labels) if lines.with_own_words(label)]
        if own and own != [len(labels) - 1]:
            self._wrong(question.options[own[0]][1], "让人自己写的“其他”只能有一个，放在最后")
        elif own:
            written["other"], labels = True, labels[:-1]
        kind = question.kind or self._guessed(question)
        if kind == lines.TRUTH:
            kind, labels = lines.SINGLE, labels or list(_TRUTH)
        if labels and kind not in (lines.SINGLE, lines.MULTIPLE, ""):
            self._wrong(question.place, "这种题没有选项，下面却写了选项。请改题型，或删去选项")
        if labels:
            written["options"] = [with_code(label) for label in labels]
        if kind:
            written["type"] = kind
        for key, (value, place) in question.values.items():
            written[key] = value
            self.places[(*path, key)] = place
        self.questions.append(written)

    def _guessed(self, question: _Question) -> str:
        """The kind of a question that does not say it; empty where it cannot be seen, which is noted."""
        if question.options:
            return lines.MULTIPLE if {"min", "max"} & question.values.keys() else lines.SINGLE
        if _LOOKS_ASKED.search(question.text):
            return lines.TEXT
        self._wrong(question.place, "看不出怎么回答：没有选项。如果是让人写字的题，请在后面加上【文本】")
        return ""

    def _table(self, table: Table) -> None:
        name = f"表格 {table.number} "
        rows = [(n, row) for n, row in enumerate(table.rows, start=1) if any(map(is_visible, row.cells)) or row.unread]
        for n, row in rows:
            for words in row.unread:
                self._wrong(f"{name}第 {n} 行", f"有{words}，读不了。{_WAYS_OUT.get(words, '请删去')}")
        if not rows or any(row.unread for _, row in rows):
            return
        (first, head), *rest = rows
        columns = [_column(cell) for cell in head.cells]
        if "题目" in columns:
            self._finish()
            self._is_begun = True
            for n, row in rest:
                self._row(columns, head, row, f"{name}第 {n} 行")
        elif not self._is_begun and all(len(row.cells) == 2 for _, row in rows):
            for n, row in rows:
                line = _Line("：".join(cell.replace("\n", " ") for cell in row.cells), f"{name}第 {n} 行")
                self._line(line)
        else:
            self._wrong(f"{name}第 {first} 行", _TABLE_UNKNOWN)

    def _row(self, columns: Sequence[str], head: TableRow, row: TableRow, place: str) -> None:
        if len(row.cells) != len(columns):
            self._wrong(place, f"有 {len(row.cells)} 格，表头有 {len(columns)} 格。请不要合并或拆分单元格")
            return
        self._question = question = _Question(place)
        for column, name, cell in zip(columns, head.cells, row.cells, strict=True):
            if not is_visible(cell) or column in _NUMBER_WORDS:
                continue
            if not column:
                self._wrong(place, f"不认识表头“{name}”" if is_visible(name) else f"“{cell[:12]}”这一列没有表头")
            elif column == "题目":
                self._stem(question, cell.replace("\n", " "))
            elif column == "选项":
                question.options += [(label, place) for label in _labels(cell)]
            elif letter := _LETTER_COLUMN.fullmatch(column):
                if ord(letter[1]) - ord("A") != len(question.options):
                    self._wrong(place, f"“{name}”前面有空的选项，请从 A 起一个接一个写")
                question.options.append((cell.replace("\n", " "), place))
            elif column == "其他":
                question.values["other"] = cell, place
            else:
                self._labelled(column, cell.replace("\n", " "), _Line(cell, place))
        for label, _ in question.options:
            self._check_option(label, _Line(label, place))
        if not question.text:
            self._wrong(place, "没有写题目")
        self._finish()


_EXAMPLES = {"letter": "A.", "circled": "①", "box": "□", "bracketed": "（1）"}
_NOT_KNOWN = "看不出是题目还是选项。题目请写成“1. …”，选项写成“A. …”，别的话请删去"
_HEADING_SAYS_MORE = "这是大标题，不会发给店铺。如果是题目，编号请和别的题一样；是要求的话，请写进各题，如（选填）"
_SKIP = "写着跳题，Word 文件里读不了。请删去这几个字，读入以后在网页里设显示条件"
_ANSWERS_BELOW = "答案请写在各题下面，一题一行，如“答案：B”"
_TABLE_UNKNOWN = (
    "看不懂这张表格。请在第一行写表头（题目、题型、选项），下面一行一题；或者不用表格，题目写成“1. …”，选项写成“A. …”"
)
#: What to do about something that cannot be read, where deleting it is not what the author wants.
_WAYS_OUT = {
    "还没接受的修订": "请在“审阅”里全部接受或拒绝，再存一次",
    "文本框": "请把里面的字移到正文",
    "隐藏的文字": "请显示出来，或删去",
    "划掉的文字": "请删去，或去掉删除线",
    "合并的单元格": "请取消合并，一行写一题",
    "脚注": "请把脚注的字写进题目",
    "看不懂格式的自动编号": "请改成 1. 2. 3. 这样的编号",
}


def _place(paragraph: Paragraph) -> str:
    shown = " ".join(paragraph.text.split())
    return f"第 {paragraph.number} 段" + (f"“{shortened(shown, _LONGEST_QUOTE)}”" if shown else "")


def _form_of(blocks: Sequence[Paragraph | Table]) -> str:
    """The form in which a document numbers its questions; empty where it numbers none."""
    seen = [each for block in blocks if isinstance(block, Paragraph) for each in block.text.split("\n")]
    return next((form for form in lines.STEMS if any(lines.number_of_stem(each.strip(), form) for each in seen)), "")


def _column(cell: str) -> str:
    """The word that stands for a table's heading; empty for one that is not known."""
    word = plain("".join(cell.split()))
    return word if word in _NUMBER_WORDS or _LETTER_COLUMN.fullmatch(word) else _TABLE_WORDS.get(word, "")


def _labels(cell: str) -> Iterator[str]:
    """The options of a cell: lettered, or one in a line, or with | between."""
    place = 1
    for line in filter(is_visible, cell.split("\n")):
        family = lines.family_of(line.strip(), lines.FAMILIES)
        found = lines.options_of(line.strip(), family, place) if family else []
        for label in [label for _, label in found] or [each.strip() for each in re.split("[|｜]", line)]:
            yield label
            place += 1
