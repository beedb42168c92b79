"""Console list of the shops that a push did not reach, with the reason and their errand; as a file, too."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from broadcasts.actions.answering import about
from broadcasts.models.pushes import Push
from broadcasts.permissions import PUSHES_EXPORT, PUSHES_SEE
from broadcasts.queries import missed as queries
from broadcasts.queries import report
from broadcasts.queries.missed import MissedLine
from broadcasts.queries.pushes import campaign_of
from broadcasts.queries.report import ReportScope
from broadcasts.texts import report as texts
from broadcasts.texts.pushes import NO_SUCH
from campaigns.models import Campaign, Recipient
from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import Visitor
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import whole_number
from people import errands, visibility
from people.models import Retailer
from people.pages import filters
from people.texts import licence
from wechat_bot.services import current_services

#: The filter by reason.
WHY = "why"


def narrowed(
    session: Session, visitor: Visitor, given: Mapping[str, str], *, today: date
) -> tuple[ReportScope, Sequence[ColumnElement[bool]], str]:
    """Return what of a missed list a visitor sees and has narrowed it to: the scope, further conditions, the reason."""
    found: list[ColumnElement[bool]] = []
    if (area_id := whole_number(given.get(filters.AREA.name, ""))) is not None:
        # By the area of that time, as the figures are.
        found.append(Recipient.area_id.in_(sorted(visibility.with_sub_areas(session, [area_id]))))
    if (class_id := whole_number(given.get(filters.CLASS.name, ""))) is not None:
        found.append(Retailer.class_id == class_id)
    if (manager_id := whole_number(given.get(filters.MANAGER.name, ""))) is not None:
        found.append(Recipient.manager_id == manager_id)
    return report.scope(session, visitor, today=today), found, given.get(WHY, "")


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[MissedLine]:
    push_id = asked.of["push_id"]
    campaign = campaign_of(asked.session, push_id)
    if campaign is None:
        raise Refused(NO_SUCH)
    seen, conditions, why = narrowed(asked.session, asked.visitor, asked.given, today=asked.today)
    return queries.page(
        asked.session, campaign, seen, conditions, why=why, source=about(push_id), cursor=cursor, limit=limit
    )


def _whys(asked: Asked) -> Sequence[tuple[str, str]]:
    """Return the reasons that occur in this push, as far as the visitor sees it."""
    seen = report.scope(asked.session, asked.visitor, today=asked.today)
    campaign = campaign_of(asked.session, asked.of["push_id"])
    if campaign is None:
        return []
    figures = report.figures_of(asked.session, campaign, seen)
    names = [*figures.reasons, *figures.not_arrived_by_name(), *(["unsure"] if figures.unsure else [])]
    return [(name, texts.REASONS.get(name, name)) for name in names]


def errand_said(line: MissedLine) -> str:
    """Return how far the errand of a shop is, in words."""
    if line.errand_id is None:
        return ""
    if line.done_at is None:
        return f"还没有办，{line.due_on.month} 月 {line.due_on.day} 日前" if line.due_on else "还没有办"
    if line.done_how == errands.ErrandEnd.OPENED:
        return "自己打开了，不用办"
    return f"办完：{errands.WORDS[line.done_how or '']}"


MISSED: Listing[MissedLine] = Listing(
    name="broadcasts.missed",
    title="没有收到的店",
    unit="家",
    see=PUSHES_SEE,
    size=queries.PAGE,
    filters=(*filters.OF_WHOM, Filter(WHY, "为什么", "全部原因", _whys)),
    means=lambda asked: f"推送 {asked.of['push_id']}",
    columns=(
        Column("shop", "店名", lambda line: line.shop, href=filters.page_of, style="lead", width=24),
        Column("licence", "许可证号", lambda line: licence(line.licence), is_spare=True, width=20),
        Column("keeper", "店主", lambda line: line.keeper, is_spare=True, is_shown=False, width=12),
        Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE, style="text-nowrap", width=16),
        Column("class", "类型", lambda line: line.class_name, is_spare=True),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("why", "为什么", lambda line: texts.REASONS.get(line.why, line.why), style="text-nowrap", width=20),
        Column("manager", "客户经理", lambda line: line.manager, style="text-nowrap", width=12),
        Column("errand", "交办", errand_said, style="text-nowrap", width=24),
        Column("done", "哪天办的", lambda line: line.done_at, style="text-nowrap", is_spare=True, width=18),
    ),
    find=_find,
    nothing=("都收到了", "没有哪一家店没有收到。"),
    nothing_left=("没有符合的店", "换一个条件再看。"),
    export=PUSHES_EXPORT,
)


@access.allow(PUSHES_SEE)
def push_missed(push_id: int) -> ResponseReturnValue:
    """List the shops that a push did not reach. Seeing them is written to the audit log."""
    with current_services().reading() as session:
        push = session.get(Push, push_id)
        if push is None:
            abort(404)
        if push.is_to_staff:
            return redirect(url_for("broadcasts_pages.push_staff", push_id=push_id))
        shown = looking.look(MISSED, session)
        said = MISSED.said(shown.asked)
    act.seen("push.missed", about(push_id), said)
    return render_template("broadcasts/console/missed.html", push=push, shown=shown)


def first(session: Session, campaign: Campaign, seen: ReportScope, push_id: int, most: int) -> Sequence[MissedLine]:
    """Return the first shops of the list, for the report."""
    return queries.page(session, campaign, seen, source=about(push_id), limit=most).lines
