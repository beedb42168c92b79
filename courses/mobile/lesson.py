"""H5 pages of a lesson: one screen a page, the same progress as in the chat; its end question; what comes next."""

from datetime import datetime

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from courses.actions import learning
from courses.mobile import heads
from courses.mobile.screens import screen_page
from courses.queries import certificates, course_sheet, learner_courses, lesson_sheet, media, weak_spots
from courses.queries.learner_courses import LearnerCourse
from courses.queries.lesson_sheet import LessonSheet
from courses.rules import end_question
from courses.rules.progress import StepVerdict
from courses.texts import chat, pages
from foundation.errors import Refused
from foundation.text import whole_number
from questions import stepping
from questions.page import question_page
from questions.stepping import Position
from wechat_bot import leading, oauth
from wechat_bot.conversation import Card
from wechat_bot.services import Services, current_services


def lesson(lesson_id: int) -> ResponseReturnValue:
    """Show where a learner is in a lesson, or a screen they were given before. Whoever looks at it first is given its
    first screen; nothing else is given by an address."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        sheet = lesson_sheet.look(session, lesson_id, openid, now=now)
        sentence = lesson_sheet.obstacle(sheet, now=now, zone=services.zone)
    if sheet.course.lacks:
        return redirect(url_for(".course", course_id=sheet.course.course_id))  # it says what comes first
    if sentence:
        raise Refused(sentence)
    if not sheet.at and oauth.is_looked_at():
        with services.transaction() as session:
            sheet = lesson_sheet.look(session, lesson_id, openid, now=now)
            sheet = learning.give(session, sheet, 1, openid=openid, heard_at=now, now=now, zone=services.zone).sheet
    named = whole_number(request.args.get("screen", "")) or sheet.at
    return _page(services, sheet, max(1, min(named, sheet.at)), now)  # a preview stands before the first screen


def take(lesson_id: int) -> ResponseReturnValue:
    """Give the next screen, or mark the answer to the end question. Posted twice it is done once."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    if "question" in request.form:
        return _answer(services, lesson_id, openid, now)
    step = whole_number(request.form.get("screen", "")) or 0
    with services.transaction() as session:
        sheet = lesson_sheet.look(session, lesson_id, openid, now=now)
        given = learning.give(session, sheet, step, openid=openid, heard_at=now, now=now, zone=services.zone)
        if given.verdict is StepVerdict.TOO_FAR:
            raise Refused(given.refusal)
    if given.verdict is StepVerdict.TOO_SOON:
        return make_response(_page(services, given.sheet, given.sheet.at, now, sentence=given.refusal), 422)
    return redirect(url_for(".lesson", lesson_id=lesson_id, screen=step), 303)


def _answer(services: Services, lesson_id: int, openid: str, now: datetime) -> ResponseReturnValue:
    tries, code = whole_number(request.form.get("tries", "")), request.form.get("question", "")
    # No number of tries is that of another page, and not of a chat, which has none.
    tries = -1 if tries is None else tries
    with services.transaction() as session:
        sheet = lesson_sheet.look(session, lesson_id, openid, now=now)
        position = _position(sheet)
        step = stepping.tap(position, request.form.get("do", "") or "answer", code, request.form.to_dict(flat=False))
        answer = step.position.answers.get(code)
        if answer is None and sheet.is_asked:
            return make_response(_question(sheet, sentence=step.text), 422)
        # Refuses what is not asked yet.
        learning.answer(session, sheet, answer or {}, openid=openid, tries=tries, now=now, zone=services.zone)
    return redirect(url_for(".lesson", lesson_id=lesson_id), 303)


def _page(services: Services, sheet: LessonSheet, step: int, now: datetime, *, sentence: str = "") -> str:
    if step < sheet.end:
        return _screen(services, sheet, step, now, sentence)
    return _question(sheet) if sheet.is_asked else _done(services, sheet, now)


def _screen(services: Services, sheet: LessonSheet, step: int, now: datetime, sentence: str) -> str:
    screen = sheet.screen(step)
    with services.reading() as session:
        kept = media.kept(session, screen.media)
        shown = screen_page(
            screen,
            sheet.lesson.title,
            kept,
            lambda sha256: url_for(".medium", sha256=sha256),
            lambda link: services.switchboard.page(session, link),
        )
    wait = sheet.place.lacks(now) if step == sheet.at else 0
    return render_template(
        "courses/lesson.html",
        head=heads.lesson_head(sheet),
        screen=shown,
        number=step,
        place=chat.place(step, len(sheet.lesson.screens)),
        wait=wait,
        wait_step=pages.wait_step(wait),
        onward=pages.onward(is_last=step + 1 == sheet.end, is_asked=sheet.lesson.question is not None),
        sentence=sentence,
        action=_here(sheet),
    )


def _question(sheet: LessonSheet, *, sentence: str = "") -> str:
    position = _position(sheet)
    item = sheet.lesson.question
    assert item is not None
    wrong = chat.wrong(item.explanation) if sheet.tries else ""
    page = question_page(position, position.questions[0], given={}, sentence=sentence or wrong)
    return render_template(
        "courses/question.html",
        head=heads.lesson_head(sheet),
        page=page,
        tries=sheet.tries,
        action=_here(sheet),
        texts=pages,
    )


def _done(services: Services, sheet: LessonSheet, now: datetime) -> str:
    of, item = sheet.course, sheet.lesson.question
    lessons = len(of.definition.lessons)
    with services.reading() as session:
        course = LearnerCourse(of, course_sheet.lines(session, of))
        held = certificates.of_learner(session, oauth.who()) if of.finished_at else []
        retake = weak_spots.retake(session, services.declared, oauth.who(), sheet.lesson.id, now=now)
        opened = learner_courses.opened_by(session, oauth.who(), of.course_id, now=now) if of.finished_at else []
        quiz = leading.to(session, services, sheet.lesson.quiz or (retake.link if retake else ""), now)
    waits, then = heads.waits(course, now=now, zone=services.zone), course.opens_next
    said = [chat.right(item.explanation)] if item is not None and sheet.is_finished else []
    if waits is None and then is not None and then.opens_at is not None:
        said.append(pages.more_later(then.number, then.opens_at, now=now, zone=services.zone))
    return render_template(
        "courses/done.html",
        head=heads.lesson_head(sheet),
        course=heads.course_head(of),
        heading=(
            chat.course_finished(of.definition.title, lessons)
            if of.finished >= lessons
            else chat.lesson_finished(sheet.number)
        ),
        said=said,
        quiz=quiz,
        is_retake=not sheet.lesson.quiz,
        waits=waits,
        opened=[
            Card(each.sheet.definition.title, pages.OPENED, url_for(".course", course_id=each.sheet.course_id))
            for each in opened
        ],
        certificate=heads.certificate(of, held),
    )


def _position(sheet: LessonSheet) -> Position:
    return end_question.position(sheet.lesson.question)


def _here(sheet: LessonSheet) -> str:
    return url_for(".lesson", lesson_id=sheet.lesson.id)
