"""Front page items of visits: what needs somebody today."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console.menu import Waiting, Waits
from console.rules.visitors import Role, Visitor
from foundation.text import mask_phones, shortened
from people.permissions import PEOPLE_PHONES
from visits.permissions import VISITS_ANSWER
from visits.queries import inbox, plans, visibility
from visits.queries.inbox import InboxFilter, InboxLine, Shelf
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from visits.texts.times import late, when
from wechat_bot.services import Services

#: Shops named in one line, and characters quoted of what was said.
NAMED, QUOTED = 3, 40


def overdue(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Name the most overdue request and those behind it, those without an owner, and those due before midnight."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    counts = inbox.counts(session, who, now=now)
    found = []
    if counts.overdue:
        found += _overdue(session, who, counts.overdue)
    if counts.pool and visitor.may(VISITS_ANSWER):
        lines = _first(session, who, Shelf.POOL, 2)
        sentence, url = "条留言还没有人负责", url_for("visits_pages.inbox", shelf=Shelf.POOL)
        small = "".join(_quoted(who, line) for line in lines)
        found.append(Waiting(counts.pool, sentence, url, small, "去分派", "user-question", True))
    if counts.today and visitor.may(VISITS_ANSWER):
        url = url_for("visits_pages.inbox", shelf=Shelf.TODAY)
        small = "".join(_due(who, line) for line in _first(session, who, Shelf.TODAY, 1))
        found.append(Waiting(counts.today, "条留言今天到期", url, small, "去答复", "clock"))
    return found


def _overdue(session: Session, who: Colleague, count: int) -> list[Waiting]:
    """Name the most overdue request with what was said, and the shops of those behind it."""
    lines = _first(session, who, Shelf.OVERDUE, 1 + NAMED)
    if not lines:
        return []
    first, *others = lines
    button = "去看看" if not who.sees.may(VISITS_ANSWER) else "去答复" if first.owner_id else "去分派"
    since = _late(who, first)
    small = " · ".join(filter(None, (_quoted(who, first), first.owner or "待分派", first.area)))
    url = url_for("visits_pages.thread", number=first.number)
    title = f"{first.shop or texts.NOBODYS}的留言{since}" if first.shop else f"#{first.number} {since}，{texts.NOBODYS}"
    found = [Waiting(0, title, url, small, button, "alarm", True)]
    if others:
        named = "、".join(dict.fromkeys(line.shop or f"#{line.number}" for line in others))
        title = f"还有 {count - 1:,} 条留言超时：{named}{'等' if count - 1 > len(others) else ''}"
        url, small = url_for("visits_pages.inbox", shelf=Shelf.OVERDUE), f"其中最久的{_late(who, others[0])}"
        found.append(Waiting(0, title, url, small, f"看 {count - 1:,} 条", "alarm", True))
    return found


def _first(session: Session, who: Colleague, shelf: Shelf, most: int) -> Sequence[InboxLine]:
    return inbox.page(session, who, InboxFilter(shelf), now=who.now, limit=most).lines


def _late(who: Colleague, line: InboxLine) -> str:
    return late((who.now - line.due_at).total_seconds()) if line.due_at else ""


def _due(who: Colleague, line: InboxLine) -> str:
    by = f"，{when(line.due_at, now=who.now, zone=who.zone)} 前" if line.due_at else ""
    return f"最早的：{line.shop or texts.NOBODYS}{_quoted(who, line)}{by}"


def _quoted(who: Colleague, line: InboxLine) -> str:
    """Quote the last words of a request; phones only to those who may see them."""
    words = line.words if who.sees.may(PEOPLE_PHONES) else mask_phones(line.words)
    return f"“{shortened(texts.said(line.kind, words, 120), QUOTED)}”"


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
        Waiting(
            plan.due,
            f"家店该拜访了（{plan.name}）",
            url_for("visits_pages.plan", plan_id=plan.id),
            button="看名单",
            icon="route",
        )
        for plan in plans.running(session, who, services.criteria, now=now)
        if plan.due
    ]
