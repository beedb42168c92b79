"""Counting of pushes by manager and class, by the clock, where the counters have changed since; and WeChat's own reads.

The recipients are read without a lock; only the few rows of the result are written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from broadcasts.models.answers import PushCounted, PushReads, PushSplit
from broadcasts.models.pushes import PUSH
from broadcasts.queries import pushes, report
from campaigns.models import Campaign, CampaignPart, CampaignTally, Recipient
from foundation.database import upsert
from people.models import Retailer
from wechat_bot.client.mass import ArticleDay
from wechat_bot.mass.models import MassJob

#: How long after its moment a push is counted again.
COUNTED_FOR = timedelta(days=14)
TOLD_AFTER = timedelta(days=1)
#: How long after it WeChat counts reads of an article.
READ_FOR = timedelta(days=7)


def changed_since(session: Session, *, now: datetime) -> dict[int, str]:
    """Return the pushes whose counters have changed since they were counted by manager and class, each with the digest
    of its counters now."""
    lately = (Campaign.kind == PUSH, Campaign.frozen_at.is_not(None), Campaign.due_at > now - COUNTED_FOR)
    kept = (
        select(Campaign.reference, CampaignTally.key, func.sum(CampaignTally.count).label("n"))
        .join(CampaignTally, CampaignTally.campaign_id == Campaign.id)
        .where(*lately)
        .group_by(Campaign.reference, CampaignTally.key)
        .order_by(Campaign.reference, CampaignTally.key)
    )
    lines: dict[int, list[str]] = {}
    for push_id, key, number in session.execute(kept):
        lines.setdefault(push_id, []).append(f"{key}={number}")
    marks = {push_id: sha256("\n".join(each).encode()).hexdigest() for push_id, each in lines.items()}
    known = {row.push_id: row.mark for row in session.scalars(select(PushCounted))}
    return {push_id: mark for push_id, mark in marks.items() if known.get(push_id) != mark}


def count(session: Session, push_id: int) -> list[Mapping[str, Any]]:
    """Count the recipients of a push by manager and by class; gives the rows to keep."""
    campaign = pushes.campaign_of(session, push_id)
    if campaign is None:
        return []
    found: dict[tuple[str, int, str], int] = {}
    for division, column in (("manager", func.coalesce(Recipient.manager_id, 0)), ("class", Retailer.class_id)):
        for of_id, key, number in session.execute(report.count(session, campaign, column, ())):
            found[division, of_id, key] = found.get((division, of_id, key), 0) + number
    return [
        {"push_id": push_id, "division": division, "of_id": of_id, "key": key, "count": number}
        for (division, of_id, key), number in sorted(found.items())
    ]


def keep(session: Session, push_id: int, rows: Sequence[Mapping[str, Any]], mark: str, *, now: datetime) -> None:
    """Keep what was counted in place of what was before."""
    values = {"push_id": push_id, "at": now, "mark": mark}
    put = upsert(session, PushCounted).values(values)
    # First, and locked by that: of two workers the second sees what the first has kept, and replaces it.
    session.execute(put.on_conflict_do_update(index_elements=["push_id"], set_={"at": now, "mark": mark}))
    session.execute(delete(PushSplit).where(PushSplit.push_id == push_id))
    if rows:
        session.execute(insert(PushSplit), [dict(row) for row in rows])


def articles(session: Session, *, now: datetime) -> dict[int, list[tuple[str, datetime]]]:
    """Return the articles of pushes whose reads WeChat still counts, by push: the number of each and when it was
    sent."""
    rows = session.execute(
        select(Campaign.reference, MassJob.msg_data_id, MassJob.accepted_at)
        .join(CampaignPart, CampaignPart.campaign_id == Campaign.id)
        .join(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(Campaign.kind == PUSH, MassJob.msg_data_id.is_not(None))
        # On the day itself WeChat tells nothing.
        .where(MassJob.accepted_at.between(now - READ_FOR, now - TOLD_AFTER))
        .order_by(Campaign.reference, CampaignPart.number)
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for row in rows:
        found.setdefault(row.reference, []).append((row.msg_data_id, row.accepted_at))
    return found


def keep_reads(session: Session, push_id: int, days: Sequence[ArticleDay]) -> None:
    """Keep WeChat's own figures of the articles of a push: the last day of each."""
    if not days:
        return
    values = {
        "until_on": max(day.day for day in days),
        "readers": sum(day.readers for day in days),
        "shares": sum(day.sharers for day in days),
    }
    put = upsert(session, PushReads).values(push_id=push_id, **values)
    session.execute(put.on_conflict_do_update(index_elements=["push_id"], set_=values))
