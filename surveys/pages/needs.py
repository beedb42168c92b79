"""Front page items of surveys: what needs somebody today."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from console.menu import Waiting
from console.rules.visitors import Visitor
from foundation.clock import day_in, when
from surveys.queries import today
from wechat_bot.services import Services

#: Response rate below which a survey is listed: paper surveys of this trade came back to 78 in a hundred.
ENOUGH = 0.75


def ending(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return surveys that end today or tomorrow with many answers missing: of all shops, or of the visitor's own."""
    this_day = day_in(now, services.zone)
    midnight = now.astimezone(services.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    found = today.ending(session, now=now, until=midnight + timedelta(days=2))
    if visitor.is_company_wide:
        missing = {each.id: each.missing for each in found if each.returned < ENOUGH * each.sent}
    else:
        missing = today.missing_of(session, visitor, found, today=this_day) if found else {}
    waiting = []
    for each in found:
        if not missing.get(each.id):
            continue
        closes_at = each.closes_at.astimezone(services.zone)
        is_today = closes_at.date() == this_day
        day = "今天" if is_today else "明天"
        sentence = f"家店还没有填《{each.title}》，{day} {closes_at:%H:%M} 结束"
        url = url_for("surveys_pages.survey", survey_id=each.id)
        small = f"已回收 {each.returned:,} / {each.sent:,}" if visitor.is_company_wide else ""
        waiting.append(Waiting(missing[each.id], sentence, url, small, "去催填", "clipboard-list", is_today))
    return waiting


def drafts(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return surveys that were written and never published."""
    count, newest = today.drafts(session), today.newest_draft(session)
    if newest is None:
        return []
    if count == 1:
        by = f"{newest.drafted_by} " if newest.drafted_by else ""
        small = f"{by}{when(newest.drafted_at or newest.created_at, now=now, zone=services.zone)} 保存"
        url = url_for("surveys_pages.survey", survey_id=newest.id)
        return [Waiting(0, f"《{newest.title}》还是草稿，没有发布", url, small, "去发布", "clipboard-list")]
    url = url_for("surveys_pages.survey_list", state=AuthoredState.DRAFT)
    return [Waiting(count, "份调查草稿还没有发布", url, f"最新：《{newest.title}》", "看草稿", "clipboard-list")]
