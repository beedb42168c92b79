"""Attempts whose time is over: ended by the clock, with what is answered, and their shops told once."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from foundation.dialects import among, table_of
from quizzes.actions import ending
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz
from quizzes.queries import attempt_sheet, results
from quizzes.queries.results import AttemptResult
from quizzes.rules import timing
from quizzes.texts import chat
from wechat_bot.models import Talk
from wechat_bot.outbox import queueing

BATCH = 50
SOURCE = "clock"
TOPIC = "quiz"

_attempt = table_of(Attempt)


def end_some(session: Session, *, now: datetime) -> int:
    """End the next attempts whose time, and the grace of a page, is over; gives how many were ended."""
    _limit(session, now)
    sheets = attempt_sheet.overdue(session, until=now - timing.GRACE, most=BATCH)
    ending.end_by_clock(session, sheets, source=SOURCE)
    for sheet in sheets:
        if sheet.attempt is None or sheet.openid is None:
            continue
        # The next message is about something else, and answers no question of this quiz. Not deleted: a callback that
        # is answered at this moment has read the talk and writes it.
        session.execute(
            update(Talk)
            .where(Talk.openid == sheet.openid, Talk.topic == TOPIC, Talk.reference == str(sheet.quiz_id))
            .values(paused_at=now)
        )
        tell(session, sheet.openid, results.result(session, sheet.attempt.id, now=now), now=now)
    return len(sheets)


def _limit(session: Session, now: datetime) -> None:
    """Give attempts that were begun without an end that of their quiz, once it was closed: none stays open for ever."""
    # Of the closed quizzes, which are few: joined with them, SQLite would read all attempts there are.
    closed = {
        row.id: row.closes_at for row in session.execute(select(Quiz.id, Quiz.closes_at).where(Quiz.closes_at <= now))
    }
    rows = session.execute(
        select(_attempt.c.id, _attempt.c.quiz_id)
        .where(
            among(session, _attempt.c.quiz_id, list(closed)),
            _attempt.c.ended_at.is_(None),
            _attempt.c.ends_at.is_(None),
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        session.connection().execute(
            update(_attempt)
            .where(_attempt.c.id == bindparam("attempt"))
            .values(ends_at=bindparam("closed", type_=Attempt.ends_at.type)),
            [{"attempt": row.id, "closed": closed[row.quiz_id]} for row in rows],
        )


def tell(session: Session, openid: str, result: AttemptResult, *, now: datetime) -> None:
    """Tell a shop, in a message of its own, that its time is over and what it got; one attempt is told of once."""
    queueing.queue(
        session,
        openid,
        {"msgtype": "text", "text": {"content": results.told(result, before=chat.TIME_IS_UP)}},
        about=f"quiz:{result.quiz_id}",
        key=f"quiz-ended:{result.attempt_id}",
        heeds_quiet=True,
        now=now,
    )
