"""Tiles of the front page: the last seven days of requests and answers."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from visits.queries import inbox, visibility, week
from wechat_bot.services import Services

#: Height of the highest bar in pixels.
HIGHEST = 140
WEEKDAYS = "一二三四五六日"


def promise(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return the share of first answers within the promise, and the areas that kept it least often."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    found = week.kept_promises(session, who)
    return {"total": found.total, "slowest": found.slowest, "late": inbox.counts(session, who, now=now).overdue}


def days(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return the requests and the answers of each day, with the heights of their bars."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    found = week.days(session, who)
    most = max(*(day.opened for day in found), 1)
    return {
        "days": [
            {
                **asdict(day),
                "name": "今天" if day.on == who.today else f"周{WEEKDAYS[day.on.weekday()]}",
                "came": round(HIGHEST * day.opened / most),
                "same": round(HIGHEST * day.answered / most),
            }
            for day in found
        ],
        "opened": sum(day.opened for day in found),
        "answered": sum(day.answered for day in found),
    }
