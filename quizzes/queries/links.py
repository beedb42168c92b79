"""Links to quizzes, for staff who lead somebody to one: what can be led to, what it is called, why it is shut."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from campaigns import waves
from console import authored
from quizzes.models.quizzes import Quiz
from wechat_bot.feature import About, Destination, Title


def destinations(session: Session, now: datetime) -> list[Destination]:
    """Return the running quizzes that a button can lead to."""
    return authored.destinations(session, Quiz, "quiz:", "测试", now=now)


def shut(session: Session, reference: str, at: datetime) -> str:
    """Return why nobody can take a quiz at a moment, for staff; empty where they can."""
    return authored.shut(session, Quiz, reference, "测试", at=at)


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """Return the titles of the messages of quizzes: which invitation to which quiz; and all of one quiz."""
    return waves.titles(session, Quiz, "quiz", abouts, _title)


def _title(quiz_id: int, name: str, number: int | None) -> Title:
    page = f"/console/quizzes/{quiz_id}"
    if number is None:
        return Title(f"测试《{name}》", page)
    return Title(f"测试邀请《{name}》第 {number} 次", f"{page}/invitations/{number}")
