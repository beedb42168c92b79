"""Front page items of surveys: what needs somebody today."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from console import authored
from console.authored import AuthoredState
from console.menu import Waiting
from console.rules.visitors import Visitor
from foundation.clock import day_in
from surveys.models import Survey
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
    return authored.drafts(
        session,
        Survey,
        one=lambda survey_id: url_for("surveys_pages.survey", survey_id=survey_id),
        every=url_for("surveys_pages.survey_list", state=AuthoredState.DRAFT),
        unit="调查",
        icon="clipboard-list",
        now=now,
        zone=services.zone,
    )
