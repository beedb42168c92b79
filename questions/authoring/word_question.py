"""Question of a Word document: its text, kind and options as they are read line by line, and as a file writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from foundation.text import plain
from questions.authoring import word_lines as lines
from questions.authoring.layout import FileLayout
from questions.authoring.option_reader import with_code
from questions.authoring.spelling import Path
from questions.reading import truths

_TRUTH = ("对", "错")
_MANY_ANSWERS = re.compile(r"[1１]\s*(?:[-~、:：)）]|[.．](?![0-9０-９])|[A-Z])")
_ANSWER = "|".join(lines.LABELS["答案"])
#: An answer behind a question or its options, in their line.
_ANSWER_BEHIND = re.compile(
    rf"[(]\s*(?:{_ANSWER})\s*[为是]?\s*:|(?<=[\s?？。;；)_])(?:【\s*(?:{_ANSWER})\s*】|(?:{_ANSWER})\s*[为是]?\s*:)"
)
_BLANK = re.compile("[_＿]{2,}")
LOOKS_ASKED = re.compile(rf"[?？]|{_BLANK.pattern}")
_EXAMPLES = {"letter": "A.", "circled": "①", "box": "□", "bracketed": "（1）"}
NOT_KNOWN = "看不出是题目还是选项。题目请写成“1. …”，选项写成“A. …”，别的话请删去"
_SKIP = "写着跳题，Word 文件里读不了。请删去这几个字，读入以后在网页里设显示条件"
_ANSWERS_BELOW = "答案请写在各题下面，一题一行，如“答案：B”"


class WordLine(NamedTuple):
    """Line of a document, and where its author finds it."""

    text: str
    place: str


@dataclass
class WordNotes:
    """Notes on a document that is being read: what it may hold, and every mistake with its place."""

    layout: FileLayout
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, place: str, problem: str) -> None:
        self.mistakes.append(f"{place}：{problem}")

    def key(self, label: str) -> str | None:
        """The key of a label as the layout has it; None where it has none."""
        columns = self.layout.columns
        return next((columns[word] for word in (label, *lines.LABELS.get(label, ())) if word in columns), None)

    def without(self, label: str) -> str:
        return f"{self.layout.called}没有“{label}”这一项，请删去"


@dataclass
class WordQuestion:
    """Question being read: what was found of it so far."""

    notes: WordNotes
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
    loose: list[WordLine] = field(default_factory=list)
    """Lines behind the text that are part of it only if options follow."""
    last: str = ""
    """The label that was read last; an explanation may go on in the next line."""

    def stem(self, text: str) -> None:
        """Add to its text, and read the brackets in it."""
        notes = self.notes
        answer, points = notes.key("答案"), notes.key("分值")
        found = lines.brackets(text, has_points=points is not None)
        self.text = f"{self.text} {found.text}".strip()
        self.kind = found.kind or self.kind
        values = {**found.bounds, "required": found.required, points or "": found.points, answer or "": found.answer}
        if found.answer and answer is None:
            said = f"题目的括号里写着“{found.answer}”，像是答案。{notes.layout.called}没有答案，请删去，括号留空"
            notes.wrong(self.place, said)
        self.values |= {key: (value, self.place) for key, value in values.items() if key and value}

    def add_options(self, line: WordLine, family: str) -> None:
        """Read the options of a line, which begins with a mark of this family."""
        if self.family and family != self.family:
            said = f"这一题的选项有几种写法，请都写成“{_EXAMPLES[self.family]}”的样子"
            self.notes.wrong(line.place, said)
            return
        found = lines.options_of(line.text, family, len(self.options) + 1)
        if not found:
            said = f"选项接不上：前面有 {len(self.options)} 个选项，请从 A 起一个接一个写"
            self.notes.wrong(line.place, said)
            self.options += [(line.text, line.place)]
        self._join()
        self.family = family
        for _, label in found:
            self.check_option(label, line.place)
            self.options.append((label, line.place))

    def check_option(self, label: str, place: str) -> None:
        """Note what a label holds that nobody means as one."""
        if lines.TICKED.search(label):
            self.notes.wrong(place, f"选项“{label}”里有打了勾的格子，请去掉勾")
        elif _BLANK.search(label) and not lines.with_own_words(label):
            said = f"“{label}”里留着空给人填写，只有“其他”可以。请删去横线，或另加一题"
            self.notes.wrong(place, said)
        elif lines.UNSPLIT.search(lines.half(label)):
            said = f"“{label}”里像是有几个选项，字母却接不上。请从 A 起一个接一个写，最好各占一行"
            self.notes.wrong(place, said)

    def behind(self, line: WordLine) -> None:
        """Read a line that is no question, option or label: more of its text or explanation, or nothing we know."""
        if self.last == "解析":
            key = self.notes.key("解析") or ""
            value, place = self.values[key]
            self.values[key] = f"{value}\n{line.text}", place
        elif not self.options and not self.last:
            self.loose.append(line)
        else:
            self.notes.wrong(line.place, NOT_KNOWN)

    def set(self, key: str, label: str, value: str, place: str) -> None:
        """Keep the value of a label."""
        if key in self.values and self.values[key][0] != value:
            self.notes.wrong(place, f"“{label}”写了两次")
        elif not value:
            self.notes.wrong(place, f"“{label}”后面没有内容。不写的话，请删去这一段")
        elif key == "type":
            self.kind = _kind(self.notes, value, place)
        else:
            self._join()
            self.values[key], self.last = (value, place), label

    def written(self, path: Path, places: dict[Path, str]) -> dict[str, Any]:
        """Return the question as a file writes it; `places` gets the place of every value below `path`."""
        for line in self.loose:
            self.notes.wrong(line.place, NOT_KNOWN)
        self._check()
        places[path] = self.place
        places.update({(*path, "options", at): place for at, (_, place) in enumerate(self.options)})
        if self.points and (points := self.notes.key("分值")):
            self.values.setdefault(points, (self.points, self.place))
        labels, other = self._labels()
        kind = self.kind or self._guessed()
        if kind == lines.TRUTH:
            kind, labels = lines.SINGLE, labels or list(_TRUTH)
        if labels and kind not in (lines.SINGLE, lines.MULTIPLE, ""):
            self.notes.wrong(self.place, "这种题没有选项，下面却写了选项。请改题型，或删去选项")
        written: dict[str, Any] = {"text": self.text} | ({"other": True} if other else {})
        if labels:
            written["options"] = [with_code(label) for label in labels]
        if kind:
            written["type"] = kind
        for key, (value, place) in self.values.items():
            written[key] = value
            places[(*path, key)] = place
        return written

    def _check(self) -> None:
        """Note what its text and its options hold that a file cannot say."""
        for label, place in self.options:
            if lines.SKIPS.search(label):
                self.notes.wrong(place, _SKIP)
        if lines.SKIPS.search(self.text):
            self.notes.wrong(self.place, _SKIP)
        if plain(self.text).lower() in lines.KINDS:
            self.notes.wrong(self.place, "只写了题型，没有写题目")
        if not self.options and lines.UNSPLIT.search(lines.half(self.text)):
            said = "题目里像是写着选项，却看不出有几个。选项请写成“A. …”，各占一行"
            self.notes.wrong(self.place, said)

    def _labels(self) -> tuple[list[str], bool]:
        """The labels of its options, and whether one more asks for words of one's own."""
        labels = [label for label, _ in self.options]
        own = [at for at, label in enumerate(labels) if lines.with_own_words(label)]
        if own and own != [len(labels) - 1]:
            self.notes.wrong(self.options[own[0]][1], "让人自己写的“其他”只能有一个，放在最后")
        elif own:
            return labels[:-1], True
        return labels, False

    def _guessed(self) -> str:
        """The kind of a question that does not say it; empty where it cannot be seen, which is noted."""
        answer, _ = self.values.get(self.notes.key("答案") or "", ("", ""))
        if self.options:
            is_multiple = {"min", "max"} & self.values.keys() or lines.several_letters(answer)
            return lines.MULTIPLE if is_multiple else lines.SINGLE
        if truths.said(answer) is not None:
            return lines.TRUTH
        if answer or LOOKS_ASKED.search(self.text):
            return lines.TEXT
        self.notes.wrong(self.place, "看不出怎么回答：没有选项。如果是让人写字的题，请在后面加上【文本】")
        return ""

    def _join(self) -> None:
        """Take the lines between the question and what belongs to it as more of its text."""
        for line in self.loose:
            self.stem(line.text)
        self.loose.clear()


