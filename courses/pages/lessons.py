"""Console page of a course's lessons: their order, a new one, one from a document; and what each step of it saves."""

from dataclasses import replace
from functools import partial

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from courses.actions import authoring, loading
from courses.pages import course, starting
from courses.permissions import COURSES_WRITE
from courses.queries import readiness
from courses.queries.detail import CourseDetail
from courses.rules import lesson_steps, screens
from courses.rules.definition import MOST_LESSONS, CourseDefinition, LessonDefinition
from courses.rules.review import free_code, lesson_title
from foundation.errors import Refused
from questions.authoring.head import LONGEST_TITLE
from questions.authoring.spelling import Misspelt
from wechat_bot.services import current_services

GONE = "这一课已经不在草稿里了，请按现在的各课再改。"


@access.allow(COURSES_WRITE)
def lessons(course_id: int) -> ResponseReturnValue:
    """Show the draft's lessons; a posted form is one of its steps."""
    return act.form(partial(_step, course_id), partial(_page, course_id))


@access.allow(COURSES_WRITE, upload=starting.LARGEST)
def lesson_file(course_id: int) -> ResponseReturnValue:
    """Put the lessons of a file behind those of the draft."""
    return act.form(partial(_load, course_id), partial(_page, course_id))


def keep(found: CourseDetail, changed: CourseDefinition, did: str) -> int:
    """Save a draft with other lessons over the one whose stamp the form has; gives the stamp it has then."""
    with act.transaction() as (session, now, note):
        stamp, who = request.form.get("stamp", -1, type=int), access.visitor().name
        kept = authoring.keep(session, found.id, changed, stamp=stamp, who=who, now=now)
        note("course.edit", f"course:{found.id}", did)
        return kept.stamp


def _step(course_id: int) -> ResponseReturnValue:
    found = course.found_course(course_id)
    here = url_for("courses_pages.lessons", course_id=course_id)
    verb, _, code = request.form.get("do", "").partition(":")
    if verb == "undo":
        with act.transaction() as (session, now, note):
            stamp = request.form.get("stamp", -1, type=int)
            authoring.take_back(session, course_id, stamp=stamp, who=access.visitor().name, now=now)
            note("course.edit", f"course:{course_id}", "撤销上一步")
        return act.done(here, "已撤销。")
    if verb == "add":
        return _added(found)
    number, title = next(
        ((n, each.title) for n, each in enumerate(found.draft.lessons, 1) if each.code == code), (0, "")
    )
    if not number or verb not in ("remove", "up", "down"):
        raise Refused(GONE)
    if verb == "remove":
        changed, said = lesson_steps.without(found.draft, code), f"第 {number} 课《{title}》已拿掉。"
    else:
        changed = lesson_steps.moved(found.draft, code, -1 if verb == "up" else 1)
        said = f"第 {number} 课《{title}》已移动。"
    stamp = keep(found, changed, said.rstrip("。"))
    return act.done(here, said, undo=(here, {"do": "undo", "stamp": stamp}))


def _added(found: CourseDetail) -> ResponseReturnValue:
    try:
        title = lesson_title(request.form.get("title", "").strip() or None)
    except Misspelt as problem:
        raise Refused(f"这一课的标题{problem}。") from None
    new = LessonDefinition(free_code(found.draft.lessons, *found.codes), title)
    keep(found, lesson_steps.added(found.draft, [new]), f"加了《{title}》")
    return act.done(url_for("courses_pages.lesson", course_id=found.id, code=new.code))


def _load(course_id: int) -> ResponseReturnValue:
    found, written = course.found_course(course_id), starting.uploaded()
    new: list[LessonDefinition] = []
    codes: dict[str, str] = {}
    for each in written.definition.lessons:
        codes[each.code] = free_code((*found.draft.lessons, *new), *found.codes)
        new.append(replace(each, code=codes[each.code], requires=tuple(map(codes.__getitem__, each.requires))))
    with current_services().transaction() as session:
        loading.keep_media(session, current_services().media_folder, written, now=current_services().clock())
    stamp = keep(found, lesson_steps.added(found.draft, new), f"从文件加了 {len(new)} 课")
    here = url_for("courses_pages.lessons", course_id=course_id)
    said = f"加了 {len(new)} 课，请看一遍。{starting.told(written)}"
    return act.done(here, said, undo=(here, {"do": "undo", "stamp": stamp}))


def _page(course_id: int, error: Refused | None) -> str:
    services, found = current_services(), course.found_course(course_id)
    faults = readiness.faults(found.draft, now=services.clock()) if found.draft.lessons else []
    with services.reading() as session:
        faults += readiness.dead_ends(session, current_app.extensions["features"], found.draft)
    return render_template(
        "courses/console/lessons.html",
        **course.head(found),
        lessons=found.draft.lessons,
        minutes=screens.minutes,
        faults=faults,
        is_new=readiness.is_new(found),
        longest=LONGEST_TITLE,
        most=MOST_LESSONS,
        error=error,
    )
