"""Console pages of invitations to a survey, and of when its results are published."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import inviting as pages
from campaigns.inviting import Invitable, Inviting
from console import access, act, fields
from console.authored import AuthoredState
from console.stamps import Editable
from people.picker.short import Picker
from surveys.actions import inviting
from surveys.actions.waves import KINDS
from surveys.models import Survey
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import inviting as queries
from surveys.queries.detail import SurveyDetail, detail
from surveys.texts import chat
from surveys.texts.figures import OUTCOMES, REASONS
from wechat_bot.services import current_services

PICKER = Picker(
    ("class", "area", "manager", "tag", "audience"), "全部还没填写的", legend="邀请谁", asks="请选择邀请谁。"
)


def _invitable(session: Session, survey_id: int, now: datetime) -> Invitable | None:
    found = detail(session, survey_id, now=now)
    return None if found is None else Invitable(found.id, found.title, found.state, found.waves, found.is_anonymous)


def _page(survey_id: int, values: Mapping[str, Any]) -> str:
    zone, found = current_services().zone, _found(survey_id)
    with current_services().reading() as session:
        kept = _results(survey_id, session)
    at = found.results_at
    local = f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""
    return render_template("surveys/console/invitations.html", survey=found, kept=kept, local=local, **values)


def _wave_page(survey_id: int, values: Mapping[str, Any]) -> str:
    return render_template("surveys/console/wave.html", survey=_found(survey_id), **values)


def _found(survey_id: int) -> SurveyDetail:
    services = current_services()
    with services.reading() as session:
        found = detail(session, survey_id, now=services.clock())
    if found is None or found.state is AuthoredState.DRAFT:
        abort(404)
    return found


@access.allow(SURVEYS_WRITE)
def set_results(survey_id: int) -> ResponseReturnValue:
    """Set when the results are published and those who answered are told."""
    return act.form(partial(_set_results, survey_id), partial(pages.page_of, INVITING, survey_id))


def _set_results(survey_id: int) -> ResponseReturnValue:
    written = request.form.get("results_at", "")
    results_at = fields.moment(written, current_services().zone)
    rows = select(Survey.id).where(Survey.id == survey_id)
    edited = Editable(f"survey:{survey_id}", rows, partial(_results, survey_id))
    with act.transaction(over=edited) as (session, now, note):
        inviting.set_results(session, survey_id, results_at, now=now)
        note("survey.promise", detail=written.replace("T", " ") or "不公布")
    return act.done(INVITING.address("waves", survey_id), "公布结果的时间已保存。")


def _results(survey_id: int, session: Session) -> dict[str, str]:
    """Return in words when the results are published."""
    kept, zone = session.scalar(select(Survey.results_at).where(Survey.id == survey_id)), current_services().zone
    return {"公布结果": f"{kept.astimezone(zone):%Y-%m-%d %H:%M}" if kept else "一结束就公布"}


INVITING = Inviting(
    feature="surveys",
    topic="survey",
    noun="调查",
    does="填写",
    done="已填写",
    opens="打开",
    see=SURVEYS_SEE,
    write=SURVEYS_WRITE,
    export=SURVEYS_EXPORT,
    kinds=KINDS,
    notice="survey",
    picker=PICKER,
    outcomes=OUTCOMES,
    reasons=REASONS,
    find=_invitable,
    plan=inviting.plan,
    preview=queries.preview,
    says=chat.invitation,
    page=_page,
    wave_page=_wave_page,
)
INVITED = pages.invited(INVITING)
