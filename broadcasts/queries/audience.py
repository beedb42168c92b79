"""Audience criteria of pushes: what became of one with a shop, who opens them, who missed some this month."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Integer, Select, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from broadcasts.models.pushes import IS_ITS_CAMPAIGN, PUSH, Push
from broadcasts.queries import missed
from broadcasts.queries.pushes import campaign_of
from broadcasts.queries.report import WHOLE
from broadcasts.rules.states import OPEN, State
from campaigns.missed import all_of
from campaigns.models import Campaign, CampaignPart, Recipient
from campaigns.rules import SENT
from foundation.clock import day_in
from foundation.errors import Refused
from wechat_bot.criterion import Choice, Criterion, Field, Input, KeptSpec
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.mass.quota import WECHATS

#: Pushes that a form offers to choose from.
OFFERED = 100
MOST_DAYS, MOST_TIMES, MOST_UNOPENED = 365, 31, 10
#: Pushes before that say nothing of whether a shop still opens them.
LOOKED_BACK = timedelta(days=180)
#: What may have become of a push with a shop, and in words.
BECAME = {"missed": "没有收到", "opened": "打开了", "silent": "发了没有打开", "acted": "有行动"}


def of_push(session: Session, value: Any, now: datetime) -> Select[int]:
    """Return the shops with which this became of a push: `{id: 12, became: missed}`. Raises Refused for what cannot be
    read."""
    is_read = isinstance(value, Mapping) and set(value) == {"id", "became"}
    push_id, became = (value["id"], value["became"]) if is_read else (None, None)
    if not isinstance(push_id, int) or isinstance(push_id, bool) or became not in BECAME:
        raise Refused(f"对象条件 push 应写成 {{id: 推送编号, became: {'、'.join(BECAME)} 之一}}。")
    campaign = campaign_of(session, push_id)
    if campaign is None or campaign.frozen_at is None:
        raise Refused(f"没有编号为 {push_id} 的、已经发了的推送。")
    if became == "missed":
        found: Select[int] = missed.shops(session, campaign, WHOLE)
        return found
    theirs: dict[str, Any] = {
        "opened": Recipient.is_opened,
        "silent": and_(Recipient.outcome.is_not(None), Recipient.is_opened.is_(False)),
        "acted": Recipient.acted_at.is_not(None),
    }
    return select(Recipient.retailer_id).where(Recipient.campaign_id == campaign.id, theirs[became])


def have_opened(session: Session, value: Any, now: datetime) -> Select[int]:
    """Return the shops that opened a push in the last so many days. Raises Refused where that is no number of days."""
    since = now - timedelta(days=_number(value, "opened", "天数", MOST_DAYS))
    return (
        select(Recipient.retailer_id)
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .where(Campaign.kind == PUSH, Recipient.is_opened, Recipient.opened_at >= since)
    )


def have_missed(session: Session, value: Any, now: datetime) -> Select[int]:
    """Return the shops that missed at least so many pushes of the month, which is China's. Raises Refused where that is
    no number."""
    times = _number(value, "missed_pushes_of_month", "次数", MOST_TIMES)
    begins = datetime.combine(day_in(now, WECHATS).replace(day=1), time(), WECHATS)
    begun = (Campaign.kind == PUSH, Campaign.due_at >= begins, Campaign.frozen_at.is_not(None))
    found = all_of(select(Campaign.id).where(*begun)).subquery().c[0]
    return select(found).group_by(found).having(func.count() >= times)


def have_opened_none(session: Session, value: Any, now: datetime) -> Select[int]:
    """Return the shops that opened none of the last so many pushes that reached them, of the last `LOOKED_BACK` days;
    those that had fewer are not among them. Raises Refused where that is no number."""
    times = _number(value, "unopened_pushes", "条数", MOST_UNOPENED)
    place = func.row_number().over(partition_by=Recipient.retailer_id, order_by=Campaign.frozen_at.desc())
    taken = (MassState.ACCEPTED, MassState.FINISHED)
    part = and_(CampaignPart.campaign_id == Recipient.campaign_id, CampaignPart.number == Recipient.part)
    came = (
        select(Recipient.retailer_id, cast(Recipient.is_opened, Integer).label("opened"), place.label("place"))
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .outerjoin(CampaignPart, part)
        .outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(Campaign.kind == PUSH, Campaign.frozen_at >= now - LOOKED_BACK)
        .where(or_(and_(Recipient.part.is_(None), Recipient.outcome.in_(SENT)), MassJob.state.in_(taken)))
        .subquery()
    )
    found = select(came.c.retailer_id).where(came.c.place <= times).group_by(came.c.retailer_id)
    return found.having(func.count() == times, func.sum(came.c.opened) == 0)


def _number(value: Any, name: str, what: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refused(f"对象条件 {name} 应写成 1 到 {most} 的{what}。")
    return value


def _pushes(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    rows = session.execute(
        select(Push.id, Push.title)
        .join(Campaign, IS_ITS_CAMPAIGN)
        .where(Campaign.frozen_at.is_not(None))
        .order_by(Campaign.due_at.desc(), Push.id.desc())
        .limit(OFFERED)
    )
    return [Choice(row.id, f"{row.title}（编号 {row.id}）") for row in rows]


def _became(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return [Choice(name, word) for name, word in BECAME.items()]


def kept_specs(session: Session) -> Sequence[KeptSpec]:
    """Return the audiences of pushes that have not begun, models of series among them: they are read once more."""
    waits = (Campaign.frozen_at.is_(None), Campaign.state.in_((*OPEN, State.PAUSED)), Push.is_to_staff.is_(False))
    rows = session.execute(
        select(Push.title, Campaign.audience).join(Campaign, IS_ITS_CAMPAIGN).where(*waits).order_by(Push.id)
    )
    return [KeptSpec(f"推送《{title}》", spec) for title, spec in rows if spec is not None]


CRITERIA = (
    Criterion(
        "push",
        "一条推送后来怎样：{id: 编号, became: missed、opened、silent、acted 之一}",
        "推送后来怎样",
        (Field("推送", Input.ONE, _pushes, "id", is_number=True), Field("后来", Input.ONE, _became, "became")),
        select=of_push,
    ),
    Criterion(
        "opened",
        "最近多少天里打开过推送",
        "打开过推送",
        (Field("最近", Input.NUMBER, unit="天"),),
        select=have_opened,
    ),
    Criterion(
        "missed_pushes_of_month",
        "本月至少几次没有收到推送",
        "本月没有收到推送",
        (Field("至少", Input.NUMBER, unit="次"),),
        select=have_missed,
    ),
    Criterion(
        "unopened_pushes",
        "最近送到的几条推送一条也没有打开",
        "最近的推送都没有打开",
        (Field("最近", Input.NUMBER, unit="条"),),
        select=have_opened_none,
    ),
)
