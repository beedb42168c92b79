"""Console page of what became of a push: from the audience to the act, why it was missed, by area, and handed over."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import by_hand, handing
from broadcasts.actions.answering import about
from broadcasts.pages import missed
from broadcasts.permissions import PUSHES_SEE, PUSHES_WRITE
from broadcasts.queries import report as queries
from broadcasts.queries.pushes import campaign_of, is_to_staff
from broadcasts.queries.report import PushReport
from broadcasts.rules import states
from broadcasts.rules.figures import share
from broadcasts.texts import calendar as calendar_texts
from broadcasts.texts import report as texts
from broadcasts.texts.pushes import NO_SUCH
from campaigns import kinds
from campaigns.openings import HOURS
from console import access, act
from console.charts import Chart, ChartKind, Series, Shape
from foundation.clock import day_in
from foundation.errors import Refused
from people import errands
from people.models import Retailer
from wechat_bot.mass.models import MassState
from wechat_bot.services import current_services

#: Shops of the missed list that the report itself shows.
SHOWN = 5
#: Days that managers have for what is handed over to them.
DAYS = 5


@access.allow(PUSHES_SEE)
def push_report(push_id: int) -> ResponseReturnValue:
    """Show what became of a push, of the visitor's shops. Seeing it is written to the audit log."""
    services, me = current_services(), access.visitor()
    with services.reading() as session:
        if is_to_staff(session, push_id):
            return redirect(url_for("broadcasts_pages.push_staff", push_id=push_id))
        today = day_in(services.clock(), services.zone)
        seen = queries.scope(session, me, today=today)
        found = queries.report(session, push_id, seen)
        if found is None:
            abort(404)
        given = errands.figures(session, about(push_id), None if seen.is_whole else _shops(seen))
        campaign = campaign_of(session, push_id)
        lines = missed.first(session, campaign, seen, push_id, SHOWN) if campaign is not None else ()
        compared = queries.compared(session, push_id) if seen.is_whole else []
        account = queries.account_figures(session, push_id) if seen.is_whole else None
        by = request.args.get("by", "")
        is_by_area = not seen.is_whole or by not in queries.DIVISIONS or by == "area"
        division = queries.by_areas(found) if is_by_area else queries.divided(session, found, by)
    act.seen("push.report", about(push_id), found.title)
    return render_template(
        "broadcasts/console/report.html",
        found=found,
        figures=found.figures,
        word=states.WORDS[found.state],
        is_whole=seen.is_whole,
        funnel=(funnel := _funnel(found)),
        funnel_rows=[(word, figure, said or "—") for word, _, figure, said in funnel],
        reasons=(reasons := _reasons(found)),
        reason_rows=[(words, f"{number:,}") for _, words, number, _ in reasons],
        ways=_ways(found),
        curve=_curve(found, services.clock()),
        refused_parts=[each for each in found.figures.parts if each.state is MassState.REFUSED],
        compared=_compared(found, compared),
        earlier=compared,
        given=given,
        errand_words=errands.WORDS,
        errand_said=missed.errand_said,
        divided=division,
        divisions=queries.DIVISIONS if seen.is_whole else {},
        lines=lines,
        account=account,
        token=secrets.token_urlsafe(12),
        part_words=texts.PARTS,
        texts=texts,
        share=share,
        why=texts.REASONS,
        unnamed=sum((part.total or 0) - (part.filtered or 0) for part in found.figures.parts if part.total is not None),
    )


@access.allow(PUSHES_WRITE)
def push_hand_over(push_id: int) -> ResponseReturnValue:
    """Hand the shops that missed a push over to their managers; pressed again it makes none twice."""
    services, me = current_services(), access.visitor()
    with act.transaction() as (session, now, note):
        today = day_in(now, services.zone)
        asked = missed.narrowed(session, me, request.form, today=today)
        due_on = today + timedelta(days=DAYS)
        made = handing.hand_over(session, push_id, *asked, due_on=due_on, by=me.name, now=now)
        note("push.hand_over", about(push_id), f"{made} 件")
    said = f"已交给客户经理 {made:,} 件，请在 {due_on.month} 月 {due_on.day} 日前办。" if made else "都已经交过了。"
    return act.done(url_for("broadcasts_pages.push_report", push_id=push_id), said)


