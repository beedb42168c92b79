"""Front page items of surveys: what needs somebody today."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console import authored, running
from console.authored import AuthoredState
from console.menu import Waiting
from console.rules.visitors import Visitor
from foundation.clock import day_in
from surveys.models import Survey
from surveys.queries import today
from wechat_bot.services import Services


def ending(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return surveys that end today or tomorrow with many answers missing: of all shops, or of the visitor's own."""
    found, zone = today.ending(session, now=now, zone=services.zone), services.zone
    if visitor.is_company_wide:
        lacking = running.missing(found)
    else:
        lacking = today.missing_of(session, visitor, found, today=day_in(now, zone)) if found else {}
    return running.needs(
        found,
        lacking,
        sentence="家店还没有填《{}》，{}",
        small="已回收 {:,} / {:,}" if visitor.is_company_wide else "",
        url=lambda survey_id: url_for("surveys_pages.survey", survey_id=survey_id),
        button="去催填",
        icon="clipboard-list",
        now=now,
        zone=zone,
    )


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
