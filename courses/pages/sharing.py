"""Console page of sharing a course: by a message to many, link, QR code, poster, menu key and word."""

from flask import render_template, url_for

from console.authored import AuthoredState
from console.sharing import Shared, Sharing, Ways
from courses.pages import course
from courses.permissions import COURSES_SEE, COURSES_WRITE
from courses.texts import poster
from foundation.errors import Refused
from wechat_bot.services import current_services


def _page(course_id: int, ways: Ways, error: Refused | None) -> str:
    found = course.published(course_id)
    return render_template("courses/console/share.html", **course.head(found), ways=ways, error=error)


def _shared(course_id: int) -> Shared:
    found = course.published(course_id)
    return Shared(
        f"course:{course_id}",
        f"/m/courses/{course_id}",
        found.title,
        found.closes_at,
        found.state is AuthoredState.CLOSED,
        url_for("courses_pages.share", course_id=course_id),
        poster.about(found.rules),
        poster.STEPS,
        poster.ends(found.closes_at, current_services().zone),
    )


SHARING = Sharing("微课", "去学", COURSES_SEE, COURSES_WRITE, "course.code", _shared, _page)
