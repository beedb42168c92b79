"""Table of a Word document of questions: a heading, and a question in each row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from foundation.documents.reading import TableRow
from foundation.text import is_visible, plain
from questions.authoring import word_lines as lines
from questions.authoring.layout import LETTERED, NUMBERED
from questions.authoring.word_question import WordLine, WordNotes, WordQuestion, labelled

_WORDS = {
    **{word: label for label, words in lines.LABELS.items() for word in words},
    **dict.fromkeys(("题目", "题干", "题目内容", "问题"), "题目"),
    **dict.fromkeys(("选项", "备选项"), "选项"),
    "其他": "其他",
}


def columns_of(head: TableRow) -> list[str] | None:
    """Return the word that stands for each heading, empty for one that is not known; None for a table that is not one
    of questions."""
    columns = [_column(cell) for cell in head.cells]
    return columns if "题目" in columns else None


def question_of(
    columns: Sequence[str], head: TableRow, row: TableRow, place: str, notes: WordNotes
) -> WordQuestion | None:
    """Return the question of a row; None for a row that cannot be read, which is noted."""
    if len(row.cells) != len(columns):
        notes.wrong(place, f"有 {len(row.cells)} 格，表头有 {len(columns)} 格。请不要合并或拆分单元格")
        return None
    question = WordQuestion(notes, place)
    for column, name, cell in zip(columns, head.cells, row.cells, strict=True):
        if not is_visible(cell) or column in NUMBERED:
            continue
        if not column:
            said = f"不认识表头“{name}”" if is_visible(name) else f"“{cell[:12]}”这一列没有表头"
            notes.wrong(place, said)
        elif column == "题目":
            question.stem(cell.replace("\n", " "))
        elif column == "选项":
            question.options += [(label, place) for label in _labels(cell)]
        elif letter := LETTERED.fullmatch(column):
            if ord(letter[1]) - ord("A") != len(question.options):
                notes.wrong(place, f"“{name}”前面有空的选项，请从 A 起一个接一个写")
            question.options.append((cell.replace("\n", " "), place))
        elif column == "其他":
            question.values["other"] = cell, place
        else:
            labelled(notes, question, column, cell.replace("\n", " "), WordLine(cell, place))
    for label, _ in question.options:
        question.check_option(label, place)
    if not question.text:
        notes.wrong(place, "没有写题目")
    return question


def _column(cell: str) -> str:
    word = plain("".join(cell.split()))
    return word if word in NUMBERED or LETTERED.fullmatch(word) else _WORDS.get(word, "")


def _labels(cell: str) -> Iterator[str]:
    """The options of a cell: lettered, or one in a line, or with | between."""
    place = 1
    for line in filter(is_visible, cell.split("\n")):
        family = lines.family_of(line.strip(), lines.FAMILIES)
        found = lines.options_of(line.strip(), family, place) if family else []
        for label in [label for _, label in found] or [each.strip() for each in re.split("[|｜]", line)]:
            yield label
            place += 1
