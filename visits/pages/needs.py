"""Front page items of visits: what needs somebody today."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console.menu import Waiting, Waits
from console.rules.visitors import Role, Visitor
from visits.permissions import VISITS_ANSWER
from visits.queries import inbox, plans, visibility
from wechat_bot.services import Services


def overdue(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Count requests past their deadline, those due before midnight, and those without an owner."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    counts = inbox.counts(session, who, now=now)
    found = []
    if counts.overdue:
        url = url_for("visits_pages.inbox", shelf="overdue")
        found.append(Waiting(counts.overdue, "条留言已经超时，还没有答复或办结", url, is_urgent=True))
    if counts.today and visitor.may(VISITS_ANSWER):
        found.append(Waiting(counts.today, "条留言今天到期", url_for("visits_pages.inbox", shelf="today")))
    if counts.pool and visitor.may(VISITS_ANSWER):
        found.append(Waiting(counts.pool, "条留言还没有负责人", url_for("visits_pages.inbox", shelf="pool"), True))
    return found


def pressing(services: Services, session: Session, visitor: Visitor, now: datetime) -> Waits:
    """Count the requests that wait for the visitor today: overdue, due before midnight, or without an owner."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    counts = inbox.counts(session, who, now=now)
    return Waits(counts.pressing, counts.newest)


def due(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Count a customer manager's own shops that are due for a visit. Others look at the plans."""
    if visitor.role is not Role.MANAGER:
        return []
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    return [
        Waiting(plan.due, f"家店该拜访了（{plan.name}）", url_for("visits_pages.plan", plan_id=plan.id))
        for plan in plans.running(session, who, services.criteria, now=now)
        if plan.due
    ]
