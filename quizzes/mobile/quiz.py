"""H5 pages of quizzes: one question a page, the same attempt as in the chat; then the result with its marks."""

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.errors import Refused
from questions import flow, stepping
from questions.page import answer_lines, question_page
from questions.question import Question
from quizzes.actions import taking
from quizzes.mobile import asking, result
from quizzes.queries import attempt_sheet, extent, listing, pictures, results
from quizzes.queries.attempt_sheet import AttemptSheet, OpenAttempt
from quizzes.rules import timing
from quizzes.texts import pages
from wechat_bot import oauth, serving
from wechat_bot.conversation import Card
from wechat_bot.services import Services, current_services

SOURCE = "page"


def show(quiz_id: int) -> ResponseReturnValue:
    """Show where this shop is in the quiz: the introduction, the next question, all answers, or its last result."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        sheet = attempt_sheet.look(session, quiz_id, openid)
        if sheet.attempt is not None and not taking.is_over(sheet.attempt, timing.on_page(now)):
            return _running(services, sheet, sheet.attempt, now)
        last = results.last(session, quiz_id, sheet.retailer_id, now=now)
        obstacle = attempt_sheet.obstacle(sheet, now=now, zone=services.zone)
        if sheet.attempt is None and last is not None and "again" not in request.args:
            return result.page(session, services, sheet, last, may_begin=not obstacle, now=now)
        intro = "" if obstacle else extent.introduction(session, sheet, now=now, zone=services.zone)
    if sheet.attempt is not None:  # its time is over, and the clock has not been here yet
        with services.transaction() as session:
            held = attempt_sheet.hold(session, quiz_id, openid)
            if held is not None:
                taking.time_is_up(session, held, source=SOURCE, now=now)
        return redirect(url_for(".show", quiz_id=quiz_id), 303)
    if obstacle:
        return render_template(
            "quizzes/over.html", sheet=sheet, sentence=obstacle, has_result=last is not None, action=_here(sheet)
        )
    return render_template(
        "quizzes/intro.html", sheet=sheet, lines=pages.intro(intro, sheet.definition.title), action=_here(sheet)
    )


def take(quiz_id: int) -> ResponseReturnValue:
    """Begin, answer, skip, go back or hand in; then show the page. Posted twice it is done once."""
    openid, services = oauth.who(), current_services()
    now, here = services.clock(), redirect(url_for(".show", quiz_id=quiz_id), 303)
    try:
        with services.transaction() as session:
            sentence = _step(session, services, quiz_id, openid, now)
    except Refused:
        return here  # closed, used up, or bound to nobody by now: the page says which
    if not sentence:
        return redirect(url_for(".show", quiz_id=quiz_id, done=request.form.get("question")), 303)
    with services.reading() as session:
        sheet = attempt_sheet.look(session, quiz_id, openid)
    attempt = sheet.attempt
    question = _named(attempt, request.form.get("question", "")) if attempt is not None else None
    if attempt is None or question is None:
        return here
    given = {"o": request.form.getlist("option"), "t": request.form.get("text", "")}
    return _ask(services, sheet, attempt, question, now, given=given, sentence=sentence), 422


def picture(key: str) -> ResponseReturnValue:
    """Send a picture of a question to whoever is a follower: its key is known to those who were asked it."""
    oauth.who()
    services = current_services()
    with services.reading() as session:
        found = pictures.find(session, services.media_folder, key)
    response = serving.send(found, key)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the open quizzes of this shop, for its own page."""
    return [
        Card(
            title=each.definition.title,
            note=pages.state(each.is_begun, each.total, each.is_passed, each.definition.pass_mark, each.left),
            url=f"/m/quizzes/{each.quiz_id}",
            waits=1 if each.waits else 0,
        )
        for each in listing.open_for(session, openid, now=now) or ()
    ]


def _step(session: Session, services: Services, quiz_id: int, openid: str, now: datetime) -> str:
    """Take one step of the attempt; gives the sentence for the person where it cannot be taken, else nothing."""
    wanted = request.form.get("do", "")
    if wanted == "begin":
        sheet = attempt_sheet.look(session, quiz_id, openid)
        taking.begin(session, sheet, openid=openid, source=SOURCE, now=now, zone=services.zone)
        return ""
    held = attempt_sheet.hold(session, quiz_id, openid)
    if held is None or held.attempt is None:
        return ""
    heard = timing.on_page(now)
    if wanted == "finish":
        if taking.is_over(held.attempt, heard):
            taking.time_is_up(session, held, source=SOURCE, now=now)
        else:
            taking.hand_in(session, held, source=SOURCE, at=min(now, held.attempt.ends_at or now), now=now)
        return ""
    code = request.form.get("question", "")
    step = stepping.tap(held.attempt.position, wanted or "answer", code, request.form.to_dict(flat=False))
    # Handed in by its own button alone: a page shows all answers once more before.
    taking.take(session, held, step, code=code, heard=heard, source=SOURCE, hands_in=False, now=now)
    return step.text


def _running(services: Services, sheet: AttemptSheet, attempt: OpenAttempt, now: datetime) -> str:
    named = _named(attempt, request.args.get("question", ""))
    waits = attempt.position.onward().asked if "on" in request.args else attempt.asked
    question = named if named is not None and named.code in attempt.answers else waits
    if question is not None and "look" not in request.args:
        return _ask(services, sheet, attempt, question, now)
    return render_template(
        "quizzes/last.html",
        sheet=sheet,
        lines=answer_lines(attempt.position),
        skipped=len(taking.skipped(attempt)) + flow.left(attempt.position.questions, attempt.answers),
        clock=_clock(services, attempt, now),
        action=_here(sheet),
    )


def _ask(
    services: Services,
    sheet: AttemptSheet,
    attempt: OpenAttempt,
    question: Question,
    now: datetime,
    *,
    given: dict[str, Any] | None = None,
    sentence: str = "",
) -> str:
    page = asking.of_quiz(
        question_page(
            attempt.position,
            question,
            given=given,
            sentence=sentence,
            pictures=url_for(".picture", key="-").removesuffix("-"),
            done=request.args.get("done", ""),
        )
    )
    return render_template(
        "quizzes/question.html", sheet=sheet, page=page, clock=_clock(services, attempt, now), action=_here(sheet)
    )


def _clock(services: Services, attempt: OpenAttempt, now: datetime) -> pages.QuizClock | None:
    if attempt.ends_at is None or timing.counted_down(attempt.ends_at, now) is None:
        return None
    return pages.clock(attempt.started_at, attempt.ends_at, now=now, zone=services.zone)


def _named(attempt: OpenAttempt | None, code: str) -> Question | None:
    if attempt is None:
        return None
    return next((item.question for item in attempt.items if item.code == code), None)


def _here(sheet: AttemptSheet) -> str:
    return url_for(".show", quiz_id=sheet.quiz_id)
