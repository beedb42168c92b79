"""Console pages of one lesson: its screens, one below the other, and how it ends: nothing, a question, or a quiz."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, item_pages
from courses.pages import course, lessons, media
from courses.permissions import COURSES_WRITE
from courses.queries import media as queries
from courses.queries.detail import CourseDetail
from courses.rules import lesson_form, lesson_steps, recordings
from courses.rules.definition import MOST_SCREENS, LessonDefinition
from courses.rules.lesson_form import KnownMedium, LessonForm
from courses.rules.review_screens import LONGEST_TEXT
from foundation.errors import Refused
from questions.authoring.head import LONGEST_TITLE
from questions.editor import item_form
from questions.editor.item_form import ItemForm, ItemReview
from questions.keyed.items import KeyedItem
from wechat_bot import collecting
from wechat_bot.services import current_services

#: Bytes of a form with the media chosen for its screens.
LARGEST = 4 * recordings.LARGEST
ENDING = ".file"
QUESTION = "q1"
"""The code of the one question of a lesson."""


@access.allow(COURSES_WRITE, upload=LARGEST)
def lesson(course_id: int, code: str) -> ResponseReturnValue:
    """Edit the screens and the end of a lesson of the draft."""
    found = course.found_course(course_id)
    before = found_lesson(found, code)
    if request.method != "POST":
        return _draw(found, before, lesson_form.of_lesson(before))
    form, do = lesson_form.read(request.form.to_dict(flat=False)), request.form.get("do", "")
    error: Refused | None = None
    faults: Mapping[str, Sequence[str]] = {}
    try:
        form = _received(form)
        if do not in ("save", "unask"):
            return _draw(found, before, lesson_form.pressed(form, do), is_unsaved=True)
        with current_services().reading() as session:
            kept = before if do == "save" else replace(before, question=None)
            review = lesson_form.reviewed(form, kept, known(session, form), list(_earlier(found, code)))
        faults = review.faults
        if not faults:
            did = f"改了《{review.lesson.title}》"
            return _saved(found, review.lesson, did if do == "save" else f"{did}，去掉了课后一题")
    except Refused as refusal:
        error = refusal
    return _draw(found, before, form, faults, error=error, is_unsaved=True), act.status(error) if error else 422


@access.allow(COURSES_WRITE, upload=item_pages.LARGEST)
def lesson_question(course_id: int, code: str) -> ResponseReturnValue:
    """Write the question at the end of a lesson, with the form of the bank."""
    found = course.found_course(course_id)
    before = found_lesson(found, code)
    stored = item_form.of_item(before.question) if before.question else item_form.fresh()

    def review(form: ItemForm) -> ItemReview:
        return item_form.reviewed(form, code=QUESTION, before=_published(found, code))

    def keep(form: ItemForm, item: KeyedItem, is_followed: bool) -> ResponseReturnValue:
        changed = replace(before, question=replace(item, points=0), quiz="")
        return _saved(found, changed, f"改了《{before.title}》的课后一题")

    def page(values: Mapping[str, Any]) -> str:
        return render_template(
            "courses/console/lesson_question.html",
            **course.head(found),
            lesson=before,
            is_fixed=_published(found, code) is not None,
            **values,
        )

    return item_pages.answer(media.KEEPER, stored, review, keep, page)


def found_lesson(found: CourseDetail, code: str) -> LessonDefinition:
    """Return a lesson of the draft. Ends the request with 404 where there is none."""
    lesson = next((each for each in found.draft.lessons if each.code == code), None)
    if lesson is None:
        abort(404)
    return lesson


def known(session: Session, form: LessonForm) -> dict[str, KnownMedium]:
    """Return what is known of the media of a form, by their names."""
    kept = queries.kept(session, form.media)
    return {
        name: KnownMedium(each.kind, each.seconds or 0, each.content_type == recordings.AMR)
        for name, each in kept.items()
    }


def _earlier(found: CourseDetail, code: str) -> dict[str, str]:
    """Return the titles of the lessons in front of one, by their codes."""
    titles = {}
    for n, each in enumerate(found.draft.lessons, start=1):
        if each.code == code:
            break
        titles[each.code] = f"第 {n} 课《{each.title}》"
    return titles


def _published(found: CourseDetail, code: str) -> KeyedItem | None:
    """Return the question that the lesson ends with for those who learn it now: its options keep their codes."""
    learnt = found.learnt.lessons if found.learnt else ()
    return next((each.question for each in learnt if each.code == code), None)


def _saved(found: CourseDetail, changed: LessonDefinition, did: str) -> ResponseReturnValue:
    lessons.keep(found, lesson_steps.changed(found.draft, changed), did)
    return act.done(url_for("courses_pages.lesson", course_id=found.id, code=changed.code), f"已保存：{did}。")


def _received(form: LessonForm) -> LessonForm:
    """Return the posted form with the media that came with it, kept. Raises Refused for one that cannot be."""
    for name, upload in request.files.items():
        if upload.filename and name.endswith(ENDING):
            sha256 = media.received(current_services(), upload.stream)
            form = lesson_form.with_medium(form, name.removesuffix(ENDING), sha256)
    return form


def _draw(
    found: CourseDetail,
    before: LessonDefinition,
    form: LessonForm,
    faults: Mapping[str, Sequence[str]] | None = None,
    *,
    error: Refused | None = None,
    is_unsaved: bool = False,
) -> Response:
    services = current_services()
    with services.reading() as session:
        of_features = collecting.destinations(session, current_app.extensions["features"], services.clock())
        kinds = known(session, form)
    quizzes = {each.link: each.label for each in of_features if each.link.startswith("quiz:")}
    if form.quiz:
        quizzes.setdefault(form.quiz, f"{form.quiz}（没有开着）")
    page = render_template(
        "courses/console/lesson.html",
        **course.head(found),
        lesson=before,
        form=form,
        kinds=kinds,
        quizzes=list(quizzes.items()),
        media=media.address(),
        earlier={} if found.draft.is_ordered else _earlier(found, before.code),
        faults=faults or {},
        most=MOST_SCREENS,
        longest_text=LONGEST_TEXT,
        longest_title=LONGEST_TITLE,
        is_unsaved=is_unsaved,
        error=error,
    )
    return access.with_frame(page)  # the preview stands beside the form
