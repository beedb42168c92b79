"""Parts of a campaign: those who get a mass message are divided after the listing, in steps, and a job is planned for
each part.

Who is in a part has the outcome `batched`, and the counter of the part: what became of ten thousand is one row. A run
that is killed continues after the last step; no job is planned before all are divided.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, null, or_, select, update
from sqlalchemy.orm import Session

from campaigns import dividing, rules, tally
from campaigns.kinds import CampaignKind, SendingWay
from campaigns.models import Campaign, CampaignPart, CampaignState, CampaignTally, Outcome, Recipient
from foundation.database import SYNCHRONISED, changed
from wechat_bot.mass import planning, quota
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.mass.states import ALONE, NOT_SENT, WAITING, is_waiting

#: The name under which campaigns plan their mass jobs.
SOURCE = "campaigns"
#: Shops in one step of cutting, and of which sends are given back in one transaction.
BATCH = 10_000
#: States in which a part stays; what was booked for those that were not sent is given back.
FINAL = (*NOT_SENT, MassState.FINISHED, MassState.UNSURE)


def uncut(session: Session, campaign: Campaign) -> dict[int, int]:
    """Return by area how many get a mass message and are in no part yet."""
    found = select(CampaignTally.area_id, CampaignTally.count).where(
        CampaignTally.campaign_id == campaign.id, CampaignTally.key == Outcome.BATCHED, CampaignTally.count > 0
    )
    return {area: count for area, count in session.execute(found)}  # noqa: C416 - a dict of Rows is untyped


def cut_some(
    session: Session, campaign: Campaign, kind: CampaignKind, *, batch: int = BATCH, heeds_quiet: bool, now: datetime
) -> bool:
    """Put the next step of a listed campaign's shops into parts; gives whether more are left. Behind the last step the
    jobs are planned, and sending begins."""
    ways = kind.ways(session, campaign)
    filling = _filling(session, campaign)
    if not filling:
        waiting = uncut(session, campaign)
        if sum(waiting.values()) == 1 and SendingWay.TAG not in ways:
            _leave_alone(session, campaign)
            waiting = {}
        if not waiting:
            _begin(session, campaign)
            return False
        _plan(session, campaign, waiting, by_tag=SendingWay.TAG in ways, now=now)
        return True
    after, until = campaign.cut_to, min(campaign.cut_to + batch, campaign.last_shop)
    _fill(session, campaign, filling, after, until)
    campaign.cut_to = until
    session.flush()
    if until < campaign.last_shop:
        return True
    tag_id = kind.tag(session, campaign) if SendingWay.TAG in ways else None
    _plan_jobs(session, campaign, filling, tag_id=tag_id, heeds_quiet=heeds_quiet, now=now)
    _begin(session, campaign)
    return False


def are_planned(session: Session, campaign: Campaign) -> bool:
    """Whether all who get a mass message are in a part that has its job."""
    return not uncut(session, campaign) and not _filling(session, campaign)


def receivers(campaign_id: int, number: int) -> Select[Any]:
    """Build the select of the openids of a part, in the order of their shops."""
    return (
        select(Recipient.openid)
        .where(Recipient.campaign_id == campaign_id, Recipient.part == number, Recipient.outcome.is_not(None))
        .order_by(Recipient.retailer_id)
    )


def of_job(session: Session, job: MassJob) -> CampaignPart | None:
    """Return the part that a job sends."""
    return session.scalar(select(CampaignPart).where(CampaignPart.mass_job_id == job.id))


def leave_out(session: Session, part: CampaignPart, which: Any, why: str) -> list[str]:
    """Leave recipients out of a part for a reason, in the counters too; gives their openids."""
    mine = (Recipient.campaign_id == part.campaign_id, Recipient.part == part.number, Recipient.outcome.is_not(None))
    rows = session.execute(select(Recipient.retailer_id, Recipient.area_id, Recipient.openid).where(*mine, which)).all()
    if not rows:
        return []
    # Whoever leaves gets their send of the month back: the ledger is held before the counters, as in listing.
    quota.hold(session)
    counts: Counter[tally.Key] = Counter()
    for row in rows:
        counts[part.campaign_id, row.area_id, tally.part_key(part.number)] -= 1
        counts[part.campaign_id, row.area_id, f"{rules.LEFT_OUT}{why}"] += 1
    gone = update(Recipient).where(Recipient.campaign_id == part.campaign_id)
    gone = gone.where(Recipient.retailer_id.in_([row.retailer_id for row in rows]))
    session.execute(gone.values(why=why, outcome=None, openid=None, part=None))
    part.size -= len(rows)
    session.flush()
    tally.add(session, counts)
    return [row.openid for row in rows]


def leave_waiting(session: Session, openid: str, why: str) -> None:
    """Leave somebody out of all parts that were not sent yet."""
    waiting = (
        select(MassJob)
        .join(CampaignPart, CampaignPart.mass_job_id == MassJob.id)
        .join(Recipient, and_(Recipient.campaign_id == CampaignPart.campaign_id, Recipient.part == CampaignPart.number))
        .where(Recipient.openid == openid, is_waiting())
        .order_by(MassJob.id)
        .with_for_update(of=MassJob)
    )
    # A part is its job's: read once the job is held, its size is still true when it is written.
    for job in session.scalars(waiting).all():
        if (part := of_job(session, job)) is not None:
            leave_out(session, part, Recipient.openid == openid, why)
            job.size = part.size


def give_back(session: Session, part: CampaignPart, month: int) -> None:
    """Give the booked sends of a part back, once."""
    once = update(CampaignPart).where(
        CampaignPart.campaign_id == part.campaign_id, CampaignPart.number == part.number, ~CampaignPart.is_given_back
    )
    given = session.execute(once.values(is_given_back=True).returning(CampaignPart.number)).first()
    if given is not None:
        quota.give_back(session, receivers(part.campaign_id, part.number).order_by(None), month)


def give_back_some(session: Session, campaign: Campaign, *, batch: int = BATCH) -> bool:
    """Give back what was booked for one more part of an ended campaign that was not sent, or for a step of those who
    are in none; gives whether any may be left."""
    jobs = select(CampaignPart, MassJob.month).join(MassJob, MassJob.id == CampaignPart.mass_job_id)
    mine = (CampaignPart.campaign_id == campaign.id, ~CampaignPart.is_given_back)
    row = session.execute(jobs.where(*mine, MassJob.state.in_(NOT_SENT)).limit(1)).first()
    if row is not None:
        give_back(session, row[0], row[1])
        return True
    return _stop_unplanned(session, campaign, batch)


def are_booked(session: Session, campaign: Campaign) -> bool:
    """Whether sends of the month are booked for parts that WeChat does not have, or for those who are in none."""
    job = exists().where(MassJob.id == CampaignPart.mass_job_id, MassJob.state.not_in(NOT_SENT))
    mine = select(CampaignPart.number).where(CampaignPart.campaign_id == campaign.id, ~CampaignPart.is_given_back, ~job)
    return session.scalar(mine.limit(1)) is not None or bool(uncut(session, campaign))


def is_any_taken(session: Session, campaign_id: int) -> bool:
    """Whether WeChat has, or may have, any part of a campaign."""
    taken = exists().where(MassJob.id == CampaignPart.mass_job_id, MassJob.state.not_in((*NOT_SENT, *WAITING)))
    mine = select(CampaignPart.number).where(CampaignPart.campaign_id == campaign_id, taken)
    return session.scalar(mine.limit(1)) is not None


def is_settled(session: Session, campaign: Campaign) -> bool:
    """Whether what became of every part and every message is final or unsure, counted."""
    keys = (Outcome.LISTED, Outcome.QUEUED, Outcome.HELD, Outcome.BATCHED)
    counted = select(func.coalesce(func.sum(CampaignTally.count), 0)).where(
        CampaignTally.campaign_id == campaign.id, CampaignTally.key.in_(keys)
    )
    # Of a part that WeChat refused the campaign must have been told: it pauses, or has failed.
    job = exists().where(MassJob.id == CampaignPart.mass_job_id, MassJob.state.in_(FINAL))
    job = job.where(or_(MassJob.state != MassState.REFUSED, MassJob.has_news.is_(False)))
    open_ = select(CampaignPart.number).where(CampaignPart.campaign_id == campaign.id, ~job).limit(1)
    return session.scalar(counted) == 0 and session.scalar(open_) is None


def _filling(session: Session, campaign: Campaign) -> Sequence[CampaignPart]:
    """Return the parts that are being filled, by number."""
    mine = select(CampaignPart).where(CampaignPart.campaign_id == campaign.id, CampaignPart.mass_job_id.is_(None))
    return session.scalars(mine.order_by(CampaignPart.number)).all()


def _plan(session: Session, campaign: Campaign, waiting: Mapping[int, int], *, by_tag: bool, now: datetime) -> None:
    """Write the parts down that are to be filled."""
    calls = quota.calls_left(session, "mass", now=now)
    planned = [dividing.PlannedPart(sum(waiting.values()), None)] if by_tag else dividing.parts(waiting, calls)
    last = select(func.max(CampaignPart.number)).where(CampaignPart.campaign_id == campaign.id)
    for number, each in enumerate(planned, (session.scalar(last) or 0) + 1):
        areas = each.areas or tuple(waiting)
        session.add(
            CampaignPart(
                campaign_id=campaign.id,
                number=number,
                area_id=areas[0] if len(areas) == 1 else None,
                areas=list(each.areas) if each.areas else None,
                size=each.size,
            )
        )
    campaign.cut_to = 0
    session.flush()


def _fill(session: Session, campaign: Campaign, filling: Sequence[CampaignPart], after: int, until: int) -> None:
    """Put the shops of a step into the parts that are being filled."""
    step = (
        Recipient.campaign_id == campaign.id,
        Recipient.retailer_id.between(after + 1, until),
        Recipient.outcome == Outcome.BATCHED,
    )
    free = (*step, Recipient.part.is_(None))
    counted = select(Recipient.area_id, func.count()).where(*free).group_by(Recipient.area_id)
    found = {area: count for area, count in session.execute(counted)}  # noqa: C416 - a dict of Rows is untyped
    if not found:
        return
    filled = _filled(session, campaign)
    whole: dict[int, int] = {}
    cases: list[tuple[ColumnElement[bool], int]] = []
    for areas in dict.fromkeys(None if each.areas is None else tuple(each.areas) for each in filling):
        theirs = [each for each in filling if (None if each.areas is None else tuple(each.areas)) == areas]
        inside = () if areas is None else (Recipient.area_id.in_(areas),)
        there = [area for area in found if areas is None or area in areas]
        left = sum(found[area] for area in there)
        from_id = after
        for each in theirs:
            room = each.size - filled[each.number]
            if left <= 0 or room <= 0:
                continue
            if left <= room and from_id == after:
                whole |= dict.fromkeys(there, each.number)
                break
            to_id = until
            if left > room:
                some = select(Recipient.retailer_id).where(*free, *inside, Recipient.retailer_id > from_id)
                to_id = session.scalars(some.order_by(Recipient.retailer_id).offset(room - 1).limit(1)).one()
            cases.append((and_(*inside, Recipient.retailer_id.between(from_id + 1, to_id)), each.number))
            left, from_id = left - room, to_id
    part = case(whole, value=Recipient.area_id) if whole else null()
    put = changed(session, update(Recipient).where(*free).values(part=case(*cases, else_=part) if cases else part))
    counts: Counter[tally.Key] = Counter()
    rows: Sequence[Any] = [(area, number, found[area]) for area, number in whole.items()]
    if cases or put != sum(found.values()):
        into = {number for _, number in cases} | set(whole.values())
        now_in = select(Recipient.area_id, Recipient.part, func.count()).where(*step, Recipient.part.in_(into))
        rows = session.execute(now_in.group_by(Recipient.area_id, Recipient.part)).all()
    for area, number, count in rows:
        counts[campaign.id, area, Outcome.BATCHED] -= count
        counts[campaign.id, area, tally.part_key(number or 0)] += count
    tally.add(session, counts)


def _filled(session: Session, campaign: Campaign) -> Counter[int]:
    """Return how many are in each part so far."""
    kept = select(CampaignTally.key, func.sum(CampaignTally.count)).where(
        CampaignTally.campaign_id == campaign.id, CampaignTally.key.startswith(tally.PART)
    )
    rows = session.execute(kept.group_by(CampaignTally.key))
    return Counter({tally.part_of(key): int(count) for key, count in rows})


def _plan_jobs(
    session: Session,
    campaign: Campaign,
    filling: Sequence[CampaignPart],
    *,
    tag_id: int | None,
    heeds_quiet: bool,
    now: datetime,
) -> None:
    filled = _filled(session, campaign)
    for each in filling:
        # Somebody may have been erased since it was planned.
        each.size = filled[each.number]
        if not each.size:
            session.execute(
                delete(CampaignPart).where(CampaignPart.campaign_id == campaign.id, CampaignPart.number == each.number)
            )
            continue
        job = planning.plan(
            session,
            source=SOURCE,
            about=campaign.about,
            part=each.number,
            generation=0,
            size=each.size,
            month=campaign.quota_month or quota.month_of(now),
            due_at=max(campaign.due_at, campaign.frozen_at or now),
            not_after=campaign.not_after,
            heeds_quiet=heeds_quiet,
            tag_id=tag_id,
            now=now,
        )
        each.mass_job_id = job.id
    session.flush()


def _begin(session: Session, campaign: Campaign) -> None:
    # No step of its own is written down: sending follows from the listing, nobody decides it.
    campaign.state = CampaignState.SENDING
    session.flush()


def _leave_alone(session: Session, campaign: Campaign) -> None:
    """Leave the only one out: WeChat takes no mass message to one person."""
    alone = (Recipient.campaign_id == campaign.id, Recipient.outcome == Outcome.BATCHED, Recipient.part.is_(None))
    row = session.execute(select(Recipient.area_id, Recipient.openid).where(*alone)).one()
    if campaign.quota_month is not None:
        quota.give_back(session, select(Recipient.openid).where(*alone), campaign.quota_month)
    session.execute(update(Recipient).where(*alone).values(why=ALONE, outcome=None, openid=None))
    tally.add(
        session,
        {
            (campaign.id, row.area_id, Outcome.BATCHED): -1,
            (campaign.id, row.area_id, f"{rules.LEFT_OUT}{ALONE}"): 1,
        },
    )


def _stop_unplanned(session: Session, campaign: Campaign, batch: int) -> bool:
    """Take those out of an ended campaign for whom no job was planned, in steps; gives whether more are left."""
    numbers = select(CampaignPart.number).where(
        CampaignPart.campaign_id == campaign.id, CampaignPart.mass_job_id.is_(None)
    )
    unplanned = (
        Recipient.campaign_id == campaign.id,
        Recipient.outcome == Outcome.BATCHED,
        Recipient.part.is_(None) | Recipient.part.in_(numbers),
    )
    some = select(Recipient.retailer_id, Recipient.area_id, Recipient.part).where(*unplanned)
    rows = session.execute(some.order_by(Recipient.retailer_id).limit(batch)).all()
    if not rows:
        session.execute(
            delete(CampaignPart).where(CampaignPart.campaign_id == campaign.id, CampaignPart.mass_job_id.is_(None))
        )
        return False
    theirs = (*unplanned, Recipient.retailer_id <= rows[-1].retailer_id)
    if campaign.quota_month is not None:
        quota.give_back(session, select(Recipient.openid).where(*theirs), campaign.quota_month)
    counts: Counter[tally.Key] = Counter()
    for row in rows:
        was = Outcome.BATCHED if row.part is None else tally.part_key(row.part)
        counts[campaign.id, row.area_id, was] -= 1
        counts[campaign.id, row.area_id, Outcome.STOPPED] += 1
    stopped = update(Recipient).where(*theirs).values(outcome=Outcome.STOPPED, part=None)
    session.execute(stopped, execution_options=SYNCHRONISED)
    tally.add(session, counts)
    return True
