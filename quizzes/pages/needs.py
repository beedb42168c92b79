"""Front page items of quizzes: what ends soon, changed keys that wait for a decision, drafts."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console import authored, running
from console.authored import AuthoredState
from console.menu import Waiting, Waits
from console.rules.visitors import Visitor
from foundation.clock import when
from quizzes.models.quizzes import Quiz
from quizzes.permissions import QUIZZES_REKEY
from quizzes.queries import regrade_lists, turnout
from wechat_bot.services import Services

#: Changes that are counted, and named, at most.
MOST, NAMED = 20, 5


def to_decide(services: Services, session: Session, visitor: Visitor, now: datetime) -> Waits:
    """Count the changed keys that wait for the visitor's decision."""
    if not visitor.may(QUIZZES_REKEY):
        return Waits(0)
    found = regrade_lists.awaiting(session, visitor.user_id, MOST)
    return Waits(len(found), max((line.id for line in found), default=0))


def corrections(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return the changed keys that wait for the visitor's decision, by name, the oldest in front."""
    return [
        Waiting(
            0,
            f"《{line.quiz}》改答案，等您批准",
            url_for("quizzes_pages.regrade", quiz_id=line.quiz_id, regrade_id=line.id),
            f"{line.made_by} {when(line.made_at, now=now, zone=services.zone)} 提的：{line.question}",
            "去看看",
            "checklist",
        )
        for line in regrade_lists.awaiting(session, visitor.user_id, NAMED)
    ]


ending = running.needs(
    turnout.ending,
    turnout.missing_of,
    sentence="家店还没有考《{}》，{}",
    small="已有 {:,} / {:,} 家开始",
    url=lambda quiz_id: url_for("quizzes_pages.not_begun", quiz_id=quiz_id),
    button="去看看",
    icon="checklist",
)
drafts = authored.drafts(
    Quiz,
    one=lambda quiz_id: url_for("quizzes_pages.quiz", quiz_id=quiz_id),
    every=lambda: url_for("quizzes_pages.quiz_list", state=AuthoredState.DRAFT),
    unit="测试",
    icon="checklist",
)
