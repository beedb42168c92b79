"""Attempts whose time is over: ended by the clock, with what is answered, and their shops told once."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from quizzes.actions import ending
from quizzes.queries import attempt_sheet, results
from quizzes.rules import timing
from quizzes.texts import chat
from wechat_bot.models import Talk
from wechat_bot.outbox import queueing

BATCH = 50
SOURCE = "clock"
TOPIC = "quiz"


def end_some(session: Session, *, now: datetime) -> int:
    """End the next attempts whose time, and the grace of a page, is over; gives how many were ended."""
    sheets = attempt_sheet.overdue(session, until=now - timing.GRACE, most=BATCH)
    ending.end_by_clock(session, sheets, source=SOURCE)
    for sheet in sheets:
        if sheet.attempt is None or sheet.openid is None:
            continue
        # The next message is about something else, and answers no question of this quiz.
        session.execute(
            delete(Talk).where(Talk.openid == sheet.openid, Talk.topic == TOPIC, Talk.reference == str(sheet.quiz_id))
        )
        queueing.queue(
            session,
            sheet.openid,
            {
                "msgtype": "text",
                "text": {"content": results.told(_result(session, sheet, now), before=chat.TIME_IS_UP)},
            },
            about=f"quiz:{sheet.quiz_id}",
            key=f"quiz-ended:{sheet.attempt.id}",
            heeds_quiet=True,
            now=now,
        )
    return len(sheets)


def _result(session: Session, sheet: attempt_sheet.AttemptSheet, now: datetime) -> results.AttemptResult:
    assert sheet.attempt is not None
    return results.result(session, sheet.attempt.id, now=now)
