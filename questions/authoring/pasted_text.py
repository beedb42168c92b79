"""Reader of a pasted questionnaire: gives the mapping its author means, with what had to be guessed and what was left.

A question with its options in the lines below it, however they are numbered and marked, as people type them, as 问卷星
and Word hand them out. Nothing is lost: a line that is no part of a question is given back with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from foundation.errors import Refused
from questions.authoring import pasted_kinds as kinds
from questions.authoring import pasted_lines as marks
from questions.authoring import pasted_numbering as numbering
from questions.authoring import pasted_table
from questions.authoring import word_lines as words
from questions.authoring.layout import AuthoredFile, FileLayout
from questions.authoring.pasted_head import GREETINGS, PastedHead
from questions.authoring.pasted_kinds import PastedQuestion
from questions.authoring.pasted_lines import Left, Line

LONGEST, MOST_LINES = 60_000, 3000
"""Characters and lines of a text: more than sixty questions with twenty options need."""
_LONGEST_HEADING = 20


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
        self.lines = lines
        self.head = PastedHead(layout)
        self.unread: list[Left] = []
        self.asides: list[Left] = []
        self.found: list[PastedQuestion] = []
        self._question: PastedQuestion | None = None
        self._form = numbering.form_of(lines)
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
        places = dict(self.head.places)
        for n, question in enumerate(self.found):
            places["questions", n] = f"第 {question.line} 行"
            self.unread += [Left(*each) for each in question.unread]
            self.asides += [Left(*each) for each in question.asides]
        return Pasted(
            AuthoredFile({**self.head.data, "questions": written}, places, is_keyed=False),
            tuple(tuple(question.guesses) for question in self.found),
            tuple(sorted([*self.head.unread, *self.unread])),
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
        elif question is None and self.found:
            self._aside_or_unread(line)
        elif question is None:
            self.head.read(line)
        else:
            self._plain(at, line, question)

    def _is_stem(self, at: int, line: Line) -> bool:
        if kinds.is_tagged(line.text):
            return True
        found = marks.numbered(marks.without_star(line.text))
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
        is_first = self._question is None and not self.found and not self.head.has_title
        below = following.text
        return (
            is_first
            and not marks.looks_asked(line.text)
            and (below.startswith(GREETINGS) or kinds.is_tagged(below) or len(below) > 30 or marks.looks_asked(below))
        )

    def _begin(self, line: Line) -> None:
        self._finish()
        found = marks.numbered(marks.without_star(line.text))
        text = found.text if found else re.sub(r"^[0-9]{1,2}\s+(?=\S)", "", line.text)
        self._number = found.number if found else self._number + 1
        self._question = question = PastedQuestion(line.number, self._heading_kind, lines=[line])
        if marks.without_star(line.text) != line.text:
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
