"""Pending work about shops and areas, for the front page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from console import queries
from console.menu import Waiting
from console.rules.visitors import Visitor
from foundation.clock import day_in
from people import areas, tries, visibility
from people import errands as errand_queries
from people.shops import reach
from wechat_bot.models import DeliveryState
from wechat_bot.services import Services

#: Names written out in one line.
NAMED = 3
#: How far back failed messages are shown on the front page.
FAILED_SINCE = timedelta(days=2)


def messages(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: unsure messages, and those that failed recently."""
    unsure, failed = queries.undelivered(session, failed_since=now - FAILED_SINCE)
    found, most = [], queries.FIGURED
    if unsure:
        url = url_for("people_pages.delivery_list", state=DeliveryState.UNSURE)
        sentence = "条消息不确定是否送达，要人决定重发还是算了"
        found.append(Waiting(min(unsure, most), sentence, url, "", "去决定", "mail-question", True, unsure <= most))
    if failed:
        url = url_for("people_pages.delivery_list", state=DeliveryState.FAILED)
        sentence = "条消息这两天没有发出去"
        found.append(Waiting(min(failed, most), sentence, url, "", "看原因", "mail-x", is_whole=failed <= most))
    return found


def leaves(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: leaves that begin or end today or tomorrow, for the deputy and the manager."""
    today = day_in(now, services.zone)
    days = {"今天": today, "明天": today + timedelta(days=1)}
    found = areas.leaves(session, visitor, list(days.values()))
    waiting = []
    for word, day in days.items():
        begins = [f"{each.area}（{each.deputy}）" for each in found if each.from_on == day]
        ends = [f"{each.area}（{each.deputy}）" for each in found if each.until_on == day]
        for verb, named in (("开始", begins), ("结束", ends)):
            if named:
                url = url_for("people_pages.area_list")
                sentence = f"个片区的代班{word}{verb}：{_listed(named)}"
                waiting.append(Waiting(len(named), sentence, url, button="看片区", icon="calendar-off"))
    return waiting


def without_manager(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: areas with shops that have no manager."""
    found = areas.without_manager(session, visitor)
    if not found:
        return []
    url = url_for("people_pages.area_list")
    return [Waiting(len(found), f"个片区没有客户经理：{_listed(found)}", url, button="去安排", icon="map-pin")]


def unbound(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: shops that are not bound yet."""
    found = reach.reach(session, visitor, today=day_in(now, services.zone))
    count = found.shops - found.bound
    url = url_for("people_pages.roster", bound="no")
    return [Waiting(count, "家店还没有绑定微信", url, button="看名单", icon="building-store")] if count else []


def guessing(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: licences locked after too many tries."""
    found = tries.guessing(session, day_in(now, services.zone))
    url = url_for("people_pages.tried")
    if found.is_locked:
        return [Waiting(0, "有人在试许可证：今天错得太多，用许可证号绑定已停", url, "", "去看看", "lock", True)]
    if found.locked:
        sentence = "个许可证被试到锁住：有人在试许可证，或店主需要帮忙"
        is_whole = len(found.locked) < tries.LISTED
        return [Waiting(len(found.locked), sentence, url, "", "去看看", "lock", True, is_whole)]
    return []


def errands(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: what the visitor's shops are to be told because a message did not reach them."""
    today = day_in(now, services.zone)
    mine = visibility.within(session, visitor, today=today)
    most = errand_queries.COUNTED
    left = errand_queries.left(session, mine, most=most)
    if not left:
        return []
    late = errand_queries.overdue(session, mine, today=today, most=most)
    small = f"其中 {late} 件过了日子" if late else ""
    url = url_for("people_pages.errand_list")
    sentence = "件事要告诉店主：消息没有送到"
    return [Waiting(min(left, most), sentence, url, small, "看名单", "message-2", bool(late), left <= most)]


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")
