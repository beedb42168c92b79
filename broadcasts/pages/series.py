"""Console pages of series: the list, and one with its occurrences and who approved it."""

from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from broadcasts.actions import checking, series
from broadcasts.models.pushes import Push
from broadcasts.models.series import PushSeries
from broadcasts.pages.pushes import COLOURS
from broadcasts.permissions import PUSHES_APPROVE, PUSHES_EXPORT, PUSHES_SEE, PUSHES_WRITE
from broadcasts.queries import pushes as push_queries
from broadcasts.queries import series as queries
from broadcasts.queries.series import SeriesLine
from broadcasts.texts import pushes as push_texts
from broadcasts.texts import series as texts
from campaigns.approving import CampaignAuthor
from console import access, act, fields
from console.lists import looking
from console.lists.listing import Asked, Column, LineLink, Listing
from console.stamps import Editable
from foundation import calendar as hours
from foundation.calendar import WEEKDAYS
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people.working_time import company
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[SeriesLine]:
    return queries.page(asked.session, search=asked.search, cursor=cursor, limit=limit)


SERIES: Listing[SeriesLine] = Listing(
    name="broadcasts.series",
    title="系列",
    see=PUSHES_SEE,
    unit="个",
    search="名称",
    columns=(
        Column(
            "name",
            "名称",
            lambda line: line.name,
            href=LineLink("broadcasts_pages.one_series", "series_id", lambda line: line.id),
            width=24,
        ),
        Column("rule", "规则", lambda line: line.said, width=30),
        Column("title", "照哪一条", lambda line: line.title or "没有标题", width=30),
        Column("until", "到哪天", lambda line: line.until, is_spare=True),
        Column("approved", "谁批准的", lambda line: line.approved_by or "", width=12),
        Column(
            "state",
            "状态",
            lambda line: "已结束" if line.ended_at else "在发",
            colour=lambda line: "" if line.ended_at else "good",
            width=10,
        ),
    ),
    find=_find,
    nothing=("还没有系列", "每周、每月或节日前要发的，写一次，到日子前两周自动写好，等人审批。"),
    nothing_left=("没有符合的系列", "换一个名称再找。"),
    export=PUSHES_EXPORT,
)


@access.allow(PUSHES_SEE)
def series_list() -> ResponseReturnValue:
    """List the series, the newest first."""
    with current_services().reading() as session:
        return render_template("broadcasts/console/series_list.html", shown=looking.look(SERIES, session))


@access.allow(PUSHES_SEE)
def one_series(series_id: int) -> ResponseReturnValue:
    """Show a series: its rule, who approved what, its next days, its occurrences with their pushes."""
    return _page(series_id, None)


@access.allow(PUSHES_APPROVE)
def approve_series(series_id: int) -> ResponseReturnValue:
    """Approve a series with what its model says now: its occurrences need no approval of their own then."""
    return act.form(partial(_approve, series_id), partial(_page, series_id))


@access.allow(PUSHES_WRITE)
def settle_series(series_id: int) -> ResponseReturnValue:
    """Say on which day an occurrence is that depends on holidays nobody has published."""
    return act.form(partial(_settle, series_id), partial(_page, series_id))


@access.allow(PUSHES_WRITE)
def end_series(series_id: int) -> ResponseReturnValue:
    """End a series: nothing more is made."""
    return act.form(partial(_end, series_id), partial(_page, series_id))


def _approve(series_id: int) -> ResponseReturnValue:
    services = current_services()
    with act.transaction() as (session, now, note):
        at, who = checking.circumstances(services, now), CampaignAuthor.of(access.visitor())
        seen, is_aware = request.form.get("seen", ""), bool(request.form.get("aware"))
        series.approve(session, series_id, seen=seen, is_aware=is_aware, who=who, at=at)
        note("series.approve", f"series:{series_id}")
    return act.done(here(series_id), "已批准。内容、对象和规则不变，以后每一次都不用再审批。")


def _settle(series_id: int) -> ResponseReturnValue:
    services = current_services()
    wanted_on, day_on = (fields.day(request.form.get(name, "")) for name in ("wanted", "day"))
    if wanted_on is None or day_on is None:
        raise Refused(texts.NO_DAY)
    with act.transaction() as (session, now, note):
        at, who = checking.circumstances(services, now), CampaignAuthor.of(access.visitor())
        series.settle(session, series_id, wanted_on, day_on, who=who, at=at)
        note("series.settle", f"series:{series_id}", f"{wanted_on} 的一次定在 {day_on}")
    return act.done(here(series_id), f"定在 {day_on.month} 月 {day_on.day} 日。")


def _end(series_id: int) -> ResponseReturnValue:
    with act.transaction(over=editable(series_id)) as (session, now, note):
        series.end(session, series_id, now=now)
        note("series.end")
    return act.done(here(series_id), "系列已经结束，不再写新的。已经写好的推送还在，不要的可以取消。")


def editable(series_id: int) -> Editable:
    """What a form of a series is made over."""
    rows = select(PushSeries.id).where(PushSeries.id == series_id)
    return Editable(f"series:{series_id}", rows, lambda session: _kept(queries.find(session, series_id)))


def _kept(line: SeriesLine | None) -> dict[str, str]:
    if line is None:
        raise Refused(texts.NO_SUCH)
    return queries.kept(line)


def _page(series_id: int, error: Refused | None) -> str:
    services, visitor = current_services(), access.visitor()
    now = services.clock()
    today = day_in(now, services.zone)
    with services.reading() as session:
        found, kept = queries.find(session, series_id), session.get(PushSeries, series_id)
        if found is None or kept is None:
            abort(404)
        made, works = queries.made(session, series_id), company.calendar(session, services.zone)
        has_no_hand = push_queries.may_approve(session, found.push_id, visitor.user_id)
        values = {
            "seen": series.digest(session, kept),
            "is_approved": series.is_approved(session, kept),
            "model": push_queries.detail(session, found.push_id),
            "approvers": push_queries.approvers(session, found.push_id, [*PUSHES_APPROVE.roles]),
            "may_decide": visitor.may(PUSHES_APPROVE) and has_no_hand and found.ended_at is None,
            "pointed_out": checking.advertises(session, session.get_one(Push, found.push_id)),
        }
    done = {each.wanted_on for each in made if not each.is_asked}
    local = now.astimezone(services.zone)
    planned = () if found.ended_at else queries.next_days(found.rule, found.at, found.until, local, works)
    return render_template(
        "broadcasts/console/series.html",
        series=found,
        kept=queries.kept(found),
        made=made,
        planned=[each for each in planned if each.wanted_on not in done],
        unknown=lambda day: not hours.knows(works, day.year),
        today=today,
        colours=COLOURS,
        weekdays=WEEKDAYS,
        law=push_texts.LAW,
        error=error,
        **values,
    )


def here(series_id: int) -> str:
    """The address of a series."""
    return url_for("broadcasts_pages.one_series", series_id=series_id)
