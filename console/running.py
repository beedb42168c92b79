"""Running works, such as surveys, on the front page: how each ends, in words, and those that end soon with many shops
missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.authored import Authored
from console.menu import Look, Waiting
from console.rules.visitors import Visitor
from foundation.clock import day_in, when
from wechat_bot.services import Services

#: Running works that the tile looks at, and those it names.
LOOKED_AT, ON_TILE = 50, 4
#: Works ending soon that the front page names.
NAMED = 5
#: Share of the asked shops below which a work is listed: paper surveys of this trade came back to 78 in a hundred.
ENOUGH = 0.75


class RunningWork(Protocol):
    """Line of a list of works, of those that run."""

    @property
    def closes_at(self) -> datetime | None: ...


Line = TypeVar("Line", bound=RunningWork)


@dataclass(frozen=True, slots=True)
class EndingWork:
    """Work that ends soon: of all shops that were asked, how many took part."""

    id: int
    title: str
    closes_at: datetime
    asked: int
    took_part: int


def ending(
    session: Session, kind: type[Authored], asked: Any, took_part: Any, *, now: datetime, zone: ZoneInfo
) -> list[EndingWork]:
    """Return open works that end today or tomorrow, the soonest first; both figures are read from counters."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = session.execute(
        select(kind.id, kind.title, kind.closes_at, asked, took_part)
        .where(kind.version_id.is_not(None), kind.closes_at > now, kind.closes_at <= midnight + timedelta(days=2))
        .where(func.coalesce(kind.opens_at, now) <= now)
        .order_by(kind.closes_at, kind.id)
        .limit(NAMED)
    )
    return [EndingWork(*row) for row in rows]


def missing(found: Sequence[EndingWork]) -> dict[int, int]:
    """Return how many of all shops are missing, by work; those with enough are left out.

    >>> from functools import partial
    >>> of_ten = partial(EndingWork, title="测试", closes_at=datetime(2026, 12, 1), asked=10)
    >>> missing([of_ten(3, took_part=7), of_ten(4, took_part=8)])
    {3: 3}
    """
    return {each.id: each.asked - each.took_part for each in found if each.took_part < ENOUGH * each.asked}


def needs(
    find: Callable[..., list[EndingWork]],
    missing_of: Callable[..., Mapping[int, int]],
    *,
    sentence: str,
    small: str,
    url: Callable[[int], str],
    button: str,
    icon: str,
) -> Look:
    """Return what looks for works that end soon and lack shops, for the front page: of all shops, or of the visitor's
    own. `find` gives the works as `ending` does, `missing_of` how many of a visitor's shops each lacks; `sentence`
    takes a title and the words of its end, `small` both figures of all shops."""

    def look(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
        zone, today, waiting = services.zone, day_in(now, services.zone), []
        found = find(session, now=now, zone=zone)
        lacking = missing(found) if visitor.is_company_wide else missing_of(session, visitor, found, today=today)
        for each in found:
            if not lacking.get(each.id):
                continue
            closes_at = each.closes_at.astimezone(zone)
            is_today = closes_at.date() == today
            said = sentence.format(each.title, f"{'今天' if is_today else '明天'} {closes_at:%H:%M} 结束")
            figures = small.format(each.took_part, each.asked) if visitor.is_company_wide else ""
            waiting.append(Waiting(lacking[each.id], said, url(each.id), figures, button, icon, is_today))
        return waiting

    return look


def tile(found: Sequence[Line], figures: Callable[[Line], Any], *, now: datetime, zone: ZoneInfo) -> Mapping[str, Any]:
    """Return the values of a tile: the running works that end first, each with its figures and its end in words; and
    how many run."""
    soonest = sorted(found, key=lambda each: (each.closes_at is None, each.closes_at or now))
    lines = [(each, figures(each), *ends(each.closes_at, now, zone)) for each in soonest[:ON_TILE]]
    return {"lines": lines, "running": len(found)}


def ends(closes_at: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[str, bool]:
    """Return when a work ends, in words, and whether that is soon."""
    if closes_at is None:
        return "不限时间", False
    left = (day_in(closes_at, zone) - day_in(now, zone)).days
    return (f"还有 {left} 天", False) if left > 1 else (f"{when(closes_at, now=now, zone=zone)} 结束", True)
