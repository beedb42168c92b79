"""Reader of a Word document of questions: gives the mapping its author means, with the paragraph of every value.

A title and an introduction, then numbered questions with lettered options, as people type them or as Word numbers them;
or a table with a question in each row. What cannot be read is refused with its paragraph, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from foundation.documents import reading
from foundation.documents.reading import Paragraph, Table
from foundation.text import is_visible, plain, shortened
from questions.authoring import word_lines as lines
from questions.authoring import word_table
from questions.authoring.excel_file import named
from questions.authoring.layout import AuthoredFile, FileLayout
from questions.authoring.spelling import Mistaken, Path, suggestion
from questions.authoring.word_question import (
    LOOKS_ASKED,
    NOT_KNOWN,
    WordLine,
    WordNotes,
    WordQuestion,
    labelled,
    with_answer,
)

LARGEST, _UNPACKED = 2 << 20, 16 << 20
_MOST_MISTAKES, _LONGEST_LINE, _LONGEST_QUOTE, _LONGEST_HEADING = 100, 3000, 13, 20
#: A word and a value in the lines above the questions.
_HEAD = re.compile(r"([\u4e00-\u9fff]{2,8})\s*[:：]\s*(.+)", re.DOTALL)
#: The word some write before a question that has no number.
_STEM_WORD = re.compile(r"题[干目]\s*[:：]\s*")
_GREETINGS = ("尊敬", "亲爱", "各位", "您好", "你好")


def parse(content: bytes, layout: FileLayout) -> AuthoredFile:
    """Read a .docx file. Raises Refused naming the paragraphs."""
    return _parsed(reading.blocks(content, largest=LARGEST, unpacked=_UNPACKED), layout, "段")


def parse_text(text: str, layout: FileLayout) -> AuthoredFile:
    """Read a text that was copied out of such a document. Raises Refused naming the lines.

    >>> layout = FileLayout("题库", {}, columns={"题目": "text", "答案": "answer"})
    >>> found = parse_text("封签贴在哪儿？\\n\\nＡ．正面\\nＢ．顶部\\n答案：B", layout)
    >>> [each["answer"] for each in found.data["questions"]], found.places["questions", 0, "answer"]
    (['B'], '第 5 行“答案：B”')
    """
    listed = enumerate(text.splitlines(), start=1)
    return _parsed([Paragraph(n, line) for n, line in listed if is_visible(line)], layout, "行")


def _parsed(blocks: Sequence[Paragraph | Table], layout: FileLayout, unit: str) -> AuthoredFile:
    reader = _Reader(layout, unit)
    reader.read(blocks)
    mistakes = reader.notes.mistakes
    if len(mistakes) > _MOST_MISTAKES:
        mistakes[_MOST_MISTAKES:] = ["后面还有要改的地方，请先改好这些"]
    if mistakes:
        raise Mistaken(mistakes, layout.called)
    return AuthoredFile({**reader.head, "questions": reader.questions}, reader.places, is_keyed=False)


class _Reader:
    """Reader of a document's blocks in their order."""

    def __init__(self, layout: FileLayout, unit: str) -> None:
        self.layout, self.notes, self.unit = layout, WordNotes(layout), unit
        self.head: dict[str, Any] = {}
        self.questions: list[dict[str, Any]] = []
        self.places: dict[Path, str] = {}
        self._question: WordQuestion | None = None
        self._form = ""
        #: The lines that begin a question, where none has a number.
        self._unnumbered: Collection[WordLine] = ()
        self._number = 0
        #: What a heading says of the questions below it, until the first of them has come: it may number them anew.
        self._is_below_heading = True
        self._heading_kind = self._heading_points = ""
        self._is_begun = False

    def read(self, blocks: Sequence[Paragraph | Table]) -> None:
        self._form = _form_of(blocks)
        if not self._form and self.notes.key("答案"):
            self._unnumbered = _unnumbered([each for each in blocks if isinstance(each, Paragraph)], self.unit)
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
                continue
            place = _place(block, self.unit)
            for words in block.unread:
                self.notes.wrong(place, f"有{words}，读不了。{_WAYS_OUT.get(words, '请删去')}")
            for text in block.text.split("\n"):
                if len(text) > _LONGEST_LINE:
                    self.notes.wrong(place, f"太长：{len(text):,} 字。一题请写成几段，选项各占一行")
                elif is_visible(text) and not lines.is_ruled(text):
                    self._line(WordLine(text.strip(), place))
        self._finish()
        if not self.questions and not self.notes.mistakes:
            self.notes.mistakes.append("没有读到题目。题目请写成“1. …”，选项写成“A. …”")

    def _line(self, line: WordLine) -> None:
        text, answer = with_answer(line.text) if self.notes.key("答案") else (line.text, "")
        if answer:
            self._line(line._replace(text=text))
            line = line._replace(text=answer)
        if self._is_stem(line) or self._is_heading(line):
            return
        above = self._label_above(line.text)
        if above and self._is_begun:
            self.notes.wrong(line.place, f"“{above}”请写在题目前面")
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

    def _is_stem(self, line: WordLine) -> bool:
        stem = lines.number_of_stem(line.text, self._form) if self._form else None
        if line in self._unnumbered:
            stem = self._number + 1, _STEM_WORD.sub("", line.text)
        if stem is None:
            return False
        number, text = stem
        expected = (1, self._number + 1) if self._is_below_heading else (self._number + 1,)
        if number not in expected:
            before = f"前一题是 {self._number}" if self._number else "应从 1 开始"
            self.notes.wrong(line.place, f"题号是 {number}，{before}。请检查中间有没有漏了编号的题，或把题号接着写")
        self._finish()
        self._number, self._is_below_heading, self._is_begun = number, False, True
        label = self._label_above(text) or next((label for label, _ in lines.labelled(text)), "")
        if label:  # numbered by Word with the lines around it; as a question it would lose what it says
            self.notes.wrong(line.place, f"“{label}”请不要编号，另起一段写")
        text, behind = lines.behind_stem(text)
        self._question = WordQuestion(self.notes, line.place, kind=self._heading_kind, points=self._heading_points)
        self._question.stem(text)
        if behind:
            self._is_options(WordLine(behind, line.place))
        return True

    def _is_heading(self, line: WordLine) -> bool:
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
        if points and self.notes.key("分值") is None:
            self.notes.wrong(line.place, f"写着每题 {points} 分。{self.layout.called}没有分值，请删去")
        rest = lines.brackets(heading, has_points=False)
        if len(rest.text) > _LONGEST_HEADING or LOOKS_ASKED.search(rest.text) or rest.required:
            self.notes.wrong(line.place, _HEADING_SAYS_MORE)
        self._heading_kind, self._heading_points = kind, points
        self._is_below_heading = self._is_begun = True
        return True

    def _value_above(self, label: str, line: WordLine) -> None:
        """Read a value of the file that stands above the first question, such as 结束时间：…."""
        key = {**self.layout.rows, **self.layout.also}[label]
        value = line.text[len(re.split("[:：]", line.text, maxsplit=1)[0]) + 1 :].strip()
        if key == "intro":
            self._introduce(value, line)
        elif not value:
            self.notes.wrong(line.place, f"“{label}”后面没有内容。请写冒号和内容；不写的话，请删去这一段")
        elif key in self.head:
            self.notes.wrong(line.place, f"“{label}”写了两次")
        elif key in self.layout.names:
            self._set(key, named(value, self.layout.names[key], line.place, self.notes.mistakes), line)
        else:
            self._set(key, value, line)

    def _words_above(self, line: WordLine) -> None:
        """Read a line above the first question that has no label: the title, or the introduction."""
        found = _HEAD.fullmatch(line.text)
        label = plain(found[1]) if found else ""
        if 0 < len(label) <= 6 and not label.startswith(_GREETINGS):
            near = suggestion(label, self.layout.rows)
            self.notes.wrong(line.place, f"不认识“{label}”{near}。如果是标题或说明里的话，请去掉冒号")
        elif "title" not in self.head and "intro" not in self.head:
            self._set("title", line.text, line)
        elif "intro" in self.layout.rows.values():
            self._introduce(line.text, line)
        else:
            self.notes.wrong(line.place, "看不出是什么，题目请写成“1. …”")

    def _introduce(self, text: str, line: WordLine) -> None:
        self.places.setdefault(("intro",), line.place)
        self.head["intro"] = f"{self.head.get('intro', '')} {text}".strip()

    def _set(self, key: str, value: Any, line: WordLine) -> None:
        self.head[key] = value
        self.places[(key,)] = line.place

    def _is_label(self, line: WordLine) -> bool:
        found = lines.labelled(line.text)
        for label, value in found:
            labelled(self.notes, self._question, label, value, line)
        return bool(found)

    def _is_options(self, line: WordLine) -> bool:
        family = lines.family_of(line.text, tuple(each for each in lines.FAMILIES if each != self._form))
        if family and self._question is None:
            said = "选项前面没有题目。题目请写成“1. …”；说明里请不要用编号和方框"
            self.notes.wrong(line.place, said)
        elif family and self._question:
            self._question.add_options(line, family)
        return bool(family)

    def _behind(self, line: WordLine) -> None:
        """Read a line that is no question, option or label."""
        if self._question:
            self._question.behind(line)
        else:
            self.notes.wrong(line.place, NOT_KNOWN)

    def _finish(self) -> None:
        """Keep the question that was read, as a file writes it."""
        question, self._question = self._question, None
        if question is not None:
            self.questions.append(question.written(("questions", len(self.questions)), self.places))

    def _table(self, table: Table) -> None:
        name = f"表格 {table.number} "
        rows = [(n, row) for n, row in enumerate(table.rows, start=1) if any(map(is_visible, row.cells)) or row.unread]
        for n, row in rows:
            for words in row.unread:
                self.notes.wrong(f"{name}第 {n} 行", f"有{words}，读不了。{_WAYS_OUT.get(words, '请删去')}")
        if not rows or any(row.unread for _, row in rows):
            return
        (first, head), *rest = rows
        columns = word_table.columns_of(head)
        if columns:
            self._finish()
            self._is_begun = True
            for n, row in rest:
                self._question = word_table.question_of(columns, head, row, f"{name}第 {n} 行", self.notes)
                self._finish()
        elif not self._is_begun and all(len(row.cells) == 2 for _, row in rows):
            for n, row in rows:
                line = WordLine("：".join(cell.replace("\n", " ") for cell in row.cells), f"{name}第 {n} 行")
                self._line(line)
        else:
            self.notes.wrong(f"{name}第 {first} 行", _TABLE_UNKNOWN)


