"""Columns of an export over all versions of a survey."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from foundation.workbooks.writing import Cell
from questions import flow
from questions.exporting import ExportColumn, Guard, plan
from questions.flow import Missing
from surveys.queries.version_cache import Frozen

EXPLAINED = {
    Missing.SKIPPED: "跳过：看到了这一题，没有作答",
    Missing.NOT_SHOWN: "未显示：按前面的回答或当时的版本，没有问这一题",
    Missing.NOT_REACHED: "未答：问了这一题，既没有作答也没有跳过",
}


class ColumnLayout:
    """Columns of a survey over all its versions, and the cells of each submission.

    `missing` counts, while rows are made, why questions of valid submissions have no answer.
    """

    def __init__(self, versions: Sequence[Frozen], guard: Guard) -> None:
        newest = versions[-1].definition
        with_other = {q.code for version in versions for q in version.definition.questions if q.other}
        self.plans = [
            plan(question, guard, with_other=question.code in with_other)
            for question in (*newest.questions, *newest.retired)
        ]
        self.missing: Counter[tuple[str, Missing]] = Counter()
        self._definitions = {version.id: version.definition for version in versions}
        self._asked = {
            version.id: {question.code: bool(question.show_if) for question in version.definition.questions}
            for version in versions
        }
        self._steps = [(plan.question.code, plan.read, plan.missing) for plan in self.plans]

    @property
    def columns(self) -> list[ExportColumn]:
        return [column for plan in self.plans for column in plan.columns]

    def cells(self, version_id: int, answers: Mapping[str, Mapping[str, Any]], is_valid: bool) -> list[Cell]:
        """Return the cells of one submission, in the order of `columns`."""
        cells: list[Cell] = []
        shown: set[str] | None = None
        for code, read, missing in self._steps:
            data = answers.get(code)
            if data is not None and "s" not in data:
                cells += read(data)
                continue
            if data is not None:
                why = Missing.SKIPPED
            elif (conditional := self._asked[version_id].get(code)) is None:
                why = Missing.NOT_SHOWN
            elif conditional:
                if shown is None:
                    shown = {question.code for question in flow.shown(self._definitions[version_id].questions, answers)}
                why = Missing.NOT_REACHED if code in shown else Missing.NOT_SHOWN
            else:
                why = Missing.NOT_REACHED
            cells += missing[why]
            if is_valid:
                self.missing[code, why] += 1
        return cells
