"""Reading what an author wrote: the whole of it is checked, and everything to change is said at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from surveys.rules.question import read_question
from surveys.rules.shape import Condition as Condition
from surveys.rules.shape import Definition as Definition
from surveys.rules.shape import Option as Option
from surveys.rules.shape import Question as Question
from surveys.rules.shape import QuestionType as QuestionType
from surveys.rules.shape import Span as Span
from surveys.rules.shape import from_json as from_json
from surveys.rules.shape import to_json as to_json
from surveys.rules.spelling import Misspelt, Notes, Places, integer, meant, moment, truth, words
from surveys.rules.spelling import Mistaken as Mistaken
from surveys.rules.versions import changes as changes
from surveys.rules.versions import gone

LONGEST_TITLE = 60
MOST_QUESTIONS = 60
KEYS = ("title", "opens", "closes", "audience", "anonymous", "min_seconds", "results", "questions")

_RESULTS: dict[str, Literal["none", "after"]] = {
    "none": "none",
    "不公布": "none",
    "after": "after",
    "结束后公布": "after",
    "公布": "after",
}
_T = TypeVar("_T")
_NOWHERE: Places = MappingProxyType({})


def read(
    data: Mapping[str, Any], *, timezone: tzinfo, previous: Definition | None = None, places: Places = _NOWHERE
) -> Definition:
    """The definition an author wrote, from a parsed YAML file, workbook or form.

    `timezone` is that of moments written without one. `previous` is the latest published version of the same survey:
    options keep their codes, and codes ever used are not given to anything else. `places` says where each value stood.

    Raises Mistaken (a Refused) naming every mistake by its place in the author's words.

    >>> from datetime import UTC
    >>> read({"title": "调查", "questions": [{"code": "q1", "type": "text", "text": " "}]}, timezone=UTC)
    Traceback (most recent call last):
    surveys.rules.spelling.Mistaken: 第 1 题 q1:题目不能为空
    """
    notes = Notes(places)
    if not isinstance(data, Mapping):
        raise Mistaken(["问卷应由 title、questions 等几项组成"])
    notes.unknown_keys("", (), data, KEYS)

    def take(key: str, name: str, reader: Callable[[Any], _T], default: _T) -> _T:
        # An audience left empty is not one left out.
        if key not in data or (data[key] is None and key != "audience"):
            return default
        try:
            return reader(data[key])
        except Misspelt as problem:
            notes.add(f"{name} {key}", (key,), str(problem))
            return default

    if data.get("title") is None:
        notes.add("", (), "缺少标题 title")
    title = take("title", "标题", lambda value: words(value, longest=LONGEST_TITLE), "")
    opens_at: datetime | None = take("opens", "开始时间", lambda value: moment(value, timezone), None)
    closes_at: datetime | None = take("closes", "结束时间", lambda value: moment(value, timezone, last=True), None)
    if opens_at and closes_at and closes_at <= opens_at:
        notes.add("结束时间 closes", ("closes",), "应晚于开始时间 opens")
    audience = take("audience", "对象", _audience, None)
    anonymous = take("anonymous", "匿名", truth, False)
    if previous and previous.anonymous and not anonymous:
        # People have answered under this promise.
        notes.add("匿名 anonymous", ("anonymous",), "已发布的匿名调查不能改为实名")
    min_seconds: int | None = take("min_seconds", "最短用时", lambda value: integer(value, 0, 3600), None)
    results: Literal["none", "after"] = take("results", "结果公布", _results, "none")
    questions = _questions(data, previous, notes)
    if notes.mistakes:
        raise Mistaken(notes.mistakes)
    return Definition(
        title=title,
        questions=questions,
        opens_at=opens_at,
        closes_at=closes_at,
        audience=audience,
        anonymous=anonymous,
        min_seconds=min_seconds,
        results=results,
        retired=gone(previous, questions),
    )


def _questions(data: Mapping[str, Any], previous: Definition | None, notes: Notes) -> tuple[Question, ...]:
    written = data.get("questions")
    if not isinstance(written, list | tuple) or not written:
        notes.add("题目 questions", ("questions",), "至少要有一题")
        return ()
    if len(written) > MOST_QUESTIONS:
        notes.add("题目 questions", ("questions",), f"共 {len(written)} 题,最多 {MOST_QUESTIONS} 题")
        return ()
    before = {question.code: question for question in (previous.retired + previous.questions if previous else ())}
    codes = [str(entry.get("code")) if isinstance(entry, Mapping) else "" for entry in written]
    questions: dict[str, Question] = {}
    for place, entry in enumerate(written):
        question = read_question(entry, place, codes=codes, earlier=questions, before=before, notes=notes)
        if question and question.code not in questions:
            questions[question.code] = question
    return tuple(questions.values())


def _audience(value: object) -> dict[str, Any]:
    # An audience can only narrow: one written but empty must not become everyone.
    if not isinstance(value, Mapping) or not value:
        raise Misspelt("是空的或写法不对,应如 {class: [现代终端]};要发给全部店铺,请删去这一项")
    try:
        plain: dict[str, Any] = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        raise Misspelt("只能用文字和数字,时间请加引号") from None
    return plain


def _results(value: object) -> Literal["none", "after"]:
    word = str(value).strip().lower()
    if word not in _RESULTS:
        raise Misspelt(f'"{value}"不认识' + meant(word, ("none", "after")))
    return _RESULTS[word]
