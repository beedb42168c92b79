"""Review of what an author wrote: all of it is checked, and everything to change is listed at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from types import MappingProxyType
from typing import Any

from questions.authoring.head import Head, Reviewed
from questions.authoring.layout import AuthoredFile
from questions.authoring.question_reader import read_questions
from questions.authoring.spelling import (
    Mistaken,
    Notes,
    Places,
    integer,
    one_of,
    truth,
)
from questions.authoring.versions import no_longer_asked, with_codes
from surveys.rules import quotas
from surveys.rules.definition import Definition, Results

CALLED = "问卷"
KEYS = (
    "title",
    "intro",
    "opens",
    "closes",
    "audience",
    "anonymous",
    "min_seconds",
    "results",
    "limit",
    "area_limits",
    "class_limits",
    "questions",
)

_RESULTS: dict[str, Results] = {
    "none": "none",
    "不公布": "none",
    "after": "after",
    "结束后公布": "after",
    "公布": "after",
    "live": "live",
    "填完就公布": "live",
    "投票": "live",
}
_NOWHERE: Places = MappingProxyType({})
Review = Reviewed[Definition]


def of_file(written: AuthoredFile, *, timezone: tzinfo, previous: Definition | None) -> Definition:
    """Return the definition an author wrote in a file of any kind. `previous` is the latest published version of the
    same survey. Raises Mistaken naming every mistake by its place."""
    data = written.data
    if not written.is_keyed:
        before = previous.questions + previous.retired if previous else ()
        data = {**data, "questions": with_codes(data["questions"], before)}
    return read(data, timezone=timezone, previous=previous, places=written.places, keyed=written.is_keyed)


def read(
    data: Mapping[str, Any],
    *,
    timezone: tzinfo,
    previous: Definition | None = None,
    places: Places = _NOWHERE,
    keyed: bool = True,
) -> Definition:
    """Return the definition an author wrote, from a parsed YAML file, workbook or form.

    `timezone` is that of moments written without one. `previous` is the latest published version of the same survey:
    options keep their codes, and a code once used is given to nothing else. `places` says where each value stood;
    `keyed`, whether the author wrote our keys.

    Raises Mistaken (a Refused) naming every mistake by its place in the author's words.

    >>> from datetime import UTC
    >>> read({"title": "调查", "questions": [{"code": "q1", "type": "text", "text": " "}]}, timezone=UTC)
    Traceback (most recent call last):
    questions.authoring.spelling.Mistaken: 第 1 题 q1：题目不能为空
    """
    if not isinstance(data, Mapping):
        raise Mistaken(["问卷应由 title、questions 等几项组成"], CALLED)
    return review(data, timezone=timezone, previous=previous, places=places, keyed=keyed).whole(CALLED)


def review(
    data: Mapping[str, Any],
    *,
    timezone: tzinfo,
    previous: Definition | None = None,
    places: Places = _NOWHERE,
    keyed: bool,
) -> Review:
    """Review a survey that is still being written: nothing is refused; what is wrong is left out and listed.

    `keyed`: whether the author knows our keys, as the writer of a file does.

    >>> from datetime import UTC
    >>> written = {"title": "", "questions": [{"code": "q1", "type": "text", "text": "为什么?"}]}
    >>> found = review(written, timezone=UTC, keyed=True)
    >>> found.problems[0].path, found.mistakes, len(found.definition.questions)
    (('title',), ('标题 title：不能为空',), 1)
    """
    notes = Notes(places, keyed=keyed)
    notes.unknown_keys("", (), data, KEYS)
    head = Head(data, notes)
    title, intro = head.title(), head.intro()
    opens_at, closes_at = head.times(timezone)
    before = previous.retired + previous.questions if previous else ()
    definition = Definition(
        title=title,
        intro=intro,
        opens_at=opens_at,
        closes_at=closes_at,
        audience=head.audience(),
        anonymous=_anonymous(head, previous),
        min_seconds=head.take("min_seconds", "最短用时", lambda value: integer(value, 0, 3600), None),
        results=head.take("results", "结果公布", partial(one_of, _RESULTS), "none"),
        limit=head.take("limit", "总名额", quotas.number, None),
        area_limits=head.take("area_limits", "片区名额", quotas.limits, {}),
        class_limits=head.take("class_limits", "客户类型名额", quotas.limits, {}),
        # Last, as they stand in a file: mistakes are listed in that order.
        questions=read_questions(data.get("questions"), before=before, notes=notes),
    )
    if previous:
        retired = no_longer_asked(previous.questions, previous.retired, definition.questions)
        definition = replace(definition, retired=retired)
    _check_poll(head, definition)
    quotas.check(definition, notes)
    return head.reviewed(definition)


def _anonymous(head: Head, previous: Definition | None) -> bool:
    anonymous = head.take("anonymous", "匿名", truth, False)
    if previous and previous.anonymous and not anonymous:
        # People have answered under this promise.
        head.wrong("anonymous", "匿名", "已发布的匿名调查不能改为实名")
    return anonymous


def _check_poll(head: Head, definition: Definition) -> None:
    if not definition.is_poll:
        return
    # A faulty question is listed already, and may be the choice question that is needed.
    written, questions = head.data.get("questions"), definition.questions
    if isinstance(written, list | tuple) and len(written) > 1:
        head.wrong("results", "结果公布", "填完就公布的是投票，只能有一题")
    elif questions and not (questions[0].type.has_options or questions[0].type.scale):
        head.wrong("results", "结果公布", "投票要用单选、多选、评分或推荐度题")
