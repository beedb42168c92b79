"""Receipts of mass messages: how each ended as WeChat reports it, in whatever order that comes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.database import upsert
from wechat_bot.mass import answers
from wechat_bot.mass.models import MassJob, MassReceipt, MassState
from wechat_bot.mass.states import ACCEPTED, SENDING, UNSURE, is_unfinished
from wechat_bot.messages import MassFinished

#: How long an end is waited for until WeChat is asked (`mass/get`), and for how long a report can be that of a job
#: whose number we were never told.
REPORTED_WITHIN = timedelta(hours=24)
#: Texts of `mass/get`.
SENT, FAILED, DELETED, RUNNING = "SEND_SUCCESS", "SEND_FAIL", "DELETE", "SENDING"


def note_receipt(session: Session, message: MassFinished, now: datetime) -> None:
    """Keep WeChat's report on a mass message, and apply it if we know the job; the first report counts."""
    values = {
        "msg_id": message.msgid,
        "status": message.status[:64],
        "total": message.total,
        "filtered": message.filtered,
        "sent": message.sent,
        "errors": message.errors,
        "urls": [url for _, url in message.article_urls],
        "received_at": now,
    }
    session.execute(upsert(session, MassReceipt).values(values).on_conflict_do_nothing())
    job = session.scalar(select(MassJob).where(MassJob.msg_id == message.msgid).with_for_update())
    if job is not None:
        apply_to(session, job, now=now)
    else:
        match(session, now=now)


def apply_to(session: Session, job: MassJob, *, now: datetime) -> None:
    """Apply the receipt of an accepted job, if it is here."""
    receipt = session.get(MassReceipt, job.msg_id)
    is_new = job.state in (MassState.ACCEPTED, MassState.UNSURE)
    if receipt is None or not (is_new or job.status == answers.UNREPORTED):
        return
    job.total, job.filtered = receipt.total, receipt.filtered
    job.sent, job.errors, job.status = receipt.sent, receipt.errors, receipt.status
    is_good = answers.is_finished(receipt.status)
    job.state = MassState.FINISHED if is_good else MassState.REFUSED
    job.error = None if is_good else answers.reason(receipt.status)
    job.error_code = None if is_good else answers.code_of(receipt.status)
    job.settled_at, job.has_news = now, True


def match(session: Session, *, now: datetime) -> int:
    """Give reports on messages that nobody knows to unsure jobs of that size; returns how many.

    Only where it can be no other's: one job alone of this size, whose number we were never told, was sent within a day
    before the report.
    """
    nameless = select(MassJob).where(MassJob.msg_id.is_(None), MassJob.state.in_((SENDING, UNSURE)))
    # Those that others hold just now are read too: the report may be theirs.
    jobs = session.scalars(nameless.order_by(MassJob.id)).all()
    if not any(job.state == MassState.UNSURE for job in jobs):
        return 0
    known = select(MassJob.msg_id).where(MassJob.msg_id == MassReceipt.msg_id).exists()
    since = now - REPORTED_WITHIN
    orphans = select(MassReceipt).where(~known, MassReceipt.received_at > since).order_by(MassReceipt.received_at)
    matched = 0
    for receipt in session.scalars(orphans).all():
        could_be = [job for job in jobs if job.msg_id is None and _could_be(job, receipt)]
        if len(could_be) == 1 and _is_still_unsure(session, could_be[0]):
            could_be[0].msg_id = receipt.msg_id
            apply_to(session, could_be[0], now=now)
            matched += 1
    return matched


def _is_still_unsure(session: Session, job: MassJob) -> bool:
    """Whether a job is unsure, locked until the transaction ends; False where another transaction has it."""
    mine = select(MassJob.id).where(MassJob.id == job.id, MassJob.state == UNSURE, MassJob.msg_id.is_(None))
    return session.scalar(mine.with_for_update(skip_locked=True)) is not None


def catch_up(session: Session, *, now: datetime) -> None:
    """Apply receipts that came at the very moment in which their job was noted, and those of unsure jobs."""
    here = select(MassReceipt.msg_id).where(MassReceipt.msg_id == MassJob.msg_id).exists()
    found = select(MassJob).where(is_unfinished(), MassJob.state == ACCEPTED, here).order_by(MassJob.id)
    for job in session.scalars(found.with_for_update(skip_locked=True)).all():
        apply_to(session, job, now=now)
    match(session, now=now)


def unreported(session: Session, limit: int, *, now: datetime) -> Sequence[tuple[int, str]]:
    """Accepted jobs, by id and WeChat's number, whose end was not reported for a day."""
    found = select(MassJob.id, MassJob.msg_id).where(is_unfinished(), MassJob.state == ACCEPTED)
    late = found.where(MassJob.accepted_at < now - REPORTED_WITHIN, MassJob.msg_id.is_not(None))
    return [(key, str(msg_id)) for key, msg_id in session.execute(late.order_by(MassJob.id).limit(limit))]


def note_status(session: Session, job_id: int, status: str, *, now: datetime) -> None:
    """Note what WeChat answered of a job whose end it never reported: without figures, which no call gives."""
    job = session.scalar(select(MassJob).where(MassJob.id == job_id).with_for_update())
    if job is None or job.state != MassState.ACCEPTED or status == RUNNING:
        return
    is_good = status in (SENT, DELETED)
    job.state = MassState.FINISHED if is_good else MassState.REFUSED
    job.status, job.settled_at, job.has_news = answers.UNREPORTED, now, True
    job.error = answers.UNREPORTED if is_good else answers.reason(status)


def count_unsure(session: Session) -> int:
    """How many jobs are unsure."""
    found = select(func.count()).select_from(MassJob).where(is_unfinished(), MassJob.state == UNSURE)
    return session.scalar(found) or 0


def _could_be(job: MassJob, receipt: MassReceipt) -> bool:
    """Whether a report can be that of a job: as many receivers, and reported within a day after it was sent."""
    began_at = job.first_attempt_at
    return (
        began_at is not None
        and job.size == receipt.total
        and began_at <= receipt.received_at <= began_at + REPORTED_WITHIN
    )
