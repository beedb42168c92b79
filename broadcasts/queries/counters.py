"""Counters of pushes as figures: the parts of campaigns, and what of them is counted where."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
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
                error=job.error or job.status,
            )
        found[row.campaign_id].append(part)
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
