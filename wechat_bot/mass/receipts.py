"""Receipts of mass messages: how each ended as WeChat reports it, in whatever order that comes."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
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
#: Of jobs that were surely sent, where it is not known which report is whose.
EXCHANGED = "都发出了；第 {} 批人数一样，哪一条回执是哪一批的微信没有说，送达数可能对调"


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

    Only where they can be no others': one job alone of this size, whose number we were never told, was sent within a
    day before the report; or as many jobs as reports. Of several, which is whose does not matter where all say the
    same, or where all say that it was sent, to jobs about one thing.
    """
    nameless = select(MassJob).where(MassJob.msg_id.is_(None), MassJob.state.in_((SENDING, UNSURE)))
    # Those that others hold just now are read too: the report may be theirs.
    jobs = session.scalars(nameless.order_by(MassJob.id)).all()
    if not any(job.state == MassState.UNSURE for job in jobs):
        return 0
    matched = 0
    several: dict[tuple[int, ...], list[MassReceipt]] = {}
    for receipt in session.scalars(_orphans(now - REPORTED_WITHIN)).all():
        could_be = [job for job in jobs if job.msg_id is None and _could_be(job, receipt)]
        if len(could_be) == 1 and _is_still_unsure(session, could_be[0]):
            _give(session, could_be[0], receipt, now)
            matched += 1
        elif could_be:
            several.setdefault(tuple(job.id for job in could_be), []).append(receipt)
    claimed = Counter(job_id for ids in several for job_id in ids)
    for ids, reports in several.items():
        those = [job for job in jobs if job.id in ids]
        is_clear = len(reports) == len(ids) and max(claimed[each] for each in ids) == 1
        if is_clear and all(_is_still_unsure(session, job) for job in those):
            matched += _give_all(session, those, reports, now)
    return matched


def offered(session: Session, jobs: Sequence[MassJob], *, now: datetime) -> dict[int, list[MassReceipt]]:
    """The reports that could be those of unsure jobs, by job: which is whose a person may know who saw WeChat's own
    console."""
    since = min((job.first_attempt_at for job in jobs if job.first_attempt_at), default=now)
    found = session.scalars(_orphans(since)).all()
    return {job.id: [each for each in found if job.msg_id is None and _could_be(job, each)] for job in jobs}


def assign(session: Session, job_id: int, msg_id: str, *, now: datetime) -> bool:
    """Give a report to an unsure job, as somebody says; False where it cannot be its, or the job is not unsure (any
    more)."""
    job = session.scalar(select(MassJob).where(MassJob.id == job_id).with_for_update())
    if job is None or job.state != MassState.UNSURE:
        return False
    receipt = next((each for each in offered(session, [job], now=now)[job.id] if each.msg_id == msg_id), None)
    if receipt is None:
        return False
    _give(session, job, receipt, now)
    match(session, now=now)
    return True


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


def _orphans(since: datetime) -> Select[MassReceipt]:
    """A select of the reports since a moment on messages that nobody knows, the oldest first."""
    known = select(MassJob.msg_id).where(MassJob.msg_id == MassReceipt.msg_id).exists()
    found = select(MassReceipt).where(~known, MassReceipt.received_at >= since)
    return found.order_by(MassReceipt.received_at, MassReceipt.msg_id)


def _give(session: Session, job: MassJob, receipt: MassReceipt, now: datetime) -> None:
    job.msg_id = receipt.msg_id
    session.flush()
    apply_to(session, job, now=now)


def _give_all(session: Session, jobs: Sequence[MassJob], reports: Sequence[MassReceipt], now: datetime) -> int:
    """Give reports to as many unsure jobs where it does not matter which is whose; returns how many."""
    are_good = all(answers.is_finished(each.status) for each in reports)
    are_alike = len({(each.status, each.filtered, each.sent, each.errors) for each in reports}) == 1
    if not are_alike and not (are_good and len({job.about for job in jobs}) == 1):
        return 0
    for job, receipt in zip(sorted(jobs, key=_sent_first), reports, strict=True):
        _give(session, job, receipt, now)
        if not are_alike:
            job.error = EXCHANGED.format("、".join(str(each.part) for each in jobs))
    return len(reports)


def _sent_first(job: MassJob) -> tuple[datetime | None, int]:
    return job.first_attempt_at, job.id


def _could_be(job: MassJob, receipt: MassReceipt) -> bool:
    """Whether a report can be that of a job: as many receivers, and reported within a day after it was sent."""
    began_at = job.first_attempt_at
    return (
        began_at is not None
        and job.size == receipt.total
        and began_at <= receipt.received_at <= began_at + REPORTED_WITHIN
    )
