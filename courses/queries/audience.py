"""Audience criteria of courses: who is in one, has not begun, is stuck, has finished, holds a certificate."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from console import authored
from courses.models.certificates import Certificate
from courses.models.courses import Course
from courses.models.learning import Enrolment
from foundation.errors import Refused
from wechat_bot.criterion import Choice, Criterion, Field, Input, KeptSpec

Ids = Select[Any]
MOST_DAYS = 3650


def enrolled(session: Session, value: Any, now: datetime) -> Ids:
    """Return who is in a course: `{course: 3}`. Raises Refused where there is no such course for shops."""
    return _enrolment(session, value, "enrolled_course")


def not_begun(session: Session, value: Any, now: datetime) -> Ids:
    """Return who is in a course and has not begun: `{course: 3}`."""
    return _enrolment(session, value, "not_begun_course").where(Enrolment.started_at.is_(None))


def finished(session: Session, value: Any, now: datetime) -> Ids:
    """Return who finished a course: `{course: 3}`."""
    return _enrolment(session, value, "finished_course").where(Enrolment.finished_at.is_not(None))


def stuck(session: Session, value: Any, now: datetime) -> Ids:
    """Return who began a course, has not finished, and was given no screen for so many days: `{course: 3, days: 7}`."""
    found = _enrolment(session, value, "stuck_course", "days")
    days = value.get("days")
    if not _is_number(days) or not 0 <= days <= MOST_DAYS:
        raise Refused(f"“几天没有学”是 0 到 {MOST_DAYS} 的整数。")
    return found.where(
        Enrolment.started_at.is_not(None),
        Enrolment.finished_at.is_(None),
        Enrolment.last_at <= now - timedelta(days=days),
    )


def certified(session: Session, value: Any, now: datetime) -> Ids:
    """Return who holds a certificate of a course that was not revoked: `{course: 3}`."""
    of = _course(session, value, "certified_course")
    return select(Certificate.retailer_id).where(
        Certificate.course_id == of, Certificate.retailer_id.is_not(None), Certificate.revoked_at.is_(None)
    )


def kept_specs(session: Session) -> Sequence[KeptSpec]:
    """Return the audiences of drafts: they are read again when the draft is published."""
    rows = session.execute(select(Course.title, Course.draft["audience"]).order_by(Course.id))
    return [KeptSpec(f"微课《{title}》", spec) for title, spec in rows if spec is not None]


def _enrolment(session: Session, value: Any, name: str, *more: str) -> Ids:
    return select(Enrolment.retailer_id).where(
        Enrolment.course_id == _course(session, value, name, *more), Enrolment.retailer_id.is_not(None)
    )


def _course(session: Session, value: Any, name: str, *more: str) -> int:
    known = ("course", *more)
    if not isinstance(value, Mapping) or not set(value) <= set(known) or not _is_number(value.get("course")):
        raise Refused(f"对象条件 {name} 应写成 {{course: 微课编号}}，可用 {'、'.join(known)}。")
    found = session.scalar(select(Course.id).where(Course.id == value["course"], *_FOR_SHOPS))
    if found is None:
        raise Refused(f"没有编号为 {value['course']} 的已发布、给店学的微课。")
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return authored.choices(session, Course, Course.is_for_staff.is_(False))


_FOR_SHOPS = (Course.version_id.is_not(None), Course.is_for_staff.is_(False))
_COURSE = Field("微课", Input.ONE, _choices, "course", is_number=True)
_DAYS = Field("几天没有学", Input.NUMBER, name="days", unit="天")
CRITERIA = (
    Criterion("enrolled_course", "在某门微课的名单里：{course: 编号}", "在学微课", (_COURSE,), select=enrolled),
    Criterion(
        "not_begun_course",
        "在某门微课的名单里、还没有开始：{course: 编号}",
        "还没有开始学微课",
        (_COURSE,),
        select=not_begun,
    ),
    Criterion(
        "stuck_course",
        "开始了某门微课、没有学完，几天没有学：{course: 编号, days: 7}",
        "微课停下没有学",
        (_COURSE, _DAYS),
        select=stuck,
    ),
    Criterion("finished_course", "学完了某门微课：{course: 编号}", "学完了微课", (_COURSE,), select=finished),
    Criterion("certified_course", "有某门微课的证书：{course: 编号}", "有微课证书", (_COURSE,), select=certified),
)
