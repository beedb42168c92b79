"""Tile of the front page: what each service brought about this month, beside the same days of the last one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console import access
from console.rules.visitors import Visitor
from effect.queries import groups, looking
from effect.rules import figures, months
from effect.texts import month as texts
from foundation.clock import day_in
from wechat_bot.services import Services

#: Figures of a service: more do not stand beside each other.
MOST = 2


def five_services(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any] | None:
    """Tile: a row for each service; None where the visitor sees no shops, or nothing was counted this month."""
    group = groups.own(session, visitor)
    if group is None:
        return None
    month = months.current(now, services.zone)
    shown = looking.of_group(session, services, access.extensions().features, month, group, "", now=now)
    rows = [
        (section.service, [row for row in section.rows if row.measure.is_headline and row.found.fact][:MOST])
        for section in shown.sections
        if visitor.may(section.service.permission)
    ]
    rows = [(service, found) for service, found in rows if found]
    if not rows:
        return None
    return {
        "rows": rows,
        "days": texts.days(day_in(now, services.zone)),
        "whose": group.label,
        "at": shown.state.filed_at,
        "figures": figures,
    }
