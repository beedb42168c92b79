"""Console pages of invitations to a course: to all who were enrolled and have not begun."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from campaigns import inviting as pages
from campaigns import texts
from campaigns.inviting import Invitable, Inviting
from campaigns.models import Outcome
from courses.actions import inviting
from courses.pages import course
from courses.permissions import COURSES_EXPORT, COURSES_SEE, COURSES_WRITE
from courses.queries import inviting as queries
from courses.queries.detail import detail
from courses.texts import notices
from people.picker.short import Picker

DONE = "已经开始学"
PICKER = Picker(
    ("class", "area", "manager", "tag", "audience"),
    "全部还没开始学的",
    legend="邀请谁",
    asks="请选择邀请谁。",
)


def _invitable(session: Session, course_id: int, now: datetime) -> Invitable | None:
    found = detail(session, course_id, now=now)
    return None if found is None else Invitable(found.id, found.title, found.state, found.waves)


def _page(course_id: int, values: Mapping[str, Any]) -> str:
    return render_template("courses/console/invitations.html", **course.head(course.found_course(course_id)), **values)


def _wave_page(course_id: int, values: Mapping[str, Any]) -> str:
    return render_template("courses/console/wave.html", **course.head(course.found_course(course_id)), **values)


INVITING = Inviting(
    feature="courses",
    topic="course",
    noun="微课",
    does="开始学",
    done=DONE,
    opens="",
    see=COURSES_SEE,
    write=COURSES_WRITE,
    export=COURSES_EXPORT,
    kinds=inviting.KINDS,
    notice="course",
    picker=PICKER,
    outcomes={**texts.OUTCOMES, Outcome.SPARED: f"发送前{DONE}"},
    reasons={**texts.REASONS, "done": DONE},
    find=_invitable,
    plan=inviting.plan,
    preview=queries.preview,
    says=notices.invitation,
    page=_page,
    wave_page=_wave_page,
)
INVITED = pages.invited(INVITING)
