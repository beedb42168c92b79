"""Console pages of a course's versions: what changed from one to the next, and one as it was, to look at only."""

from itertools import pairwise

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from console import access
from courses.mobile.screens import ScreenPage, screen_page
from courses.models.courses import CourseMedia
from courses.pages import course, media
from courses.permissions import COURSES_SEE
from courses.queries import media as queries
from courses.queries import requirements, versions
from courses.rules import screens
from courses.rules.definition import LessonDefinition
from courses.rules.differences import differences
from wechat_bot.services import current_services


@access.allow(COURSES_SEE)
def course_versions(course_id: int) -> ResponseReturnValue:
    """List the versions of a course, the newest first, each with what changed by it."""
    found = course.published(course_id)
    with current_services().reading() as session:
        lines = versions.newest(session, course_id)
    changes = {after.number: differences(before.definition, after.definition) for after, before in pairwise(lines)}
    return render_template(
        "courses/console/versions.html",
        **course.head(found),
        lines=lines[: versions.MOST_SHOWN],
        changes=changes,
        minutes=screens.minutes,
    )


@access.allow(COURSES_SEE)
def course_version(course_id: int, number: int) -> ResponseReturnValue:
    """Show a version as it was: its rules, and every screen of every lesson with its end question."""
    found = course.published(course_id)
    with current_services().reading() as session:
        version = versions.numbered(session, course_id, number)
        if version is None:
            abort(404)
        kept = queries.kept(session, version.definition.media)
        first = requirements.titles(session, version.definition.requires)
    return render_template(
        "courses/console/version.html",
        **course.head(found),
        version=version,
        of_version=version.definition,
        lessons=[(each, _pages(each, kept)) for each in version.definition.lessons],
        first=first,
        pictures=media.address(),
    )


def _pages(lesson: LessonDefinition, kept: dict[str, CourseMedia]) -> list[ScreenPage]:
    address = media.address()
    return [
        screen_page(each, lesson.title, kept, lambda name: f"{address}{name}", lambda link: "#")
        for each in lesson.screens
    ]
