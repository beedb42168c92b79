"""Console page of one course: its state, its rules, who learns it."""

from functools import partial

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, authored_pages
from courses.pages import report
from courses.permissions import COURSES_SEE
from courses.queries import readiness, requirements
from courses.queries.detail import CourseDetail, detail
from wechat_bot.services import current_services


@access.allow(COURSES_SEE)
def course(course_id: int) -> ResponseReturnValue:
    """Show a draft, or a published course."""
    found = found_course(course_id)
    shown, needed_by = {}, {}
    if found.learnt is not None:
        services = current_services()
        with services.reading() as session:
            shown = report.shown(session, found)
            needed_by = requirements.requiring(session, course_id, now=services.clock())
    return render_template(
        "courses/console/course.html",
        **head(found),
        **shown,
        is_new=readiness.is_new(found),
        needed_by=needed_by,
    )


def head(found: CourseDetail) -> dict[str, object]:
    """Return what the head of each page of a course needs."""
    return {"course": found, "is_published": found.learnt is not None}


found_course = partial(authored_pages.find, detail)
published = partial(authored_pages.find, detail, is_published=True)