_HEADING_SAYS_MORE = "这是大标题，不会发给店铺。如果是题目，编号请和别的题一样；是要求的话，请写进各题，如（选填）"
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


def _unnumbered(paragraphs: Sequence[Paragraph], unit: str) -> frozenset[WordLine]:
    """The lines that begin a question in a document that numbers none: the first, and each behind an answer that stands
    apart or has an option or an answer below it. Other lines behind an answer go on with its explanation."""
    read = [
        (WordLine(each.strip(), _place(paragraph, unit)), paragraph.number)
        for paragraph in paragraphs
        for each in paragraph.text.split("\n")
        if is_visible(each)
    ]
    found: list[WordLine] = []
    is_answered, before = True, 0
    for at, (line, number) in enumerate(read):
        below = read[at + 1][0].text if at + 1 < len(read) else ""
        is_apart, before = number - before > 1, number
        if lines.labelled(line.text):
            is_answered = is_answered or any(label == "答案" for label, _ in lines.labelled(line.text))
            continue
        is_led = not found or is_apart or lines.labelled(below) or lines.family_of(below, lines.FAMILIES)
        if _STEM_WORD.match(line.text) or (is_answered and is_led and not lines.family_of(line.text, lines.FAMILIES)):
            found.append(line)
            is_answered = False
    return frozenset(found) if any(lines.labelled(line.text) for line, _ in read) else frozenset()


def _place(paragraph: Paragraph, unit: str) -> str:
    shown = " ".join(paragraph.text.split())
    return f"第 {paragraph.number} {unit}" + (f"“{shortened(shown, _LONGEST_QUOTE)}”" if shown else "")


def _form_of(blocks: Sequence[Paragraph | Table]) -> str:
    """The form in which a document numbers its questions; empty where it numbers none."""
    seen = [each for block in blocks if isinstance(block, Paragraph) for each in block.text.split("\n")]
    return next((form for form in lines.STEMS if any(lines.number_of_stem(each.strip(), form) for each in seen)), "")
