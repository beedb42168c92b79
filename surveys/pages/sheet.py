"""Console page of one answer sheet as it was answered, beside those around it; set aside, restored, asked for again."""

from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act
from console.authored import AuthoredState
from console.lists.listing import Asked
from console.lists.looking import ask
from foundation.errors import Refused
from foundation.paging import Cursor
from surveys.actions import voiding
from surveys.models import Submission, Survey
from surveys.pages import sheets
from surveys.pages.sheets import SHEETS
from surveys.permissions import SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import sheets as queries
from surveys.queries import version_cache
from surveys.queries.sheets import SheetLine
from surveys.rules.sheets import lines
from surveys.texts import sheets as texts
from wechat_bot.services import current_services

#: Sheets shown around one.
BEFORE, AFTER = 4, 8


@access.allow(SURVEYS_SEE)
def sheet(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    """Show a sheet with every question of its version. Seeing it is written to the audit log."""
    return _look(survey_id, sheet_id, None)


@access.allow(SURVEYS_WRITE)
def void(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    """Set a sheet aside with a reason; with a tick its shop may answer again."""
    return _form(survey_id, sheet_id, partial(_void, survey_id, sheet_id))


@access.allow(SURVEYS_WRITE)
def restore(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    """Count a sheet again, with a reason."""
    return _form(survey_id, sheet_id, partial(_restore, survey_id, sheet_id))


@access.allow(SURVEYS_WRITE)
def ask_again(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    """Let the shop of a void sheet answer once more."""
    return _form(survey_id, sheet_id, partial(_ask_again, survey_id, sheet_id))


def seen(asked: Asked, survey: Survey, sheet_id: int) -> SheetLine:
    """Return a sheet that this visitor may see, or a 404."""
    if sheets.withheld(asked):
        abort(404)
    found = queries.one(
        asked.session,
        asked.visitor,
        survey.id,
        sheet_id,
        is_anonymous=survey.is_anonymous,
        today=asked.today,
    )
    if found is None:
        abort(404)
    return found


def here(survey_id: int, sheet_id: int) -> str:
    """Return the address of a sheet's page, with the filters of the present one."""
    return _step("sheet", survey_id, sheet_id)


def _step(name: str, survey_id: int, sheet_id: int) -> str:
    given: dict[str, Any] = SHEETS.kept(request.args)
    return url_for(f"surveys_pages.{name}", survey_id=survey_id, sheet_id=sheet_id, **given)


def _void(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    reason, is_again = request.form.get("reason", ""), request.form.get("again") == "1"
    with act.transaction() as (session, now, note):
        voiding.void(session, sheet_id, reason=reason, by=access.visitor().name, now=now)
        note("survey.void", f"sheet:{sheet_id}", f"调查 {survey_id}：{reason.strip()}")
        if is_again:
            voiding.ask_again(session, sheet_id, now=now)
            note("survey.again", f"sheet:{sheet_id}", f"调查 {survey_id}")
    said = texts.VOIDED_AND_ASKED if is_again else texts.VOIDED
    back = (_step("restore", survey_id, sheet_id), {"reason": texts.UNDONE, "voided": now.astimezone(UTC).isoformat()})
    return act.done(here(survey_id, sheet_id), said, undo=back)


def _restore(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    reason, voided, zone = request.form.get("reason", ""), request.form.get("voided", ""), current_services().zone
    with act.transaction() as (session, now, note):
        was = session.scalar(select(Submission.void_reason).where(Submission.id == sheet_id))
        voiding.restore(session, sheet_id, reason=reason, now=now, zone=zone, voided=voided)
        note("survey.restore", f"sheet:{sheet_id}", f"调查 {survey_id}：{reason.strip()}")
    back = (_step("void", survey_id, sheet_id), {"reason": was or texts.UNDONE})
    return act.done(here(survey_id, sheet_id), texts.RESTORED, undo=back)


def _ask_again(survey_id: int, sheet_id: int) -> ResponseReturnValue:
    with act.transaction() as (session, now, note):
        voiding.ask_again(session, sheet_id, now=now)
        note("survey.again", f"sheet:{sheet_id}", f"调查 {survey_id}")
    return act.done(here(survey_id, sheet_id), texts.ASKED_AGAIN)


def _form(survey_id: int, sheet_id: int, do: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    services = current_services()
    with services.reading() as session:
        survey = sheets.survey_of(session, survey_id, services)
        seen(ask(SHEETS, session, request.args), survey, sheet_id)
    try:
        return do()
    except Refused as refusal:
        return _look(survey_id, sheet_id, refusal)


def _look(survey_id: int, sheet_id: int, error: Refused | None) -> ResponseReturnValue:
    services = current_services()
    with services.reading() as session:
        survey = sheets.survey_of(session, survey_id, services)
        asked = ask(SHEETS, session, request.args)
        found = seen(asked, survey, sheet_id)
        page = _page(session, asked, survey, found, error)
    # Who answered is only known in an identified survey.
    act.seen("survey.sheet", f"sheet:{sheet_id}", f"调查 {survey_id}" + (f"，{found.shop}" if found.shop else ""))
    return page, act.status(error)


def _page(session: Session, asked: Asked, survey: Survey, found: SheetLine, error: Refused | None) -> str:
    versions = version_cache.of_survey(session, survey.id)
    version = next(each for each in versions if each.id == found.version_id)
    wanted, place = sheets.narrowed(asked), queries.place(found)
    before = sheets.found(asked, wanted, Cursor(place, is_back=True), BEFORE).lines
    after = sheets.found(asked, wanted, Cursor(place), AFTER).lines
    given: dict[str, Any] = SHEETS.kept(request.args)
    around = [*before, sheets.ListedSheet(found), *after]
    return render_template(
        "surveys/console/sheet.html",
        survey=survey,
        sheet=found,
        version=version,
        versions=len(versions),
        lines=lines(version.definition, found.answers),
        around=around,
        newer=before[-1] if before else None,
        older=after[0] if after else None,
        address=lambda line: sheets.sheet_page(line, survey.id, given),
        back=url_for("surveys_pages.sheets", survey_id=survey.id, **given),
        given=given,
        handed_in=lambda line: sheets.when(asked, line),
        texts=texts,
        longest=voiding.LONGEST,
        may_ask_again=not survey.is_anonymous and survey.state(asked.now) is AuthoredState.OPEN,
        error=error,
    )
