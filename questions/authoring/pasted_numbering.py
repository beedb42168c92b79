"""Numbering of a pasted questionnaire: which of the numbers in it are those of its questions."""

from collections.abc import Sequence

from questions.authoring import pasted_kinds as kinds
from questions.authoring import pasted_lines as marks
from questions.authoring import word_lines as words
from questions.authoring.pasted_lines import Line

_ADDRESSED = ("您", "你", "请", "贵店", "贵")


def form_of(lines: Sequence[Line]) -> str:
    """Return the family in which a text numbers its questions; empty where it numbers none.

    >>> form_of(marks.lines_of("一、您满意吗？\\n1. 满意\\n2. 一般")), form_of(marks.lines_of("性别\\n1. 男\\n2. 女"))
    ('chinese', '')
    """
    asked = dict.fromkeys(marks.NUMBERS, 0)
    apart, seen = dict(asked), dict(asked)
    for at, line in enumerate(lines):
        found = marks.numbered(marks.without_star(line.text))
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
