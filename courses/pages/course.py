"""Console page of one course: its state, its rules, who learns it."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from console import access
from courses.pages import report
from courses.permissions import COURSES_SEE
from courses.queries import readiness
from courses.queries.detail import CourseDetail, detail
from wechat_bot.services import current_services


@access.allow(COURSES_SEE)
def course(course_id: int) -> ResponseReturnValue:
    """Show a draft, or a published course."""
    found = found_course(course_id)
    shown = {}
    if found.learnt is not None:
        with current_services().reading() as session:
            shown = report.shown(session, found)
    return render_template("courses/console/course.html", **head(found), **shown, is_new=readiness.is_new(found))


def head(found: CourseDetail) -> dict[str, object]:
    """Return what the head of each page of a course needs."""
    return {"course": found, "is_published": found.learnt is not None}


def published(course_id: int) -> CourseDetail:
    """Return a published course. Ends the request with 404 where there is none."""
    found = found_course(course_id)
    if found.learnt is None:
        abort(404)
    return found


def found_course(course_id: int) -> CourseDetail:
    """Return a course. Ends the request with 404 where there is none."""
    services = current_services()
    with services.reading() as session:
        found = detail(session, course_id, now=services.clock())
    if found is None:
        abort(404)
    return found
