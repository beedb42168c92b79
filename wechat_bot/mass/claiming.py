"""Claim step of mass jobs: this process takes the next due one, after checking once more whether it may go.

A job is claimed twice: to be got ready (its pictures and its draft, `preparing.py`) and to be sent. Of the calls of the
day and of the minute one is taken in the transaction that claims, so that any number of workers never pass them.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation.dialects import rows_of
from wechat_bot import alarms
from wechat_bot.client import mass
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.mass import answers, quota, settling
from wechat_bot.mass.models import MassJob, MassKind, MassState, MassUse
from wechat_bot.mass.source import MassSource
from wechat_bot.mass.states import ALONE, DRAFTED, PLANNED, QUOTA, SENDING
from wechat_bot.outbox import pausing
from wechat_bot.services import Services

#: How long a worker may take to get a job ready, and to find whom WeChat does not know.
LEASE = timedelta(minutes=5)
#: Calls in any span of a little more than a minute, for WeChat counts when they arrive.
A_MINUTE, MINUTE = 60, answers.APART
#: How long a job is put off whose source holds it back: it is let go when that ends (`planning.let_go`).
HELD = timedelta(minutes=1)
#: A job that is overdue by so much is not sent any more: the backup it came from is old, or nobody was there to send.
STALE = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class MassClaim:
    """Claimed mass job, with all that the call to WeChat needs."""

    id: int
    fence: str
    client_id: str
    source: str
    openids: Sequence[str]
    tag_id: int | None
    message: Mapping[str, Any]
    attempts: int
    #: Whether WeChat surely has not taken an earlier attempt.
    is_first: bool


def claim_to_prepare(
    services: Services, session: Session, sources: Mapping[str, MassSource], *, now: datetime
) -> tuple[MassJob | None, bool]:
    """Claim the next due job that is not ready, None if it may not go; also returns whether there was any to look
    at."""
    job = _next(session, sources, PLANNED, MassJob.due_at <= now, _is_free(now))
    if job is None or not _may_go(services, session, sources[job.source], job, now):
        return None, job is not None
    job.fence, job.lease_until = secrets.token_hex(8), now + LEASE
    return job, True


def claim_to_send(
    services: Services, session: Session, sources: Mapping[str, MassSource], *, now: datetime
) -> tuple[MassClaim | None, bool]:
    """Claim the next job that is ready and due, or that must be asked about again; like `claim_to_prepare`."""
    lapsed = or_(MassJob.lease_until <= now, MassJob.lease_until > now + timedelta(days=1))
    job = _next(session, sources, SENDING, lapsed)
    if job is not None:
        return _ask_again(services, session, sources[job.source], job, now), True
    job = _next(session, sources, DRAFTED, MassJob.due_at <= now, _is_free(now))
    if job is None or not _may_go(services, session, sources[job.source], job, now):
        return None, job is not None
    openids = _receivers(services, session, sources[job.source], job, now)
    if job.state != MassState.DRAFTED:
        return None, True
    return _claim(services, session, sources[job.source], job, openids, now)


def _next(
    session: Session, sources: Mapping[str, MassSource], state: ColumnElement[str], *which: ColumnElement[bool]
) -> MassJob | None:
    found = select(MassJob).where(MassJob.state == state, MassJob.source.in_(sorted(sources)), *which)
    order = MassJob.lease_until if state is SENDING else MassJob.due_at
    return session.scalar(found.order_by(order, MassJob.id).limit(1).with_for_update(skip_locked=True))


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Condition that no worker has a waiting job. A lease that ends later than one given now was given by a wrong
    clock."""
    lease = MassJob.lease_until
    return or_(lease.is_(None), lease <= now, lease > now + LEASE)


def _may_go(services: Services, session: Session, source: MassSource, job: MassJob, now: datetime) -> bool:
    """Whether a job that was not sent may go now; if not, it is put off, or is too late."""
    if (job.not_after is not None and now > job.not_after) or now > job.due_at + STALE:
        settling.end(session, job, MassState.LATE, "过时未发", now=now)
        return False
    quiet_until = services.quiet.over_at(now) if services.quiet and job.heeds_quiet else None
    if quiet_until:
        # Whatever held it up before, it is the quiet hours now.
        job.due_at, job.error, job.error_code = quiet_until, None, None
        return False
    if why := source.holds(session, job, now):
        job.due_at, job.error = now + HELD, why[:300]
        return False
    return True