@access.allow(PUSHES_WRITE)
def push_by_hand(push_id: int) -> ResponseReturnValue:
    """Book a mass message that staff sent to everybody in WeChat's own console this month."""
    with act.transaction() as (session, now, note):
        token = request.form.get("token", "")[:40] or None
        if campaign_of(session, push_id) is None:
            raise Refused(NO_SUCH)
        context = kinds.context(current_services(), now)
        noted = by_hand.note(session, None, by=access.visitor().name, token=token, context=context)
        note("push.by_hand", about(push_id), f"{noted.count} 人")
    told = calendar_texts.noted("所有关注的人", noted.count, is_whole=noted.is_booked)
    return act.done(url_for("broadcasts_pages.push_report", push_id=push_id), told)


def _shops(seen: queries.ReportScope) -> Any:
    return seen.shops if seen.shops is not None else Retailer.area_id.in_(sorted(seen.areas or ()))


def _funnel(found: PushReport) -> list[tuple[str, int, str, str]]:
    figures = found.figures
    parts = sum(1 for part in figures.parts)
    how = "、".join(each for each in (f"群发 {parts} 批" if parts else "", "单发" if figures.singles else "") if each)
    delivered = share(figures.delivered, figures.accepted)
    return [
        ("对象", figures.audience, f"{figures.audience:,}", ""),
        ("应发", figures.meant, f"{figures.meant:,}", f"{figures.left_out:,} 家不能发" if figures.left_out else ""),
        ("微信已收下", figures.accepted, f"{figures.accepted:,}", how),
        (
            "送达" if figures.is_exact else "送达，最多",
            figures.delivered,
            f"{figures.delivered:,}",
            "" if delivered is None else f"送达率 {100 * delivered:.1f}%",
        ),
        ("行动", figures.acted, f"{figures.acted:,}", "点按钮、回复、留言"),
    ]


def _reasons(found: PushReport) -> list[tuple[str, str, int, str]]:
    """Return why it was missed: the reason's name, its words, how many, and the shade of the bar."""
    figures = found.figures
    lost, left_out = figures.not_arrived_by_name(), figures.reasons
    numbers = {name: left_out.get(name, 0) + lost.get(name, 0) for name in {**left_out, **lost}}
    shades = {**dict.fromkeys(lost, "c-4"), **dict.fromkeys(left_out, "c-0"), **dict.fromkeys(texts.AVOIDABLE, "c1")}
    if figures.unsure:
        numbers["unsure"], shades["unsure"] = figures.unsure, "c-4"
    rows = [(name, texts.REASONS.get(name, name), number, shades[name]) for name, number in numbers.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _ways(found: PushReport) -> list[tuple[str, str, int, int, int, int]]:
    """Return how it was sent: by messages of their own, and by parts."""
    figures = found.figures
    rows = []
    if figures.singles:
        alone = figures.alone
        rows.append(("单发", "48 小时内聊过", alone.singles, alone.delivered, alone.not_arrived, alone.unsure))
    if figures.parts:
        parts = figures.in_mass
        lost = parts.not_arrived + parts.lost
        rows.append(("群发", f"{len(figures.parts)} 批", parts.meant, parts.delivered, lost, parts.unsure))
    return rows


def _curve(found: PushReport, now: datetime) -> Chart | None:
    """Return how many had opened by each hour: from nobody at the push's moment up to now, or to the third day."""
    if not found.hours:
        return None
    by_hour = {each.hour: each.opened for each in found.hours}
    last = max(*by_hour, min((now - found.due_at) // timedelta(hours=1), HOURS))
    labels, values = ["发出时"], [0]
    for hour in range(last + 1):
        labels.append(_hour(hour))
        values.append(by_hour.get(hour, values[-1]))
    said = f"打开的家数，累计：{'，'.join(f'{label} {n}' for label, n in zip(labels, values, strict=True))}。"
    opened = Series("打开", tuple(map(float, values)), Shape.LINE)
    return Chart(ChartKind.TIME, "opens", said, "发出以后", tuple(labels), (opened,))


def _hour(hour: int) -> str:
    return "3 天以后" if hour >= HOURS else f"{hour + 1} 小时内"


def _compared(found: PushReport, earlier: Sequence[queries.Compared]) -> list[tuple[str, float | None, str, str]]:
    rows = [(found.title, found.due_at, found.figures), *((each.title, each.due_at, each.figures) for each in earlier)]
    if len(rows) < 2:
        return []
    result = []
    for n, (title, at, figures) in enumerate(rows):
        rate = share(figures.opened_alone, figures.known)
        label = f"{title} {at.month}/{at.day}"
        said = "—" if rate is None else f"{100 * rate:.1f}%"
        result.append((label, rate, said, "c1" if n == 0 else "c-before"))
    return result
