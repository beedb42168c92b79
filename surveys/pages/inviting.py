"""Console pages of invitations to a survey, and of when its results are published."""

from functools import partial
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import inviting as pages
from campaigns.invited import Inviting, invited
from console import access, act, fields
from console.stamps import Editable
from people.picker.short import Picker
from surveys.actions import inviting, waves
from surveys.models import Survey
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries.detail import SurveyDetail, detail
from surveys.texts import chat
from wechat_bot.services import current_services


def _promised(found: SurveyDetail) -> dict[str, Any]:
    """Return when the results are published, for the form."""
    zone, at = current_services().zone, found.results_at
    with current_services().reading() as session:
        kept = _results(found.id, session)
    return {"kept": kept, "local": f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""}


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
    of=waves.INVITATIONS,
    does="填写",
    done="已填写",
    opens="打开",
    see=SURVEYS_SEE,
    write=SURVEYS_WRITE,
    export=SURVEYS_EXPORT,
    picker=Picker(
        ("class", "area", "manager", "tag", "audience"), "全部还没填写的", legend="邀请谁", asks="请选择邀请谁。"
    ),
    own_reasons={"answered": "发送前已填写", "full": "名额已满"},
    detail=detail,
    head=lambda found: {"survey": found},
    plan=inviting.plan,
    says=lambda found: chat.invitation(found.title),
    more=_promised,
    is_secret=lambda found: found.is_anonymous,
    more_kinds=(waves.RESULTS,),
)
INVITED = invited(INVITING)
