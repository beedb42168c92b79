"""Console pages of invitations: planned with a preview of whom they would reach; the outcome of each wave, and its
shops."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import progress, steering
from campaigns.models import CampaignState, Outcome
from campaigns.preview import Preview
from campaigns.rules import ACTED, DUE, OPENED
from campaigns.texts import STATES
from console import access, act, fields
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.stamps import Editable
from foundation.clock import when
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.quiet import put_off_until
from people.pages import filters
from people.picker import form, short
from people.picker.form import Loader
from people.picker.short import Picker
from people.texts import licence
from surveys.actions import inviting
from surveys.models import Survey
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import inviting as queries
from surveys.queries.detail import SurveyDetail, detail
from surveys.queries.inviting import Invited, WaveLine
from surveys.rules.waves import MOST_REMINDERS, RESULTS
from surveys.texts import chat
from surveys.texts.figures import OUTCOMES, REASONS
from wechat_bot.services import Services, current_services

COLOURS = {
    CampaignState.LISTING: "good",
    CampaignState.SENDING: "good",
    CampaignState.PAUSED: "warn",
    CampaignState.SENT: "accent",
    CampaignState.BROKEN: "bad",
}
STEPS: Mapping[str, tuple[str, Callable[..., object]]] = {
    "pause": ("暂停", steering.pause),
    "resume": ("继续", steering.resume),
    "cancel": ("取消", steering.cancel),
}
#: The steps by which another is taken back.
BACK = {"pause": "resume", "resume": "pause"}
PICKER = Picker(
    ("class", "area", "manager", "tag", "audience"), "全部还没填写的", legend="邀请谁", asks="请选择邀请谁。"
)
#: What a wave's list of shops can be narrowed to: a part, one outcome, or one reason to leave somebody out.
WHOM = {
    "": "全部",
    OPENED: "打开过",
    ACTED: "由这一次带来填写",
    **OUTCOMES,
    progress.LEFT_OUT: "没有发给",
    **{name: f"没有发给：{word}" for name, word in REASONS.items()},
}


def _narrowed(asked: Asked) -> str:
    given = asked.given.get("outcome", "")
    return ACTED if given == "answered" else given if given in WHOM else ""


def _invited(asked: Asked, cursor: Cursor, limit: int) -> Page[Invited]:
    survey_id, number, session = asked.of["survey_id"], asked.of["number"], asked.session
    survey = detail(session, survey_id, now=asked.now)
    wave = next((each for each in queries.wave_lines(session, survey_id) if each.number == number), None)
    if survey is None or wave is None or survey.is_anonymous:
        raise Refused("匿名调查不列名单。")
    narrowed, today = _narrowed(asked), asked.today
    return queries.invited(
        session, asked.visitor, wave.campaign_id, narrowed=narrowed, today=today, cursor=cursor, limit=limit
    )


def _became(line: Invited) -> str:
    return OUTCOMES[Outcome(line.outcome)] if line.outcome else REASONS[line.why or ""]


INVITED: Listing[Invited] = Listing(
    name="surveys.invited",
    title="邀请名单",
    unit="家",
    see=SURVEYS_SEE,
    means=lambda asked: f"调查 {asked.of['survey_id']} 第 {asked.of['number']} 次",
    size=queries.PAGE,
    filters=(Filter("outcome", "筛选", "全部", lambda asked: [each for each in WHOM.items() if each[0]]),),
    columns=(
        Column("licence", "许可证号", lambda line: licence(line.licence), href=filters.page_of, width=20),
        Column("shop", "店名", lambda line: line.shop, width=24),
        Column("keeper", "店主", lambda line: line.keeper, width=12),
        Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE, width=16),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("became", "送达情况", _became, width=24),
        Column("opened", "打开", lambda line: "是" if line.is_opened else "", on_phone="打开", width=8),
        Column("answered", "填写", lambda line: "是" if line.is_answered else "", on_phone="填写", width=8),
    ),
    find=_invited,
    nothing=("没有符合的店", "还没有发给谁，或您负责的店不在里面。"),
    nothing_left=("没有符合的店", "换一个条件再看。"),
    export=SURVEYS_EXPORT,
)


@access.allow(SURVEYS_SEE)
def waves(survey_id: int) -> ResponseReturnValue:
    """List every wave with its figures; with the form and a preview for a visitor who may invite."""
    page, error = _look(survey_id)
    return page, act.status(error)


@access.allow(SURVEYS_WRITE)
def invite(survey_id: int) -> ResponseReturnValue:
    """Plan an invitation, and reminders after it; or only show whom it would reach."""
    if request.form.get("do") == "look":
        return _page(survey_id, None)
    return act.form(partial(_invite, survey_id), partial(_page, survey_id))


def _invite(survey_id: int) -> ResponseReturnValue:
    services, given = current_services(), request.form
    audience = short.read(PICKER, given, services.criteria).spec
    is_later = given.get("when") == "later"
    first_at = fields.moment(given.get("first_at", ""), services.zone) if is_later else None
    if is_later and first_at is None:
        raise Refused(fields.MOMENT)
    with act.transaction() as (session, now, note):
        numbers = inviting.plan(
            session,
            survey_id,
            said=given.get("said", ""),
            first_at=first_at or now,
            reminders=fields.number(given.get("reminders", "0"), "再提醒几次"),
            every_days=fields.number(given.get("every_days", "3"), "每隔几天"),
            audience=audience,
            # The page says how many waves there were: a form sent twice must not be two invitations.
            seen=given.get("seen", -1, type=int),
            who=access.visitor().name,
            criteria=services.criteria,
            now=now,
        )
        which = f"第 {numbers[0]} 次" + (f"到第 {numbers[-1]} 次" if len(numbers) > 1 else "")
        only = "" if audience is None else f"，只给{short.words(session, audience, services.criteria)}"
        note("survey.invite", f"survey:{survey_id}", which + only)
    return act.done(_here(survey_id), f"已安排{which}邀请{only}。")


@access.allow(SURVEYS_WRITE)
def set_results(survey_id: int) -> ResponseReturnValue:
    """Set when the results are published and those who answered are told."""
    return act.form(partial(_set_results, survey_id), partial(_page, survey_id))


def _set_results(survey_id: int) -> ResponseReturnValue:
    written = request.form.get("results_at", "")
    results_at = fields.moment(written, current_services().zone)
    rows = select(Survey.id).where(Survey.id == survey_id)
    edited = Editable(f"survey:{survey_id}", rows, partial(_results, survey_id))
    with act.transaction(over=edited) as (session, now, note):
        inviting.set_results(session, survey_id, results_at, now=now)
        note("survey.promise", detail=written.replace("T", " ") or "不公布")
    return act.done(_here(survey_id), "公布结果的时间已保存。")


@access.allow(SURVEYS_WRITE)
def steer(survey_id: int, number: int) -> ResponseReturnValue:
    """Pause, resume or cancel a wave."""
    step = STEPS.get(request.form.get("do", ""))
    if step is None:
        abort(404)
    word, do = step
    said = f"{word}第 {number} 次"
    with act.transaction() as (session, now, note):
        do(session, inviting.wave(session, survey_id, number), by=access.visitor().name, now=now)
        note("survey.steer", f"survey:{survey_id}", said)
    other = BACK.get(request.form["do"])
    back = (url_for("surveys_pages.steer", survey_id=survey_id, number=number), {"do": other}) if other else None
    return act.done(_here(survey_id), f"已{said}邀请。", undo=back)


@access.allow(SURVEYS_SEE)
def wave(survey_id: int, number: int) -> ResponseReturnValue:
    """Show one wave: its figures and, for an identified survey, its shops. Seeing them is written to the audit log."""
    services = current_services()
    if request.args.get("outcome", "") not in (*WHOM, "answered"):
        abort(404)
    found, now = _find(services, survey_id), services.clock()
    with services.reading() as session:
        line = next((each for each in queries.wave_lines(session, survey_id) if each.number == number), None)
        shown = None if line is None or found.is_anonymous else looking.look(INVITED, session)
        named = "" if line is None else short.words(session, line.audience, services.criteria)
    if line is None:
        abort(404)
    if shown is not None:
        act.seen("survey.people", f"survey:{survey_id}", f"第 {number} 次邀请，{WHOM[_narrowed(shown.asked)]}")
    return render_template(
        "surveys/console/wave.html",
        survey=found,
        wave=line,
        named=named,
        shown=shown,
        outcomes=OUTCOMES,
        reasons=REASONS,
        waves=STATES,
        colours=COLOURS,
        until=_until(line, services, now),
        is_part=not access.visitor().is_company_wide,
    )


def _page(survey_id: int, error: Refused | None) -> str:
    return _look(survey_id, error)[0]


def _look(survey_id: int, error: Refused | None = None) -> tuple[str, Refused | None]:
    """Return the page of the waves, and what is wrong with its form."""
    services, me = current_services(), access.visitor()
    found, now = _find(services, survey_id), services.clock()
    is_running = found.state in (AuthoredState.OPEN, AuthoredState.WAITING)
    picked = short.read(PICKER, request.values, services.criteria)
    # The waves are shown at once, and the page asks for the preview separately: it reads up to `PREVIEWED` shops.
    counts_later = not picked.whom
    preview: Preview | None = None
    uncounted = ""
    with services.reading() as session:
        lines = queries.wave_lines(session, survey_id)
        kept = _results(survey_id, session)
        offer = short.offer(session, PICKER, picked, services.criteria, me)
        choices = Loader(session, form.offered(services.criteria))
        named = {line.number: choices.sentence(line.audience) for line in lines if line.audience}
        if me.may(SURVEYS_WRITE) and is_running and not counts_later:
            try:
                preview = queries.preview(
                    session,
                    survey_id,
                    picked.spec,
                    services.criteria,
                    has_template=services.is_service_account and "survey" in services.templates,
                    now=now,
                )
            except Refused as refusal:
                # Said where the count would stand, and no error: a piece of a page with one would not be shown.
                uncounted = refusal.sentence
    page = render_template(
        "surveys/console/invitations.html",
        survey=found,
        lines=lines,
        offer=offer,
        named=named,
        preview=preview,
        uncounted=uncounted,
        counts_later=counts_later,
        error=error,
        is_running=is_running,
        form=request.form,
        kept=kept,
        said=chat.invitation(found.title),
        outcomes=OUTCOMES,
        reasons=REASONS,
        waves=STATES,
        colours=COLOURS,
        quiet=services.quiet,
        until=lambda line: _until(line, services, now),
        is_quiet=bool(services.quiet and services.quiet.over_at(now)),
        longest=inviting.LONGEST,
        reminders=[(n, f"{n} 次" if n else "不提醒") for n in range(MOST_REMINDERS + 1)],
        has_pages=services.is_service_account,
        results_number=RESULTS,
        local=lambda moment: moment.astimezone(services.zone).strftime("%Y-%m-%dT%H:%M") if moment else "",
    )
    return page, error


def _until(line: WaveLine, services: Services, now: datetime) -> str:
    """Return in words until when a wave waits for the end of quiet hours; empty where it does not."""
    quiet = services.quiet
    waits = line.state is CampaignState.PLANNED or (line.state in DUE and line.figures.of(Outcome.QUEUED))
    if quiet is None or not waits or quiet.over_at(max(line.due_at, now)) is None:
        return ""
    until = put_off_until(line.due_at, heeds_quiet=True, quiet=quiet, now=now)
    return when(until, now=now, zone=services.zone) if until else ""


def _find(services: Services, survey_id: int) -> SurveyDetail:
    with services.reading() as session:
        found = detail(session, survey_id, now=services.clock())
    if found is None or found.state is AuthoredState.DRAFT:
        abort(404)
    return found


def _results(survey_id: int, session: Session) -> dict[str, str]:
    """Return in words when the results are published."""
    kept, zone = session.scalar(select(Survey.results_at).where(Survey.id == survey_id)), current_services().zone
    return {"公布结果": f"{kept.astimezone(zone):%Y-%m-%d %H:%M}" if kept else "一结束就公布"}


def _here(survey_id: int) -> str:
    return url_for("surveys_pages.waves", survey_id=survey_id)
