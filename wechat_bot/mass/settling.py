"""Settle step of mass jobs: WeChat's answer is noted, or the next attempt is planned."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.orm import Session

from foundation.database import Moment, changed
from wechat_bot import alarms
from wechat_bot.client.codes import SendError, explained
from wechat_bot.client.mass import Taken
from wechat_bot.mass import answers, quota, receipts
from wechat_bot.mass.answers import NextStep
from wechat_bot.mass.models import MassDraft, MassJob, MassState, WechatPicture
from wechat_bot.mass.states import SENDING, UNSURE, is_unfinished, is_waiting
from wechat_bot.outbox import pausing

#: Delay after a fault that only a person can mend: it goes on by itself soon after that.
STOPPED = timedelta(minutes=5)
#: States in which an answer may settle a job. WeChat's yes counts from whoever asked it, for all ask under one id.
OPEN = (MassState.SENDING, MassState.UNSURE)


def note_taken(session: Session, job_id: int, taken: Taken, *, now: datetime) -> None:
    """Note that WeChat took a job, now or before; its receipt may be here already."""
    job = session.scalar(select(MassJob).where(MassJob.id == job_id).with_for_update())
    if job is None or job.state not in OPEN:
        return
    other = session.scalar(select(MassJob.id).where(MassJob.msg_id == taken.msg_id))
    if other is not None:
        why = f"微信说已经收过，编号却是第 {other} 批的"
        end(session, job, MassState.UNSURE, why, now=now)
        alarms.raise_alarm(session, f"mass:{job.id}", f"msg_id {taken.msg_id} is that of job {other}", now=now)
        return
    job.state, job.msg_id, job.msg_data_id = MassState.ACCEPTED, taken.msg_id, taken.msg_data_id
    # Taken before, it may have ended before: its report is missed the sooner.
    job.accepted_at = (job.first_attempt_at or now) if taken.was_before else now
    job.settled_at, job.lease_until, job.error, job.error_code, job.has_news = None, None, None, None, True
    _note_used_up(session, job, now)
    session.flush()
    receipts.apply_to(session, job, now=now)


def note_error(session: Session, job: MassJob, error: SendError, *, is_first: bool, now: datetime) -> NextStep:
    """Note that WeChat did not take a job that this process holds, as far as is known; returns what to do next."""
    alarms.note(session, error, now=now)
    if error.code in answers.BUGS:
        alarms.raise_alarm(session, f"wechat:{error.code}", str(error), now=now)
    step = answers.next_step(error, is_first=is_first, attempts=job.attempts)
    why = explained(error)
    if step is NextStep.ASK_AGAIN:
        _ask_again(job, error, why, now)
    elif step is NextStep.UNSURE:
        end(session, job, MassState.UNSURE, why, now=now)
        job.error_code = error.code
    elif step is NextStep.REFUSE:
        refuse(session, job, why, error.code, now=now)
    else:
        # It surely was not taken: it waits again. Never sooner than in a minute, by which its calls are counted.
        job.state, job.first_attempt_at, job.lease_until = MassState.DRAFTED, None, None
        job.due_at, job.error = now + max(answers.APART, error.wait), why
        if step in (NextStep.LATER, NextStep.PAUSE):
            job.attempts = 0
        if step is NextStep.REDRAFT:
            _note_used_up(session, job, now)
            session.execute(delete(WechatPicture).where(WechatPicture.value == job.draft_media_id))
            job.state, job.draft_media_id = MassState.PLANNED, None
        if step is NextStep.PAUSE:
            if error.code == answers.DAY_SPENT:
                quota.spend(session, "mass", now=job.called_at or now)
            session.flush()
            put_off(session, pause_until(error.code, now), why, error.code, now=now)
    return step


def pause_until(code: int | None, now: datetime) -> datetime:
    """Until when nothing is sent after an answer that concerns all."""
    return pausing.tomorrow(now) if code in (answers.DAY_SPENT, answers.NO_QUOTA) else now + STOPPED


def put_off(session: Session, until: datetime, why: str, code: int | None, *, now: datetime) -> None:
    """Put off all jobs that wait and would get the same answer; their sources are told."""
    # Those that others are claiming just now get their own answer: waiting for them could deadlock.
    soon = select(MassJob.id).where(is_waiting(), MassJob.due_at < until).with_for_update(skip_locked=True)
    some = session.scalars(soon).all()
    values = {"due_at": until, "error": why[:300], "error_code": code, "has_news": True}
    session.execute(update(MassJob).where(MassJob.id.in_(some)).values(values))


def set_back(session: Session, *, now: datetime) -> int:
    """Make jobs due that a wrong clock put off, after it was set back; returns how many. A job is planned when it is
    due: one planned by now and due later was put off, and is put off again where that was right."""
    moment = literal(now, Moment())
    put_off = update(MassJob).where(is_waiting(), MassJob.created_at <= moment, MassJob.due_at > moment)
    # What is in the call was called by now, and not hours later.
    called = update(MassJob).where(MassJob.state == SENDING, MassJob.called_at > moment)
    first_at = case((MassJob.first_attempt_at > moment, moment), else_=MassJob.first_attempt_at)
    values = {"called_at": moment, "first_attempt_at": first_at, "lease_until": literal(now + answers.APART, Moment())}
    return changed(session, put_off.values(due_at=moment)) + changed(session, called.values(values))


def refuse(session: Session, job: MassJob, why: str, code: int | None, *, now: datetime) -> None:
    """End a job that WeChat does not take, or that cannot be got ready."""
    end(session, job, MassState.REFUSED, why, now=now)
    job.error_code = code


def end(session: Session, job: MassJob, state: MassState, why: str, *, now: datetime) -> None:
    """End a job in a state that it stays in, and tell its source. An unsure one is tried against what WeChat reported
    meanwhile."""
    job.state, job.error, job.settled_at, job.has_news = state, why[:300], now, True
    job.lease_until, job.fence = None, None
    session.flush()
    if state is MassState.UNSURE:
        receipts.match(session, now=now)


def decide(session: Session, job_id: int, *, arrived: bool, by: str, now: datetime) -> bool:
    """Decide on an unsure job, as somebody saw it in WeChat's own console; False if it is not unsure (any more)."""
    job = session.scalar(select(MassJob).where(MassJob.id == job_id).with_for_update())
    if job is None or job.state != MassState.UNSURE:
        return False
    state, said = (MassState.FINISHED, "已发出") if arrived else (MassState.REFUSED, "没有发出")
    end(session, job, state, f"{by}确认{said}", now=now)
    return True


