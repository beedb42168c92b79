"""Reader of a pasted questionnaire: gives the mapping its author means, with what had to be guessed and what was left.

A question with its options in the lines below it, however they are numbered and marked, as people type them, as 问卷星
and Word hand them out. Nothing is lost: a line that is no part of a question is given back with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from foundation.errors import Refused
from foundation.text import plain
from questions.authoring import pasted_kinds as kinds
from questions.authoring import pasted_lines as marks
from questions.authoring import pasted_table
from questions.authoring import word_lines as words
from questions.authoring.excel_file import named
from questions.authoring.layout import AuthoredFile, FileLayout
from questions.authoring.pasted_kinds import PastedQuestion
from questions.authoring.pasted_lines import Line
from questions.authoring.spelling import Path

LONGEST, MOST_LINES = 60_000, 3000
"""Characters and lines of a text: more than sixty questions with twenty options need."""
_LONGEST_HEADING, _LONGEST_WORDS = 20, 40
_ADDRESSED = ("您", "你", "请", "贵店", "贵")
_GREETINGS = ("尊敬", "亲爱", "各位", "您好", "你好", "感谢", "为了", "本次", "本问卷")


class Left(NamedTuple):
    """Line, or part of one, that was not read into a question: where it stands, its words, and why."""

    line: int
    words: str
    why: str


@dataclass(frozen=True)
class Pasted:
    """Pasted questionnaire as it was read."""

    file: AuthoredFile
    guesses: tuple[tuple[str, ...], ...] = ()
    """For each question what its author did not say and was guessed."""
    unread: tuple[Left, ...] = ()
    """What its author has to look at."""
    asides: tuple[Left, ...] = ()
    """What was understood and is no question: headings, thanks."""
    lines: tuple[int, ...] = field(default=())
    """The line each question begins in."""


def read(text: str, layout: FileLayout) -> Pasted:
    """Read a pasted text. Raises Refused for one that is empty or too long.

    >>> layout = FileLayout("问卷", {"标题": "title", "说明": "intro"})
    >>> found = read("周末调查\\n\\n1. 去哪儿？[多选题]\\n公园\\n集市\\n\\n2. 为什么？", layout)
    >>> found.file.data["title"], [(each["type"], each.get("options")) for each in found.file.data["questions"]]
    ('周末调查', [('multiple', ['公园', '集市']), ('text', None)])
    >>> found.guesses, found.unread
    (((), ('没写题型，也没有选项：读成文本题',)), ())
    """
    if len(text) > LONGEST:
        raise Refused(f"太长：{len(text):,} 字，一次最多 {LONGEST:,} 字。请分几次粘贴。")
    lines = marks.lines_of(text)
    if not lines:
        raise Refused("还没有粘贴内容。")
    if len(lines) > MOST_LINES:
        raise Refused(f"太长：{len(lines):,} 行，一次最多 {MOST_LINES:,} 行。请分几次粘贴。")
    reader = _Reader(layout, lines)
    table = pasted_table.questions_of(text)
    if table is None:
        reader.read()
    else:
        reader.take(table)
    return reader.result()


class _Reader:
    """Reader of the lines in their order."""

    def __init__(self, layout: FileLayout, lines: Sequence[Line]) -> None:
        self.layout, self.lines = layout, lines
        self.head: dict[str, Any] = {}
        self.places: dict[Path, str] = {}
        self.unread: list[Left] = []
        self.asides: list[Left] = []
        self.found: list[PastedQuestion] = []
        self._question: PastedQuestion | None = None
        self._form = form_of(lines)
        #: Every line stands alone: an empty line says nothing.
        self._is_spaced = sum(line.is_apart for line in lines) > 0.8 * len(lines)
        self._heading_kind = ""
        self._number = 0

    def read(self) -> None:
        for at, line in enumerate(self.lines):
            self._line(at, line)
        self._finish()

    def take(self, table: Sequence[PastedQuestion]) -> None:
        """Take the questions of a table in place of lines."""
        for question in table:
            self._keep(question)

    def result(self) -> Pasted:
        is_marked = any(question.required == "是" for question in self.found)
        written = [question.written(has_marks=is_marked) for question in self.found]
        for n, question in enumerate(self.found):
            self.places["questions", n] = f"第 {question.line} 行"
            self.unread += [Left(*each) for each in question.unread]
            self.asides += [Left(*each) for each in question.asides]
        return Pasted(
            AuthoredFile({**self.head, "questions": written}, self.places, is_keyed=False),
            tuple(tuple(question.guesses) for question in self.found),
            tuple(sorted(self.unread)),
            tuple(sorted(self.asides)),
            tuple(question.line for question in self.found),
        )

    def _line(self, at: int, line: Line) -> None:
        question = self._question
        if self._is_end(at, line):
            self._aside_or_unread(line)
        elif question and (points := marks.scale_of(line.text)):
            question.lines.append(line)
            question.points(line, points)
        elif self._is_stem(at, line):
            self._begin(line)
        elif self._is_heading(at, line):
            self._finish()
        elif (family := self._mark(line)) and question:
            question.lines.append(line)
            question.mark(line, family, marks.marked(line.text, family))
        elif question and (found := words.labelled(line.text)):
            question.lines.append(line)
            for label, value in found:
                question.label(line, label, value)
        elif question is None:
            self._above(line)
        else:
            self._plain(at, line, question)

    def _is_stem(self, at: int, line: Line) -> bool:
        if kinds.is_tagged(line.text):
            return True
        found = marks.numbered(_without_star(line.text))
        if found and found.family == self._form:
            # Options may be numbered as the questions are, right below one.
            question = self._question
            goes_on = question is not None and not line.is_apart and question.takes(found)
            return not goes_on
        if found and self._counts_on(line, found):
            return True
        if found or marks.mark_of(line.text):
            return False
        if self._form:
            is_free = self._question is None or self._question.is_full
            return (
                is_free
                and line.is_apart
                and bool(re.search("[?？]$", line.text))
                and bool(self.found or self._question)
            )
        return self._begins_block(at, line)

    def _counts_on(self, line: Line, found: marks.Numbered) -> bool:
        """Whether a number in another form than the others is that of the next question."""
        if found.family == "named":
            return True
        is_next = bool(self._form) and found.number == self._number + 1 > 1
        is_below = self._is_spaced or not line.is_apart
        takes = self._question is not None and is_below and self._question.takes(found)
        is_apart = line.is_apart and not self._is_spaced and found.family != "chinese"  # that may be a heading
        return is_next and not takes and (is_apart or marks.looks_asked(line.text))

    def _is_end(self, at: int, line: Line) -> bool:
        """Whether this line and all behind it thank for answering."""
        has_begun = self._question is not None
        return (
            has_begun
            and line.is_apart
            and all(
                marks.is_thanks(each.text) and not kinds.is_tagged(each.text) and not marks.looks_asked(each.text)
                for each in self.lines[at:]
            )
        )

    def _begins_block(self, at: int, line: Line) -> bool:
        """Whether an unnumbered line is a question: it stands apart, with something below it, or asks."""
        asks = bool(re.search("[?？]", line.text)) or (marks.looks_asked(line.text) and not self._is_spaced)
        if self._is_spaced:
            return asks
        following = self.lines[at + 1] if at + 1 < len(self.lines) else None
        is_led = line.is_apart and following is not None and not following.is_apart
        if is_led and following and self._is_title(line, following):
            return False
        has_marks = following is not None and bool(marks.mark_of(following.text) or marks.numbered(following.text))
        return is_led or has_marks or (line.is_apart and asks)

    def _is_title(self, line: Line, following: Line) -> bool:
        """Whether the first line is a title with its introduction, and no question with an option."""
        is_first = self._question is None and not self.found and "title" not in self.head
        below = following.text
        return (
            is_first
            and not marks.looks_asked(line.text)
            and (below.startswith(_GREETINGS) or kinds.is_tagged(below) or len(below) > 30 or marks.looks_asked(below))
        )

    def _begin(self, line: Line) -> None:
        self._finish()
        found = marks.numbered(_without_star(line.text))
        text = found.text if found else re.sub(r"^[0-9]{1,2}\s+(?=\S)", "", line.text)
        self._number = found.number if found else self._number + 1
        self._question = question = PastedQuestion(line.number, self._heading_kind, lines=[line])
        if _without_star(line.text) != line.text:
            question.required = "是"
        text, behind = words.behind_stem(text)
        question.stem(line, text)
        if behind:
            family = marks.mark_of(behind) or (marks.numbered(behind) or marks.Numbered("circled", 0, "")).family
            question.mark(line, family, marks.marked(behind, family))

    def _is_heading(self, at: int, line: Line) -> bool:
        """Whether a line parts the questions: 第一部分, or a Chinese number where questions have another."""
        part = marks.PART.match(words.half(line.text))
        found = marks.numbered(line.text)
        if not part and not (
            found and found.family == "chinese" and self._form != "chinese" and self._is_above_stem(at)
        ):
            return False
        rest = line.text[part.end() :] if part else found.text if found else ""
        self._heading_kind = words.kind_of(rest)
        self.asides.append(Left(line.number, line.was, "小标题，不会发给店铺"))
        return True

    def _is_above_stem(self, at: int) -> bool:
        """Whether nothing but words stands between this line and the next question."""
        for n, following in enumerate(self.lines[at + 1 :], start=at + 1):
            if self._is_stem(n, following):
                return True
            if marks.mark_of(following.text) or marks.numbered(following.text):
                return False
        return False

    def _mark(self, line: Line) -> str:
        """The family of the mark that makes a line an option; empty for one that has none."""
        found = marks.numbered(line.text)
        if found:
            return found.family
        return marks.mark_of(line.text)

    def _above(self, line: Line) -> None:
        """Read a line above the first question: a value of the whole, the title, or the introduction."""
        label, _, value = line.text.partition("：" if "：" in line.text else ":")
        key = {**self.layout.rows, **self.layout.also}.get(plain(label))
        if self.found:
            self._aside_or_unread(line)
        elif key and value.strip() and key != "intro":
            self._value(key, value.strip(), line)
        elif key == "intro":
            self._introduce(value.strip(), line)
        elif "title" not in self.head and "intro" not in self.head and not self._is_greeting(line):
            self._set("title", _title(line.text), line)
        else:
            self._introduce(line.text, line)

    def _is_greeting(self, line: Line) -> bool:
        return line.text.startswith(_GREETINGS) and (len(line.text) > 30 or line.text.endswith(("。", "！", "!", "：")))

    def _value(self, key: str, value: str, line: Line) -> None:
        mistakes: list[str] = []
        read = named(value, self.layout.names[key], "", mistakes) if key in self.layout.names else value
        if mistakes:
            self.unread.append(Left(line.number, line.was, mistakes[0].lstrip("：")))
        else:
            self._set(key, read, line)

    def _set(self, key: str, value: Any, line: Line) -> None:
        if key in self.head:
            self.unread.append(Left(line.number, line.was, "前面已经写过一次"))
        else:
            self.head[key], self.places[key,] = value, f"第 {line.number} 行"

    def _introduce(self, text: str, line: Line) -> None:
        if "intro" in self.layout.rows.values():
            self.places.setdefault(("intro",), f"第 {line.number} 行")
            self.head["intro"] = f"{self.head.get('intro', '')} {text}".strip()
        else:
            self.unread.append(Left(line.number, line.was, "看不出是什么"))

    def _plain(self, at: int, line: Line, question: PastedQuestion) -> None:
        """Read a line that has no mark: an option, or more of the question above it."""
        following = self.lines[at + 1] if at + 1 < len(self.lines) else None
        stands_alone = line.is_apart and (following is None or following.is_apart)
        if stands_alone and question.is_full and not self._is_spaced:
            self._aside_or_unread(line, is_last=following is None)
        else:
            question.lines.append(line)
            question.plain(line)

    def _aside_or_unread(self, line: Line, *, is_last: bool = False) -> None:
        if marks.is_thanks(line.text):
            self.asides.append(Left(line.number, line.was, "结束语不用写，交卷以后会自动道谢"))
        elif len(line.text) <= _LONGEST_HEADING and not is_last:
            self.asides.append(Left(line.number, line.was, "读成小标题，不会发给店铺"))
        else:
            self.unread.append(Left(line.number, line.was, "看不出是题目还是选项"))

    def _finish(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            self._keep(question)

    def _keep(self, question: PastedQuestion) -> None:
        if question.why_not or not question.text:
            why = question.why_not or "没有写题目"
            self.unread += [Left(line.number, line.was, why) for line in question.lines]
        else:
            question.settle()
            self.found.append(question)


def form_of(lines: Sequence[Line]) -> str:
    """Return the family in which a text numbers its questions; empty where it numbers none.

    >>> form_of(marks.lines_of("一、您满意吗？\\n1. 满意\\n2. 一般")), form_of(marks.lines_of("性别\\n1. 男\\n2. 女"))
    ('chinese', '')
    """
    asked = dict.fromkeys(marks.NUMBERS, 0)
    apart, seen = dict(asked), dict(asked)
    for at, line in enumerate(lines):
        found = marks.numbered(_without_star(line.text))
        if found is None:
            continue
        below = lines[at + 1].text if at + 1 < len(lines) else ""
        has_options = bool(marks.mark_of(below)) and not marks.mark_of(line.text)
        is_asked = (
            kinds.is_tagged(line.text)
            or marks.looks_asked(line.text)
            or found.text.startswith(_ADDRESSED)
            or bool(words.behind_stem(found.text)[1])
        )
        seen[found.family] += 1
        asked[found.family] += is_asked + has_options
        apart[found.family] += line.is_apart
    used = [family for family in marks.NUMBERS if seen[family]]
    best = max(used, key=lambda family: asked[family], default="")
    if best and asked[best]:
        return best
    standing = [family for family in used if apart[family] >= 0.6 * seen[family]]
    if len(standing) > 1 and "chinese" in standing and not _goes_on(lines, standing[0]):
        return "chinese"
    return standing[0] if standing else ""


def _goes_on(lines: Sequence[Line], family: str) -> bool:
    """Whether the numbers of a family go on below the second Chinese number, which is a heading then."""
    above = 0
    for found in filter(None, (marks.numbered(line.text) for line in lines)):
        above += found.family == "chinese"
        if above > 1 and found.family == family:
            return found.number > 1
    return family == "chinese"


def _without_star(text: str) -> str:
    return re.sub(r"^[*＊]\s*(?=\S)", "", text)


def _title(text: str) -> str:
    """A title without the brackets around it."""
    said = re.sub(r"^(?:问卷|调查)?(?:标题|名称|主题)\s*[:：]\s*", "", text)
    inside = re.fullmatch(r"[《【\[](.+)[》】\]]", said)
    return inside[1] if inside else said
