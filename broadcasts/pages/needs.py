"""Front page items of broadcasts: pushes that wait for approval, drafts that nobody has published."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState
from broadcasts.permissions import PUSHES_APPROVE
from broadcasts.queries import articles as queries
from broadcasts.queries import pushes
from broadcasts.queries import series as occurrences
from broadcasts.rules.states import State
from broadcasts.texts.series import asked
from console.menu import Waiting, Waits
from console.rules.visitors import Visitor
from foundation.clock import day_in, when
from wechat_bot.services import Services

#: Drafts that are counted, at most.
MOST = 20
#: Pushes that are named, at most.
NAMED = 5
#: Pushes whose moment passed longer ago were given up.
LOOKED_BACK = timedelta(days=7)
#: Days before an occurrence at which its day must be said soon.
SOON = 7


def to_approve(services: Services, session: Session, visitor: Visitor, now: datetime) -> Waits:
    """Count the pushes that wait for the visitor's approval."""
    if not visitor.may(PUSHES_APPROVE):
        return Waits(0)
    found = pushes.awaiting(session, visitor.user_id, limit=MOST)
    return Waits(len(found), max((line.id for line in found), default=0))


def approvals(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return the pushes that wait for the visitor's approval, by name, the next to go out in front."""
    today = day_in(now, services.zone)
    return [
        Waiting(
            0,
            f"推送《{line.title}》等您审批",
            url_for("broadcasts_pages.push", push_id=line.id),
            f"{line.created_by} 写的，{when(line.due_at, now=now, zone=services.zone)} 发送",
            "去审批",
            "speakerphone",
            day_in(line.due_at, services.zone) <= today,
        )
        for line in pushes.awaiting(session, visitor.user_id, limit=NAMED)
    ]


def series(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return the occurrences of series whose day nobody knows yet, and those that could not be submitted."""
    today = day_in(now, services.zone)
    found = []
    for each in occurrences.asked(session, limit=NAMED):
        url = url_for("broadcasts_pages.one_series", series_id=each.series_id)
        small = f"按规则是 {each.wanted_on.month} 月 {each.wanted_on.day} 日"
        is_urgent = (each.wanted_on - today).days <= SOON
        found.append(
            Waiting(0, asked(each.name, each.wanted_on.year), url, small, "去定", "calendar-question", is_urgent)
        )
    for each in occurrences.not_submitted(session, today, limit=NAMED):
        url = url_for("broadcasts_pages.push", push_id=each.push_id)
        said = f"系列《{each.name}》{each.wanted_on.month} 月 {each.wanted_on.day} 日的一次还是草稿"
        found.append(Waiting(0, said, url, each.error, "去看看", "calendar-event"))
    return found


def held_up(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return the pushes that became drafts again or paused by themselves, with why."""
    return [
        Waiting(
            0,
            f"推送《{line.title}》{'暂停了' if line.state is State.PAUSED else '又成了草稿'}",
            url_for("broadcasts_pages.push", push_id=line.id),
            why,
            "去看看",
            "speakerphone",
            line.state is State.PAUSED,
        )
        for line, why in pushes.held_up(session, now - LOOKED_BACK, limit=NAMED)
    ]


def drafts(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return articles that were begun and never published."""
    page = queries.page(session, states=[ArticleState.DRAFT], limit=MOST)
    if not page.lines:
        return []
    newest = page.lines[0]
    if len(page.lines) == 1:
        small = f"{newest.changed_by} {when(newest.changed_at, now=now, zone=services.zone)} 保存"
        url = url_for("broadcasts_pages.article", article_id=newest.id)
        return [Waiting(0, f"文章《{newest.title}》还没有发布", url, small, "去发布", "article")]
    url = url_for("broadcasts_pages.article_list", state=ArticleState.DRAFT)
    said, is_whole = f"最新：《{newest.title}》", page.after is None
    return [Waiting(len(page.lines), "篇文章还没有发布", url, said, "看草稿", "article", is_whole=is_whole)]
