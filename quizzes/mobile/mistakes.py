"""H5 pages of the wrong-answer book (错题本): what is in it, a round of practice, and each answer marked at once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.text import whole_number
from questions import stepping
from questions.answers import describe
from questions.page import question_page
from questions.question import Question
from quizzes.actions import mistakes as actions
from quizzes.actions.mistakes import Practised
from quizzes.mobile import asking
from quizzes.queries import attempt_sheet, mistakes
from quizzes.queries.mistakes import BookLine, WrongAnswerBook
from quizzes.rules import practice
from quizzes.texts import practice as texts
from wechat_bot import oauth
from wechat_bot.conversation import Card
from wechat_bot.services import current_services


class PracticeRound(NamedTuple):
    """Round of practice that began at a moment: how many were practised since, and what is left."""

    since: int
    done: int
    left: list[BookLine]


def book() -> ResponseReturnValue:
    """Show the shop's wrong-answer book."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        found = _book(session, openid, now)
    return render_template("quizzes/mistakes.html", book=found, texts=texts, since=int(now.timestamp()))


def question() -> ResponseReturnValue:
    """Show the next question of a round; the book once nothing is left of it."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        found = _book(session, openid, services.clock())
    here = _round(found, services.clock())
    return _asked(here, here.left[0]) if here.left else redirect(url_for(".book"), 303)


def practise() -> ResponseReturnValue:
    """Mark an answer and say what was right. Posted twice it counts once."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    code = request.form.get("question", "")
    with services.transaction() as session:
        found = _book(session, openid, now)
        line = found.line(whole_number(code) or 0)
        here = _round(found, now)
        if line is None:  # learnt in another tab, or retired meanwhile
            return redirect(_next(here), 303)
        asked = _question(line)
        at = practice.position(asked, before=0, of=1)
        step = stepping.tap(at, request.form.get("do", "") or "answer", code, request.form.to_dict(flat=False))
        if step.text or code not in step.position.answers:
            return _asked(here, line, sentence=step.text), 422
        answer = dict(step.position.answers[code])
        if request.form.get("seen") == _seen(line):
            done = actions.practise(session, found.retailer_id, line, answer, now=now)
        else:
            done = Practised(line.marks(answer), is_learnt=False)
    if "s" in answer:
        return redirect(_next(here), 303)
    left = [each for each in here.left if each.question_id != line.question_id]
    return render_template(
        "quizzes/practised.html",
        line=line,
        done=done,
        said=describe(asked, answer),
        onward=_next(here) if left else "",
        texts=texts,
    )


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the wrong-answer book of this shop, for its own page; nothing where it is empty."""
    found = mistakes.book(session, openid, now=now)
    if found is None or not found.open:
        return []
    return [Card("错题本", texts.in_it(len(found.open)), "/m/quizzes/mistakes")]


def _book(session: Session, openid: str, now: datetime) -> WrongAnswerBook:
    found = mistakes.book(session, openid, now=now)
    if found is None:
        raise Refused(attempt_sheet.no_shop(session, openid))
    return found


def _round(book: WrongAnswerBook, now: datetime) -> PracticeRound:
    """Return the round whose beginning stands in the address; one that begins now where none stands there."""
    this_second = int(now.timestamp())
    written = whole_number(request.args.get("since", ""), longest=11)
    since = this_second if written is None else min(written, this_second)
    began = datetime.fromtimestamp(since, UTC)
    left = [line for line in book.open if line.practised_at is None or line.practised_at < began]
    done = [line for line in (*book.open, *book.learnt) if line.practised_at is not None and line.practised_at >= began]
    return PracticeRound(since, len(done), left)


def _asked(here: PracticeRound, line: BookLine, *, sentence: str = "") -> str:
    at = practice.position(_question(line), before=here.done, of=here.done + max(1, len(here.left)))
    given = {"o": request.form.getlist("option"), "t": request.form.get("text", "")} if sentence else None
    pictures = url_for(".picture", key="-").removesuffix("-")
    page = question_page(at, _question(line), given=given, sentence=sentence, pictures=pictures)
    return render_template(
        "quizzes/practice.html",
        page=replace(asking.of_quiz(page), back="", next_label=texts.CHECK),
        seen=_seen(line),
        action=_next(here),
    )


def _question(line: BookLine) -> Question:
    """Return the question under a code that is its own in the whole book."""
    return replace(line.item.question, code=str(line.question_id))


def _seen(line: BookLine) -> str:
    return line.practised_at.isoformat() if line.practised_at else ""


def _next(here: PracticeRound) -> str:
    return url_for(".question", since=here.since)