def unsure(session: Session, limit: int) -> Sequence[MassJob]:
    """Jobs of which nobody knows whether WeChat has them, the oldest first."""
    found = select(MassJob).where(is_unfinished(), MassJob.state == UNSURE)
    return session.scalars(found.order_by(MassJob.id).limit(limit)).all()


def counts(session: Session) -> dict[str, int]:
    """The numbers of jobs by state, of those that are not over."""
    found = (is_waiting(), MassJob.state == SENDING, is_unfinished())
    counted = (select(MassJob.state, func.count()).where(each).group_by(MassJob.state) for each in found)
    return {row[0]: row[1] for each in counted for row in session.execute(each)}


def _ask_again(job: MassJob, error: SendError, why: str, now: datetime) -> None:
    after = answers.APART if error.code == answers.TOO_SOON else answers.ask_again_after(job.attempts)
    at = pausing.tomorrow(now) if error.code == answers.DAY_SPENT else now + max(after, error.wait)
    # Not past the moment from which on it is unsure.
    last = (job.first_attempt_at or now) + answers.KNOWN_FOR + answers.APART
    job.lease_until, job.error, job.error_code = min(at, last), why, error.code


def _note_used_up(session: Session, job: MassJob, now: datetime) -> None:
    """Note that a job's draft is used up."""
    if job.draft_media_id:
        gone = update(MassDraft).where(MassDraft.media_id == job.draft_media_id)
        session.execute(gone.values(gone_at=literal(now, Moment())))
