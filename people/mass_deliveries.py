"""Unsure mass messages for staff: parts of which nobody knows whether WeChat sent them, and deciding about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.errors import Refused
from wechat_bot import delivery_titles
from wechat_bot.feature import About, Feature, Title
from wechat_bot.mass import answers, receipts, settling
from wechat_bot.mass.models import MassReceipt

#: Unsure parts shown, the oldest first. Each was tried for a day: there are few.
SHOWN = 100
OUTCOMES = {"sent": "记为已发出", "failed": "记为没有发出"}
#: The choice of one of WeChat's reports.
REPORT = "report"


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
    #: WeChat's reports that could be its, by their number: when they came, and what they say.
    reports: Sequence[tuple[str, datetime, str]]


def unsure(session: Session, features: Sequence[Feature], *, now: datetime) -> list[UnsurePart]:
    """The unsure parts of mass messages."""
    jobs = settling.unsure(session, SHOWN)
    reports = receipts.offered(session, jobs, now=now)
    titles = delivery_titles.find(session, features, {About(job.about, None) for job in jobs})
    return [
        UnsurePart(
            job.id,
            titles[About(job.about, None)],
            job.part,
            job.size,
            job.first_attempt_at,
            job.error or "",
            [(each.msg_id, each.received_at, _said(each)) for each in reports[job.id]],
        )
        for job in jobs
    ]


def settle(session: Session, job_id: int, outcome: str, report: str, *, by: str, now: datetime) -> str:
    """Decide on an unsure part: `sent`, `failed`, or `report`, the number of the report that is its; returns what was
    done. Raises `Refused` where it is not unsure any more, or the report cannot be its."""
    if outcome == REPORT:
        if not receipts.assign(session, job_id, report, now=now):
            raise Refused("这条回执对不上这一批，或者已经有人处理过。请刷新再看。")
        return f"记为回执 {report}"
    if outcome not in OUTCOMES:
        raise Refused("请选一种处理：发出了，或没有发出。")
    if not settling.decide(session, job_id, arrived=outcome == "sent", by=by, now=now):
        raise Refused("这一批已经有人处理过，或微信已经回了结果。")
    return OUTCOMES[outcome]


def _said(receipt: MassReceipt) -> str:
    """What a report says, in words."""
    if not answers.is_finished(receipt.status):
        return answers.reason(receipt.status)
    return f"送达 {receipt.sent:,}，没送到 {receipt.total - receipt.sent:,}"
