"""Counters of pushes as figures: the parts of campaigns, and what of them is counted where."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import String, Subquery, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session

from broadcasts.rules.figures import PartFigures, PushFigures
from campaigns import tally
from campaigns.models import CampaignPart
from wechat_bot.mass.models import MassJob, MassState


def parts(session: Session, campaign_ids: Collection[int]) -> dict[int, list[PartFigures]]:
    """Return the parts of campaigns, each with what WeChat told of it."""
    rows = session.execute(
        select(CampaignPart.campaign_id, CampaignPart.number, CampaignPart.size, MassJob)
        .outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(CampaignPart.campaign_id.in_(campaign_ids))
        .order_by(CampaignPart.campaign_id, CampaignPart.number)
    )
    found: dict[int, list[PartFigures]] = {campaign_id: [] for campaign_id in campaign_ids}
    for row in rows:
        job = row.MassJob
        part = PartFigures(row.number, row.size, None)
        if job is not None:
            part = PartFigures(
                row.number,
                row.size,
                MassState(job.state),
                msg_id=job.msg_id,
                total=job.total,
                filtered=job.filtered,
                sent=job.sent,
                errors=job.errors,
                error=job.error,
                error_code=job.error_code,
            )
        found[row.campaign_id].append(part)
    return found


def added_up(
    session: Session, campaign_ids: Collection[int], counted: Subquery | None
) -> list[tuple[int, int, PartFigures]]:
    """Return the parts of campaigns with those of one state as one: the campaign, the area, the part.

    `counted` tells how many of each part are counted in which area (`campaign_id`, `area_id`, `key`, `n`); None for
    parts as large as they are, under no area.
    """
    size = CampaignPart.size if counted is None else counted.c.n
    area = literal(tally.NOWHERE) if counted is None else counted.c.area_id
    is_whole = literal(True) if counted is None else size == CampaignPart.size
    # As `PartFigures.delivered`: of a divided part WeChat tells only the whole.
    sent = case((is_whole & (MassJob.sent < size), MassJob.sent), else_=size)
    chosen = select(
        CampaignPart.campaign_id,
        area.label("area_id"),
        MassJob.state.label("state"),
        is_whole.label("is_whole"),
        size.label("size"),
        sent.label("sent"),
    ).outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
    if counted is not None:
        key = literal(tally.PART) + cast(CampaignPart.number, String)
        chosen = chosen.join(counted, and_(counted.c.campaign_id == CampaignPart.campaign_id, counted.c.key == key))
    each = chosen.where(CampaignPart.campaign_id.in_(campaign_ids)).subquery()
    by = (each.c.campaign_id, each.c.area_id, each.c.state, each.c.is_whole)
    rows = session.execute(select(*by, func.sum(each.c.size), func.sum(each.c.sent)).group_by(*by))
    found = []
    for campaign_id, area_id, state, whole, number, delivered in rows:
        part = PartFigures(0, int(number), MassState(state) if state else None, bool(whole), sent=int(delivered))
        found.append((campaign_id, area_id, part))
    return found


def figures(counts: Mapping[str, int], parts: Sequence[PartFigures], *, is_whole: bool, is_ended: bool) -> PushFigures:
    """Return the figures of these counters; where they are not the whole push, of each part only the shops that are
    counted in them."""
    if is_whole:
        return PushFigures(counts, parts, is_ended)
    theirs = []
    for part in parts:
        size = counts.get(tally.part_key(part.number), 0)
        if size:
            theirs.append(replace(part, size=size, is_whole=size == part.size))
    return PushFigures(counts, theirs, is_ended)


def row(counts: Mapping[str, int], parts: Sequence[PartFigures], *, is_ended: bool) -> PushFigures:
    """Return the figures of one row of a divided push: as `figures`, with its parts of one state as one, for there are
    many rows and many parts.

    >>> done, unsure = MassState.FINISHED, MassState.UNSURE
    >>> parts = [PartFigures(1, 70, done, sent=68), PartFigures(2, 30, done, sent=29), PartFigures(3, 9, unsure)]
    >>> found = row({"part:1": 70, "part:2": 3, "part:3": 9}, parts, is_ended=True)
    >>> found.meant, found.delivered, found.lost, found.unsure, found.is_exact
    (82, 71, 2, 9, False)
    """
    sizes: dict[tuple[MassState | None, bool], int] = {}
    sent: dict[tuple[MassState | None, bool], int] = {}
    for part in parts:
        size = counts.get(tally.part_key(part.number), 0)
        if not size:
            continue
        key = part.state, size == part.size
        sizes[key] = sizes.get(key, 0) + size
        sent[key] = sent.get(key, 0) + (part.delivered if key[1] else size)
    theirs = [PartFigures(0, size, state, is_all, sent=sent[state, is_all]) for (state, is_all), size in sizes.items()]
    return PushFigures(counts, theirs, is_ended)
