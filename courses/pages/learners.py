"""Console list of a course's learners: how far each is; as a file, as errands of managers, as a message to many."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from courses.actions import handing
from courses.models.courses import Course
from courses.pages import course
from courses.permissions import COURSES_EXPORT, COURSES_SEE, COURSES_WRITE
from courses.queries import learners as queries
from courses.queries.learners import LearnerLine, LearnerState
from courses.texts import report as texts
from foundation.clock import day_in
from foundation.paging import Cursor, Page
from people.pages import filters
from people.picker import short
from wechat_bot.services import current_services

#: Days that managers have for what is handed over to them.
DAYS = 7
_COLOURS = {LearnerState.FINISHED: "good", LearnerState.BEGUN: "warn", LearnerState.NOT_BEGUN: ""}
_STATE = Filter(
    "state", "学到哪里", "全部进度", lambda asked: [(each.value, word) for each, word in queries.WORDS.items()]
)


def _state(given: str | None) -> LearnerState | None:
    return next((each for each in LearnerState if each == given), None)


def _meant(course_id: int, state: LearnerState | None) -> dict[str, Any]:
    """Return those of a list as an audience."""
    of = {"course": course_id}
    match state:
        case LearnerState.NOT_BEGUN:
            return {"not_begun_course": of}
        case LearnerState.BEGUN:
            return {"stuck_course": of | {"days": 0}}
        case LearnerState.FINISHED:
            return {"finished_course": of}
        case None:
            return {"enrolled_course": of}


def _is_for_staff(asked: Asked) -> bool:
    """Whether customer managers learn it, who are of no shop."""
    found = asked.session.get(Course, asked.of["course_id"])
    return found is not None and found.is_for_staff


def _is_for_shops(asked: Asked) -> bool:
    return not _is_for_staff(asked)


def _where_shops(each: Filter) -> Filter:
    """Return a filter of shops, without choices where there are none."""
    choices = each.choices
    assert choices is not None
    return replace(each, choices=lambda asked: choices(asked) if _is_for_shops(asked) else ())


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[LearnerLine]:
    course_id, state = asked.of["course_id"], _state(asked.given.get("state"))
    if _is_for_staff(asked):
        return queries.page_of_staff(
            asked.session, course_id, asked.visitor, state, search=asked.search, cursor=cursor, limit=limit
        )
    conditions = filters.shops(asked)
    return queries.page(asked.session, course_id, conditions, state, search=asked.search, cursor=cursor, limit=limit)


LEARNERS: Listing[LearnerLine] = Listing(
    name="courses.learners",
    title="学习情况",
    unit="个",
    see=COURSES_SEE,
    size=queries.PAGE,
    search="店名、姓名",
    means=lambda asked: f"微课 {asked.of['course_id']}",
    filters=(_STATE, *map(_where_shops, filters.OF_WHOM)),
    columns=(
        *(replace(each, seen_if=_is_for_shops) for each in filters.OF_SHOP),
        Column("name", "姓名", lambda line: line.keeper, seen_if=_is_for_staff, style="text-nowrap", width=12),
        Column("class", "客户类型", lambda line: line.class_name, is_shown=False, seen_if=_is_for_shops),
        Column("state", "学到哪里", lambda line: queries.WORDS[line.state], colour=lambda line: _COLOURS[line.state]),
        Column("started", "开始", lambda line: line.started_at, style="text-nowrap", is_spare=True, width=18),
        Column("last", "最近一次学", lambda line: line.last_at, style="text-nowrap", is_shown=False, width=18),
        Column("finished", "学完", lambda line: line.finished_at, style="text-nowrap", is_spare=True, width=18),
        Column("lessons", "学完几课", lambda line: line.lessons, is_number=True, on_phone="学完几课"),
        Column(
            "took",
            "用时",
            lambda line: texts.took(line.seconds or None),
            is_number=True,
            is_for_file=False,
            style="text-nowrap",
            is_spare=True,
        ),
        Column("seconds", "用时（秒）", lambda line: line.seconds, is_number=True, is_for_page=False),
        Column("certificate", "证书编号", lambda line: line.certificate, style="text-nowrap", is_shown=False),
    ),
    find=_find,
    nothing=("还没有人学", "发布以后，加入的人会列在这里。"),
    nothing_left=("没有符合的人", "换一个条件再看。"),
    export=COURSES_EXPORT,
)


@access.allow(COURSES_SEE)
def learners(course_id: int) -> ResponseReturnValue:
    """List the learners of a course. Seeing them is written to the audit log."""
    found = course.published(course_id)
    with current_services().reading() as session:
        shown = looking.look(LEARNERS, session)
        state, narrowed = _state(shown.asked.given.get("state")), filters.audience(session, shown.kept)
        page = render_template(
            "courses/console/learners.html",
            shown=shown,
            state=state,
            to_many=() if found.rules.is_for_staff else filters.to_many(_meant(course_id, state) | narrowed),
            invitation=url_for("courses_pages.waves", course_id=course_id, **short.query_of(narrowed)) + "#invite",
            **course.head(found),
        )
        said = LEARNERS.said(shown.asked)
    act.seen("course.learners", f"course:{course_id}", said)
    return page


@access.allow(COURSES_WRITE)
def hand_over(course_id: int) -> ResponseReturnValue:
    """Hand the shops that have not finished over to their managers; pressed again it makes none twice."""
    services, visitor = current_services(), access.visitor()
    with act.transaction() as (session, now, note):
        given = {name: value for name, value in request.form.items() if name != "form_token"}
        asked = Asked(session, services, access.extensions(), visitor, now, given, {"course_id": course_id})
        due_on = day_in(now, services.zone) + timedelta(days=DAYS)
        state = _state(given.get("state"))
        made = handing.hand_over(
            session, course_id, filters.shops(asked), state, due_on=due_on, by=visitor.name, now=now
        )
        note("course.hand_over", f"course:{course_id}", f"{made} 件")
    said = texts.handed_over(made, f"{due_on.month} 月 {due_on.day} 日")
    return act.done(url_for("courses_pages.learners", course_id=course_id), said)
