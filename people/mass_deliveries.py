"""Unsure mass messages for staff: parts of which nobody knows whether WeChat sent them, and deciding about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.errors import Refused
from wechat_bot import delivery_titles
from wechat_bot.feature import About, Feature, Title
from wechat_bot.mass import settling

#: Unsure parts shown, the oldest first. Each was tried for a day: there are few.
SHOWN = 100
OUTCOMES = {"sent": "记为已发出", "failed": "记为没有发出"}


@dataclass(frozen=True, slots=True)
class UnsurePart:
    """Unsure part of a mass message, as a line."""

    id: int
    title: Title
    part: int
    size: int
    #: The first attempt to send it.
    sent_at: datetime | None
    reason: str


def unsure(session: Session, features: Sequence[Feature]) -> list[UnsurePart]:
    """The unsure parts of mass messages."""
    jobs = settling.unsure(session, SHOWN)
    titles = delivery_titles.find(session, features, {About(job.about, None) for job in jobs})
    return [
        UnsurePart(job.id, titles[About(job.about, None)], job.part, job.size, job.first_attempt_at, job.error or "")
        for job in jobs
    ]


def settle(session: Session, job_id: int, outcome: str, *, by: str, now: datetime) -> None:
    """Decide on an unsure part: `sent` or `failed`. Raises `Refused` where it is not unsure any more."""
    if outcome not in OUTCOMES:
        raise Refused("请选一种处理：发出了，或没有发出。")
    if not settling.decide(session, job_id, arrived=outcome == "sent", by=by, now=now):
        raise Refused("这一批已经有人处理过，或微信已经回了结果。")