def _ask_again(
    services: Services, session: Session, source: MassSource, job: MassJob, now: datetime
) -> MassClaim | None:
    """Claim a job again that WeChat may have taken; it becomes unsure where it may not be repeated any more."""
    since = now - (job.first_attempt_at or now)
    if since > answers.KNOWN_FOR or since < -answers.APART:
        settling.end(session, job, MassState.UNSURE, "微信一直没有说收到没有", now=now)
        return None
    if job.not_after is not None and now > job.not_after:
        settling.end(session, job, MassState.UNSURE, "不知道微信收到没有，过了时间不再问", now=now)
        return None
    quiet_until = services.quiet.over_at(now) if services.quiet and job.heeds_quiet else None
    if quiet_until or source.holds(session, job, now):
        # It may not have been taken: another try could be the one that sends it.
        job.lease_until = quiet_until or now + HELD
        return None
    return _claim(services, session, source, job, list(source.receivers(services, session, job)), now)[0]


def _receivers(services: Services, session: Session, source: MassSource, job: MassJob, now: datetime) -> list[str]:
    """The receivers of a job that was not sent; booked in this month, and at least two, or the job ends."""
    if job.tag_id is not None:
        return []
    openids = list(dict.fromkeys(source.receivers(services, session, job)))
    month = quota.month_of(now)
    if month != job.month:
        openids = _book_anew(session, source, job, openids, month)
    if len(openids) == 1:
        except_some(session, source, job, openids, ALONE)
        openids = []
    job.size = len(openids)
    if not openids:
        settling.end(session, job, MassState.CANCELLED, "没有可以群发的人", now=now)
    if len(openids) > mass.MOST:
        settling.end(session, job, MassState.REFUSED, EXPLAINED[40032], now=now)
        alarms.raise_alarm(session, f"mass:{job.id}", f"a mass job has {len(openids)} receivers", now=now)
    return openids


def _book_anew(session: Session, source: MassSource, job: MassJob, openids: list[str], month: int) -> list[str]:
    """Book a job's receivers in another month than they were; whoever is full there is left out."""
    quota.hold(session)
    theirs = MassUse.openid.in_(rows_of(session, openids))
    full = set(session.scalars(select(MassUse.openid).where(theirs, *quota.had_all(month))))
    if full:
        except_some(session, source, job, [each for each in openids if each in full], QUOTA)
        openids = [each for each in openids if each not in full]
    quota.give_back(session, rows_of(session, openids), job.month)
    quota.book(session, rows_of(session, openids), month)
    job.month = month
    return openids


def except_some(session: Session, source: MassSource, job: MassJob, openids: Sequence[str], why: str) -> None:
    """Take receivers out of a job, with their send of the month given back."""
    quota.give_back(session, rows_of(session, openids), job.month)
    job.size = max(job.size - len(openids), 0)
    session.flush()
    source.excepted(session, job, openids, why)


def _claim(
    services: Services, session: Session, source: MassSource, job: MassJob, openids: list[str], now: datetime
) -> tuple[MassClaim | None, bool]:
    """Take one of the calls, and the job with it; also returns whether another job may be looked at."""
    message = _message(services, session, source, job)
    if not quota.take(session, "mass", now=now):
        until = pausing.tomorrow(now)
        if job.state == MassState.SENDING:
            job.lease_until = until
        settling.put_off(session, until, EXPLAINED[answers.DAY_SPENT], answers.DAY_SPENT, now=now)
        return None, False
    # Counted with the day's row locked, so that all who claim count one after the other.
    lately = select(func.count()).select_from(MassJob).where(MassJob.called_at > now - MINUTE, MassJob.called_at <= now)
    if (session.scalar(lately) or 0) >= A_MINUTE:
        quota.put_back(session, "mass", now=now)
        return None, False
    is_first = job.first_attempt_at is None
    job.state, job.fence = MassState.SENDING, secrets.token_hex(8)
    job.attempts, job.called_at = job.attempts + 1, now
    job.first_attempt_at = job.first_attempt_at or now
    job.lease_until, job.error, job.error_code = now + answers.ask_again_after(job.attempts), None, None
    return (
        MassClaim(job.id, job.fence, job.client_id, job.source, openids, job.tag_id, message, job.attempts, is_first),
        True,
    )


def _message(services: Services, session: Session, source: MassSource, job: MassJob) -> Mapping[str, Any]:
    match job.kind:
        case MassKind.ARTICLE:
            return mass.article(job.draft_media_id or "")
        case MassKind.PICTURE:
            return mass.picture(job.draft_media_id or "")
        case _:
            return mass.text(source.content(services, session, job).text)


def held(session: Session, job_id: int, fence: str) -> MassJob | None:
    """The job of a claim, locked; None where it is another's by now, or was cancelled."""
    mine = select(MassJob).where(MassJob.id == job_id, MassJob.fence == fence)
    return session.scalar(mine.with_for_update())
