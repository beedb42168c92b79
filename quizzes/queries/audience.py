"""Audience criteria of quizzes: who passed, failed, scored under a share, has not begun, is weak in a tag."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from console import authored
from foundation.errors import Refused
from quizzes.models.quizzes import Quiz, Standing, TagStanding
from quizzes.rules.definition import FULL_SHARE
from wechat_bot.criterion import Choice, Criterion, Field, Input, KeptSpec

Ids = Select[Any]
HUNDRED = 100


def passed(session: Session, value: Any, now: datetime) -> Ids:
    """Return who passed a quiz, by the attempt that counts: `{quiz: 3}`. Raises Refused where there is no such quiz."""
    return _standing(session, value, "passed_quiz").where(Standing.is_passed.is_(True))


def failed(session: Session, value: Any, now: datetime) -> Ids:
    """Return who has ended an attempt at a quiz and not passed: `{quiz: 3}`."""
    return _standing(session, value, "failed_quiz").where(Standing.is_passed.is_(False))


def not_begun(session: Session, value: Any, now: datetime) -> Ids:
    """Return who was asked to take a quiz and has not begun: `{quiz: 3}`."""
    return _standing(session, value, "not_begun_quiz").where(Standing.used == 0)


def scored_under(session: Session, value: Any, now: datetime) -> Ids:
    """Return whose attempt that counts got less than so many per cent of the points: `{quiz: 3, percent: 80}`."""
    found = _standing(session, value, "scored_under_quiz", "percent")
    return found.where(Standing.share < _share(value))


def weak(session: Session, value: Any, now: datetime) -> Ids:
    """Return who got less than so many per cent of the points of the questions with a tag: `{quiz: 3, tag: 封签,
    percent: 60}`. Raises Refused also where no counted attempt was asked about that."""
    quiz_id = _quiz(session, value, "weak_in_quiz", "tag", "percent")
    share, of_tag = _share(value), (TagStanding.quiz_id == quiz_id, TagStanding.tag == value.get("tag"))
    if not isinstance(value.get("tag"), str) or session.scalar(select(1).where(*of_tag).limit(1)) is None:
        raise Refused(f"测试 {quiz_id} 里还没有人考过标签“{value.get('tag')}”的题。")
    return select(TagStanding.retailer_id).where(*of_tag, TagStanding.share < share)


def kept_specs(session: Session) -> Sequence[KeptSpec]:
    """Return the audiences of drafts: they are read again when the draft is published."""
    rows = session.execute(select(Quiz.title, Quiz.draft["audience"]).order_by(Quiz.id))
    return [KeptSpec(f"测试《{title}》", spec) for title, spec in rows if spec is not None]


def _standing(session: Session, value: Any, name: str, *more: str) -> Ids:
    return select(Standing.retailer_id).where(Standing.quiz_id == _quiz(session, value, name, *more))


def _quiz(session: Session, value: Any, name: str, *more: str) -> int:
    known = ("quiz", *more)
    if not isinstance(value, Mapping) or not set(value) <= set(known) or not _is_number(value.get("quiz")):
        raise Refused(f"对象条件 {name} 应写成 {{quiz: 测试编号}}，可用 {'、'.join(known)}。")
    found = session.scalar(select(Quiz.id).where(Quiz.id == value["quiz"], Quiz.version_id.is_not(None)))
    if found is None:
        raise Refused(f"没有编号为 {value['quiz']} 的已发布测试。")
    return found


def _share(value: Mapping[str, Any]) -> int:
    percent = value.get("percent")
    if not _is_number(percent) or not 1 <= int(percent or 0) <= HUNDRED:
        raise Refused("“低于百分之几”是 1 到 100 的整数。")
    return int(percent or 0) * FULL_SHARE // HUNDRED


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _quiz_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return authored.choices(session, Quiz)


def _tag_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    """Return the tags that somebody was asked about in a quiz."""
    if not _is_number(given.get("quiz")):
        return ()
    tags = session.scalars(select(TagStanding.tag).where(TagStanding.quiz_id == given["quiz"]).distinct())
    return [Choice(tag, tag) for tag in sorted(tags)]


_QUIZ = Field("测试", Input.ONE, _quiz_choices, "quiz", is_number=True)
_UNDER = Field("得分率低于", Input.NUMBER, name="percent", unit="%")
CRITERIA = (
    Criterion("passed_quiz", "某份测试合格了：{quiz: 编号}", "测试合格了", (_QUIZ,), select=passed),
    Criterion("failed_quiz", "考过某份测试，没有合格：{quiz: 编号}", "测试没有合格", (_QUIZ,), select=failed),
    Criterion(
        "not_begun_quiz", "在某份测试的名单里、还没有开始：{quiz: 编号}", "还没有考测试", (_QUIZ,), select=not_begun
    ),
    Criterion(
        "scored_under_quiz",
        "某份测试的得分率低于百分之几：{quiz: 编号, percent: 80}",
        "测试得分低",
        (_QUIZ, _UNDER),
        select=scored_under,
    ),
    Criterion(
        "weak_in_quiz",
        "某份测试里某个标签的题，得分率低于百分之几：{quiz: 编号, tag: 标签, percent: 60}",
        "测试里某类题弱",
        (_QUIZ, Field("标签", Input.ONE, _tag_choices, "tag", "quiz"), _UNDER),
        select=weak,
    ),
)