def with_answer(line: str) -> tuple[str, str]:
    """The text of a line, and the answer that stands behind it; empty where none does.

    >>> with_answer("A.一 B.二 答案：B"), with_answer("证可以转借吗？（答案：错）"), with_answer("答案：B")
    (('A.一 B.二', '答案：B'), ('证可以转借吗？', '答案：错'), ('答案：B', ''))
    """
    found = _ANSWER_BEHIND.search(lines.half(line))
    if found is None:
        return line, ""
    behind = line[found.start() :].strip()
    return line[: found.start()].strip(), behind[1:].rstrip(" )）") if lines.half(behind)[0] == "(" else behind


def labelled(notes: WordNotes, question: WordQuestion | None, label: str, value: str, line: WordLine) -> None:
    """Read a label with its value, such as 答案：B, for the question above it."""
    key = notes.key(label)
    if label == "答案" and (question is None or not value or _MANY_ANSWERS.match(value)):
        notes.wrong(line.place, _ANSWERS_BELOW if key else notes.without(label))
    elif question is None:
        notes.wrong(line.place, f"“{label}”前面没有题目")
    elif key is None:
        notes.wrong(line.place, notes.without(label))
    elif key == "show_if":
        notes.wrong(line.place, "Word 文件里不能写显示条件。请删去，读入以后在网页里设")
    else:
        question.set(key, label, value, line.place)


def _kind(notes: WordNotes, written: str, place: str) -> str:
    word = plain(written).lower()
    types = notes.layout.types
    known = lines.KINDS.get(word) or (types.types[word].value if word in types.types else "")
    if not known:
        notes.wrong(place, f"不认识题型“{written}”，可用 {'、'.join(types.labels)}")
    return known
