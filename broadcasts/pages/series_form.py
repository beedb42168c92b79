"""Console form of a series: a new one, or one that is changed, with its next days before it is saved."""

from datetime import time
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from broadcasts.actions import series
from broadcasts.pages import series as pages
from broadcasts.permissions import PUSHES_WRITE
from broadcasts.queries import series as queries
from broadcasts.queries.series import SeriesLine
from broadcasts.rules import occurrences
from broadcasts.rules.occurrences import MOST_BEFORE, Rest
from broadcasts.texts import series as texts
from campaigns.approving import CampaignAuthor
from console import access, act, fields
from foundation import festivals
from foundation.calendar import WEEKDAYS
from foundation.errors import Refused
from foundation.text import whole_number
from people.working_time import company
from wechat_bot.services import current_services

EVERY = {"week": "每周", "month": "每月", "festival": "节日"}
RESTS = {Rest.KEEP: "照常发", Rest.MOVE: "顺延到休市以后第一个上班的日子", Rest.SKIP: "这一次不发"}


@access.allow(PUSHES_WRITE)
def new_series() -> ResponseReturnValue:
    """Begin a series with a draft as its model; its next days are shown before it is saved."""
    return act.form(_begin, partial(_page, None))


@access.allow(PUSHES_WRITE)
def change_series(series_id: int) -> ResponseReturnValue:
    """Change a series: what went out stays, what has not begun is written anew, and it needs a new approval."""
    return act.form(partial(_change, series_id), partial(_page, series_id))


def _begin() -> ResponseReturnValue:
    if request.form.get("do") == "look":
        return _page(None, None)
    push_id, given = _given()
    with act.transaction() as (session, now, note):
        series_id = series.begin(session, push_id, **given, now=now)
        note("series.begin", f"series:{series_id}", f"{given['name']}：{occurrences.words(given['rule'])}")
    return act.done(pages.here(series_id), "系列已经建好。到日子前两周，每一次都会写成一条推送，等人审批。")


def _change(series_id: int) -> ResponseReturnValue:
    if request.form.get("do") == "look":
        return _page(series_id, None)
    push_id, given = _given()
    with act.transaction(over=pages.editable(series_id)) as (session, now, note):
        cancelled = series.change(session, series_id, push_id, **given, now=now)
        note("series.change", detail=f"{given['name']}：{occurrences.words(given['rule'])}")
    return act.done(pages.here(series_id), texts.changed(cancelled))


def _given() -> tuple[int, dict[str, Any]]:
    """The model's push of the posted form, and what else it says of a series. Raises `Refused` for what is missing."""
    push_id = fields.key(request.form.get("push", ""), "推送")
    if push_id is None:
        raise Refused(texts.NO_MODEL)
    return push_id, {
        "name": request.form.get("name", ""),
        "rule": _rule(),
        "at": _time(),
        "until": fields.day(request.form.get("until", "")),
        "who": CampaignAuthor.of(access.visitor()),
        "zone": current_services().zone,
    }


def _rule() -> dict[str, Any]:
    """The rule of the posted form. Raises `Refused` where it is none."""
    given = request.form
    rule: dict[str, Any] = {
        "every": given.get("every", ""),
        "rest": fields.choice(given.get("rest", Rest.KEEP), [*Rest], texts.NO_REST).value,
    }
    match rule["every"]:
        case "week":
            rule["weekday"] = whole_number(given.get("weekday", ""))
        case "month":
            rule["day"] = fields.number(given.get("day", ""), "几号")
        case "festival":
            rule |= {
                "festival": given.get("festival", ""),
                "before": fields.number(given.get("before", ""), "提前几天"),
            }
    occurrences.check(rule)
    return rule


def _time() -> time:
    try:
        return time.fromisoformat(request.form.get("at", "").strip().replace("：", ":"))
    except ValueError:
        raise Refused(texts.NO_TIME) from None


def _page(series_id: int | None, error: Refused | None) -> str:
    services = current_services()
    now = services.clock().astimezone(services.zone)
    given = {"every": "week", "weekday": "0", "day": "1", "before": "2", "at": "09:00", "rest": Rest.MOVE}
    with services.reading() as session:
        found = _found(session, series_id)
        given |= _of_series(found) if found else {"push": request.args.get("push", "")}
        models, works = (
            queries.models(session, found.push_id if found else None),
            company.calendar(session, services.zone),
        )
    given |= request.form.to_dict()
    planned, why = [], ""
    try:
        if request.method == "POST":
            planned = [*queries.next_days(_rule(), _time(), fields.day(given.get("until", "")), now, works)]
    except Refused as refusal:
        why = refusal.sentence
    return render_template(
        "broadcasts/console/series_form.html",
        series=found,
        kept=queries.kept(found) if found else {},
        here=url_for("broadcasts_pages.change_series", series_id=series_id)
        if series_id
        else url_for("broadcasts_pages.new_series"),
        given=given,
        models=models,
        planned=planned,
        why=why if error is None else "",
        is_looked=request.method == "POST",
        every=EVERY,
        rests=RESTS,
        weekdays=WEEKDAYS,
        festivals=[*festivals.FESTIVALS],
        most_before=MOST_BEFORE,
        error=error,
    )


def _found(session: Session, series_id: int | None) -> SeriesLine | None:
    """The series that is changed, if one is; answers 404 where there is none, or it has ended."""
    if series_id is None:
        return None
    found = queries.find(session, series_id)
    if found is None or found.ended_at is not None:
        abort(404)
    return found


def _of_series(line: SeriesLine) -> dict[str, str]:
    """A series as the fields of its form."""
    rule = {key: str(value) for key, value in line.rule.items()}
    until = str(line.until or "")
    return {
        "rest": Rest.KEEP,
        **rule,
        "name": line.name,
        "push": str(line.push_id),
        "at": f"{line.at:%H:%M}",
        "until": until,
    }
