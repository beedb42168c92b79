"""Console list of surveys."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, authored_lists, fields, running
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import Visitor
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Percent
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import listing, part
from surveys.queries.listing import SurveyLine
from wechat_bot.services import Services, current_services

#: Months that the list can be narrowed to, from this one back.
MONTHS = 18


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[SurveyLine]:
    states = [each for each in AuthoredState if each == asked.given.get("state")]
    since, before = _month(asked.given.get("month", ""), asked.services.zone)
    return listing.page(
        asked.session,
        now=asked.now,
        search=asked.search,
        states=states,
        since=since,
        before=before,
        cursor=cursor,
        limit=limit,
    )


def _month(written: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the beginning and the end of a month; neither where nothing of the kind was asked for.

    >>> _month("2026-12", ZoneInfo("Asia/Shanghai"))[1].isoformat(), _month("so", ZoneInfo("Asia/Shanghai"))
    ('2026-12-31T16:00:00+00:00', (None, None))
    """
    try:
        first = fields.day(f"{written}-01")
    except Refused:
        return None, None
    if first is None:
        return None, None
    begin = datetime.combine(first, time(), zone)
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _months(asked: Asked) -> list[tuple[str, str]]:
    """Return the months to choose among, this one first."""
    this = asked.today.year * 12 + asked.today.month - 1
    found = [divmod(month, 12) for month in range(this, this - MONTHS, -1)]
    return [(f"{year}-{month + 1:02}", f"{year} 年 {month + 1} 月") for year, month in found]


def _is_whole(asked: Asked) -> bool:
    """Whether the list shows figures: they are the whole company's, and a visitor who sees a part finds theirs on each
    survey's page."""
    return asked.visitor.is_company_wide


def _figure(name: str, label: str, value: Callable[[SurveyLine], Any], *, is_shown: bool = True) -> Column[SurveyLine]:
    return Column(name, label, value, is_number=True, on_phone=label, seen_if=_is_whole, width=10, is_shown=is_shown)


SURVEYS: Listing[SurveyLine] = Listing(
    name="surveys.list",
    title="微调查",
    see=SURVEYS_SEE,
    unit="份",
    search="标题",
    filters=(
        authored_lists.STATE,
        Filter("month", "月份", "全部月份", _months),
    ),
    columns=(
        *authored_lists.BEGIN,
        Column("anonymous", "匿名", lambda line: "是" if line.is_anonymous else "", is_shown=False, width=8),
        *authored_lists.WINDOW,
        _figure("sent", "发放", lambda line: line.sent),
        _figure("returned", "回收", lambda line: line.returned),
        _figure(
            "return_share",
            "回收率",
            lambda line: None if line.return_share is None else Percent(line.return_share),
        ),
        _figure("valid", "有效", lambda line: line.valid),
        _figure(
            "valid_share",
            "有效率",
            lambda line: None if line.valid_share is None else Percent(line.valid_share),
            is_shown=False,
        ),
        Column("actions", "", lambda line: "", is_for_file=False, style="text-nowrap"),
    ),
    find=_find,
    nothing=("还没有调查", "营销人员发布调查后，会列在这里。"),
    nothing_left=("没有符合的调查", "换一个条件，或清除筛选再看。"),
    export=SURVEYS_EXPORT,
)
FOUND = authored_lists.finder(
    "调查", SURVEYS_SEE, listing.page, of="surveys_pages", noun="survey", icon="clipboard-list", order=30, unit="份"
)


@access.allow(SURVEYS_SEE)
def survey_list() -> ResponseReturnValue:
    """List every survey with its state and figures, the newest first."""
    with current_services().reading() as session:
        return render_template("surveys/console/list.html", shown=looking.look(SURVEYS, session))


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return the surveys that are running, those that end first in front, with their return: of all shops, or of the
    visitor's own. Of an anonymous survey a part of the shops is told nothing."""
    today = day_in(now, services.zone)

    def figures(each: SurveyLine) -> tuple[int, int] | None:
        if visitor.is_company_wide:
            return each.sent, each.returned
        own = None if each.is_anonymous else part.sent_and_returned(session, visitor, each.id, today=today)
        return own if own and own[0] else None

    found = listing.surveys(session, now=now, states=[AuthoredState.OPEN], limit=running.LOOKED_AT)
    return running.tile(found, figures, now=now, zone=services.zone)
