"""Pasting into the authoring page: many options into a card at once, or a whole questionnaire behind the cards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from questions.authoring import pasted_lines as marks
from questions.authoring.option_reader import MOST_OPTIONS
from questions.authoring.pasted_kinds import SINGLE, PastedQuestion
from questions.authoring.pasted_text import Pasted
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.authoring.versions import with_codes
from questions.editor import writing
from questions.editor.form import Items, OptionRow, QuestionCard, changed, place
from questions.editor.moves import free_code
from questions.numerals import same


class PastedOptions(NamedTuple):
    """Cards with options pasted into one, and what is said of it."""

    items: Items
    said: str


def options(items: Items, code: str) -> PastedOptions:
    """Return the cards with the options that were pasted into one of them: one a line, without numbers and letters in
    front. Empty rows are filled first; what is there already is told and not added; what has no room stays pasted.

    >>> from questions.question import QuestionType
    >>> rows = (OptionRow("1", "满意"), OptionRow("n1", ""))
    >>> card = QuestionCard("q1", QuestionType.SINGLE, options=rows, pasted="A. 满意\\n2、一般\\n③差")
    >>> found = options((card,), "q1")
    >>> [each.label for each in found.items[0].options], found.said
    (['满意', '一般', '差'], '加了 2 个选项。“满意”已经有了，没有再加。')
    """
    at = place(items, code)
    if at is None or not items[at].pasted.strip():
        return PastedOptions(items, "请先把选项贴进框里，一行一个。")
    item = items[at]
    labels, has_other = _labels(item.pasted)
    known = {same(row.label) for row in item.options if row.label}
    doubles = [label for n, label in enumerate(labels) if same(label) in known or same(label) in map(same, labels[:n])]
    fresh = list({same(label): label for label in labels if same(label) not in known}.values())
    room = MOST_OPTIONS - sum(bool(row.label) for row in item.options)
    kept = _filled(item, fresh[:room])
    kept = replace(kept, other=item.other or has_other, pasted="\n".join(fresh[room:]))
    added = len(fresh[:room])
    said = [f"加了 {added} 个选项。"] if added else []
    if has_other:
        said.append("加了“其他”。" if not item.other else "“其他”已经有了。")
    if doubles:
        said.append("、".join(f"“{label}”" for label in dict.fromkeys(doubles)) + "已经有了，没有再加。")
    if fresh[room:]:
        said.append(f"一题最多 {MOST_OPTIONS} 个选项，剩下 {len(fresh[room:])} 个还在框里。")
    return PastedOptions(changed(items, kept), "".join(said) or "没有读到选项，请一行写一个。")


def questions(items: Items, pasted: Pasted, taken: Collection[str]) -> Items:
    """Return the cards with those of a pasted questionnaire behind them, as many as there is room for.

    `taken` are codes of earlier versions: no new question gets one of them.
    """
    added: list[QuestionCard] = []
    for card in writing.to_items(with_codes(pasted.file.data["questions"], ())):
        code = free_code((*items, *added), taken)
        added.append(replace(card, code=code))
    return (*items, *added[: max(MOST_QUESTIONS - len(items), 0)])


def _labels(text: str) -> tuple[list[str], bool]:
    """The options of a text, and whether one of them asks for words of one's own."""
    question = PastedQuestion(0, SINGLE)
    for line in marks.lines_of(text):
        found = marks.numbered(line.text)
        family = found.family if found else marks.mark_of(line.text)
        if family:
            question.mark(line, "", marks.marked(line.text, family))
        else:
            question.options += [(label, line) for label in marks.apart(line.text)]
    if len(question.options) == 1 and not question.other:
        ((label, line),) = question.options
        question.options = [(each, line) for each in marks.in_one_line(label)]
    question.clean_options(keeps_doubles=True)
    return [label for label, _ in question.options], question.other


def _filled(item: QuestionCard, labels: list[str]) -> QuestionCard:
    """The card with these options, in its empty rows first."""
    waiting = list(labels)
    rows = [replace(row, label=waiting.pop(0)) if not row.label and waiting else row for row in item.options]
    filled = replace(item, options=tuple(rows))
    for label in waiting:
        filled = filled.with_choice()
        rows = [*filled.options[:-1], OptionRow(filled.options[-1].key, label)]
        filled = replace(filled, options=tuple(rows))
    return filled
