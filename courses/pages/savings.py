"""Console page of what gatherings cost, by which the money saved is reckoned."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act, fields
from console.stamps import Editable, Kept
from courses.actions import savings as actions
from courses.models.figures import SavingRate
from courses.permissions import COURSES_WRITE
from courses.queries import report
from courses.rules import saving
from foundation.clock import day_in
from foundation.errors import Refused
from wechat_bot.services import current_services

#: Months ahead that can be chosen.
MONTHS = 12
ABOUT = "course:savings"


@access.allow(COURSES_WRITE)
def savings() -> ResponseReturnValue:
    """Show what gatherings cost from which months on, and set it."""
    return act.form(_set, _page)


def _set() -> ResponseReturnValue:
    form, today = request.form, _today()
    edited = Editable(ABOUT, select(SavingRate.from_on), _kept)
    with act.transaction(over=edited) as (session, now, note):
        from_on = fields.choice(form.get("from", ""), _months(today), "请选从哪个月起。")
        shop_yuan = fields.number(form.get("shop", ""), "每家店")
        venue_yuan = fields.number(form.get("venue", ""), "每场场地")
        venues = fields.number(form.get("venues", ""), "一年少办几场")
        actions.set_rate(
            session,
            date.fromisoformat(f"{from_on}-01"),
            shop_yuan=shop_yuan,
            venue_yuan=venue_yuan,
            venues=venues,
            who=access.visitor().name,
            today=today,
            now=now,
        )
        note("course.savings", detail=f"{from_on} 起每家店 {shop_yuan} 元，每场 {venue_yuan} 元，{venues} 场")
    return act.done(url_for("courses_pages.savings"), "节省标准已保存。")


def _page(error: Refused | None) -> str:
    today = _today()
    with current_services().reading() as session:
        rates, kept = report.rates(session), _kept(session)
        saved = sum(report.saved_by_courses(session, today.year).values())
    return render_template(
        "courses/console/savings.html",
        rates=rates,
        first=saving.FIRST,
        now=saving.rate_in(rates, saving.month_of(today)),
        months=[(each, f"{each[:4]} 年 {int(each[5:])} 月") for each in _months(today)],
        saved=saved,
        kept=kept,
        error=error,
    )


def _kept(session: Session) -> Kept:
    return {
        f"{each.from_on:%Y-%m}": f"每家店 {each.shop_yuan} 元，每场 {each.venue_yuan} 元，{each.venues} 场"
        for each in report.rates(session)
    }


def _months(today: date) -> list[str]:
    """Return this month and the next ones, as the form has them."""
    months = [today.year * 12 + today.month - 1 + ahead for ahead in range(MONTHS)]
    return [f"{each // 12}-{each % 12 + 1:02}" for each in months]


def _today() -> date:
    services = current_services()
    return day_in(services.clock(), services.zone)
