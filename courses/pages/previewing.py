"""Console preview of a lesson as a phone and as the chat show it, screen by screen; nothing of it is saved."""

import json
from dataclasses import asdict
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from blocks import rendering
from console import access
from courses.mobile.screens import ScreenPage, screen_page
from courses.pages import course, media
from courses.pages.lesson import LARGEST, found_lesson, known
from courses.permissions import COURSES_WRITE
from courses.queries import media as queries
from courses.rules import end_question, lesson_form, screens
from courses.rules.definition import CourseDefinition, LessonDefinition, from_json, to_json
from courses.texts import chat
from questions import stepping
from questions.page import question_page
from wechat_bot.services import current_services


@access.allow(COURSES_WRITE, upload=LARGEST)
def preview_lesson(course_id: int, code: str) -> Response:
    """Show the lesson of the form, what the last view carried along, or the draft that is saved, as a phone would."""
    lesson = _written(found_lesson(course.found_course(course_id), code))
    is_chat = request.form.get("view") == "chat"
    context: dict[str, Any] = {
        "lesson": lesson,
        "is_chat": is_chat,
        "action": url_for("courses_pages.preview_lesson", course_id=course_id, code=code),
        "carried": json.dumps(to_json(CourseDefinition("", lessons=(lesson,))), ensure_ascii=False),
    }
    asked = end_question.position(lesson.question) if lesson.question else None
    if is_chat:
        context["bubbles"] = [*_bubbles(lesson), *([stepping.ask(asked)] if asked else [])]
    else:
        context["pages"] = _pages(lesson)
        if asked:
            context["page"] = question_page(
                asked, asked.questions[0], given=None, sentence="", pictures=media.address()
            )
    response = make_response(render_template("courses/console/trial.html", **context))
    response.headers["Content-Security-Policy"] = access.IN_FRAME
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _written(kept: LessonDefinition) -> LessonDefinition:
    """Return the lesson as far as it is written: what is wrong is left out."""
    if "title" in request.form:
        form = lesson_form.read(request.form.to_dict(flat=False))
        with current_services().reading() as session:
            return lesson_form.reviewed(form, kept, known(session, form)).lesson
    try:
        (carried,) = from_json(json.loads(request.form.get("written", ""))).lessons
    except (KeyError, TypeError, ValueError, RecursionError):  # it comes from a browser
        return kept
    return carried if _is_legible(carried) else kept


def _is_legible(lesson: LessonDefinition) -> bool:
    """Tell whether every word of a lesson that a browser carried along is a text."""
    words = [value for each in lesson.screens for name, value in asdict(each).items() if name != "seconds"]
    return all(isinstance(each, str) for each in (lesson.title, *words))


def _pages(lesson: LessonDefinition) -> list[ScreenPage]:
    with current_services().reading() as session:
        kept = queries.kept(session, lesson.media)
    address = media.address()
    return [
        screen_page(each, lesson.title, kept, lambda name: f"{address}{name}", lambda link: "#")
        for each in lesson.screens
    ]


def _bubbles(lesson: LessonDefinition) -> list[str]:
    count, said = len(lesson.screens), []
    for step, screen in enumerate(lesson.screens, 1):
        shown = (
            (screen.audio or screen.voice, chat.HAS_SOUND),
            (screen.picture, chat.HAS_PICTURE),
            (screen.video, chat.HAS_VIDEO),
        )
        beside = next((words for name, words in shown if name), "")
        if screen.link:
            beside = chat.outside(screen.link_title, screen.link)
        last = chat.TURN_TO_QUESTION if lesson.question else chat.TURN_TO_END
        way = last if step == count else chat.TURN if step > 1 else chat.TURN_FIRST
        text = rendering.chat_text(screens.blocks(screen)).strip()
        said.append("\n".join(filter(None, (chat.place(step, count), text, beside, way))))
    return said
