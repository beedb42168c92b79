"""Console pages of authoring: a survey begun, copied, edited, deleted, downloaded as a workbook."""

import io
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import whole_number
from people import audiences
from people.picker import short
from people.picker.short import Picker
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.editor import form as cards
from questions.editor import moves, writing
from questions.question import QuestionType
from surveys.actions import authoring
from surveys.actions.authoring import DraftOvertaken
from surveys.models import SurveyState
from surveys.permissions import SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries.detail import SurveyDetail, detail
from surveys.rules import editor, files
from surveys.rules.definition import Definition
from surveys.rules.editor import Form
from surveys.rules.review import LONGEST_TITLE, Review, of_file, review
from wechat_bot.services import Services, current_services

#: Size of a survey with every question and option at its longest, as a browser sends it.
LARGEST = 1 << 20
COPY = "（副本）"
RESULTS = (("none", "不公布"), ("after", "结束后公布"), ("live", "填完就公布（投票，只能有一题）"))
PICKER = Picker(("class", "area", "manager", "tag", "audience"), everybody="全部已绑定的店", legend="请谁填")
#: The page shows a preview of the shops' pages in a frame of its own.
FRAMED = access.CSP.replace("frame-ancestors", "frame-src 'self'; frame-ancestors")


@dataclass(frozen=True, slots=True)
class AuthoringNotice:
    """Notice shown next to the form."""

    notice: str = ""
    status: int = 200
    #: Whether the fields hold something else than what is saved.
    is_unsaved: bool = False
    #: Whether the author asked for a check, so that mistakes are marked.
    is_checked: bool = False
    overtaken: DraftOvertaken | None = None


@access.allow(SURVEYS_WRITE)
def start() -> ResponseReturnValue:
    """Begin a new, empty draft, as a survey or a poll."""
    survey_id = _begin(editor.starts_as(request.form.get("kind", "")))
    return act.done(url_for("surveys_pages.edit", survey_id=survey_id))


@access.allow(SURVEYS_WRITE)
def copy(survey_id: int) -> ResponseReturnValue:
    """Begin a new draft with the questions of another survey's draft; its times are not copied."""
    services = current_services()
    with services.reading() as session:
        form = _stored(_find(session, services, survey_id), services)
    title = form.title[: LONGEST_TITLE - len(COPY)] + COPY if form.title else ""
    # Read again as a draft nobody has seen, so that its options are numbered afresh.
    form = editor.to_form({**editor.of_form(form, None), "title": title, "opens": "", "closes": ""})
    said = "已复制成一份新的草稿，开始和结束时间要重新填。"
    return act.done(url_for("surveys_pages.edit", survey_id=_begin(form)), said)


@access.allow(SURVEYS_WRITE)
def discard(survey_id: int) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    with act.transaction() as (session, _, note):
        title = _find(session, current_services(), survey_id).title
        authoring.discard(session, survey_id, stamp=request.form.get("stamp", -1, type=int))
        note("survey.discard", f"survey:{survey_id}", title)
    return act.done(url_for("surveys_pages.survey_list"), "草稿已删除。")


@access.allow(SURVEYS_WRITE)
def draft_file(survey_id: int) -> ResponseReturnValue:
    """Send the draft as a workbook that can be uploaded again."""
    services = current_services()
    with services.reading() as session:
        found = _find(session, services, survey_id)
        previous = listing.newest(session, survey_id)
    if found.written is not None:
        raise Refused("草稿还没有写好，不能下载成 Excel。请先把标出的地方改好。")
    written = editor.of_definition(found.draft, services.zone)
    content = files.filled(written, with_codes=previous is not None)
    try:
        same = of_file(files.of_workbook(content), timezone=services.zone, previous=previous)
    except Refused:
        same = None
    # A workbook that would be read as another survey, such as one for everybody, is worse than none.
    if same != found.draft:
        raise Refused("这份草稿里有 Excel 模板写不下的内容（如几层的对象条件，或选项里的“|”），请在网页里编辑。")
    return access.download(io.BytesIO(content), f"{found.draft.title}.xlsx")


@access.allow(SURVEYS_WRITE, upload=LARGEST)
def edit(survey_id: int) -> ResponseReturnValue:
    """Edit the draft; a posted form is saved, or only shown again as one of its buttons changes it."""
    services = current_services()
    with services.reading() as session:
        found = _find(session, services, survey_id)
        previous = listing.newest(session, survey_id)
    if request.method != "POST":
        return _show(
            found, previous, _stored(found, services), found.stamp, AuthoringNotice(is_checked=found.stamp > 1)
        )
    fields = request.form.to_dict(flat=False)
    form, stamp = _read(services), request.form.get("stamp", -1, type=int)
    is_checked, do = request.form.get("checked") == "1", request.form.get("do", "")
    verb, _, seen = do.partition(":")
    if verb in ("save", "publish", "overwrite"):
        # Whoever overwrites another's draft says which one: there may be a third by now.
        over = whole_number(seen) or stamp if verb == "overwrite" else stamp
        try:
            return _save(survey_id, form, over, then=verb)
        except DraftOvertaken as other:
            at = other.at.astimezone(services.zone).strftime("%H:%M") if other.at else ""
            told = f"{other.who or '别人'} {at} 存过这份草稿。您写的还在这一页，没有存。请先看对方存的，再决定用谁的。"
            said = AuthoringNotice(told, 409, is_unsaved=True, is_checked=is_checked, overtaken=other)
            return _show(found, previous, form, stamp, said)
    try:
        before = fields.get("before")
        items = moves.in_order(form.items) if before else moves.done(form.items, do, taken=_codes(previous))
    except Refused as refusal:
        if before:
            form = replace(form, items=moves.arranged(form.items, before))
        said = AuthoringNotice(refusal.sentence, 422, is_unsaved=True, is_checked=is_checked)
        return _show(found, previous, form, stamp, said)
    form = replace(form, items=items)
    return _show(found, previous, form, stamp, AuthoringNotice(is_unsaved=True, is_checked=is_checked))


@access.allow(SURVEYS_WRITE, upload=LARGEST)
def reach(survey_id: int) -> ResponseReturnValue:
    """Return about how many shops the audience in the form means now; the page asks while the form changes."""
    services = current_services()
    form = _read(services)
    look, broken = None, ""
    with services.reading() as session:
        _find(session, services, survey_id)
        found, _ = reviewed(form, None, services)
        if not any(path[:1] == ("audience",) for path, _ in found.problems):
            now = services.clock()
            try:
                look = audiences.look(
                    session,
                    access.visitor(),
                    found.definition.audience,
                    services.criteria,
                    now=now,
                    today=day_in(now, services.zone),
                )
            except Refused as refusal:
                broken = refusal.sentence
    return render_template("surveys/console/_reach.html", look=look, broken=broken)


def reviewed(form: Form, previous: Definition | None, services: Services) -> tuple[Review, dict[str, Any]]:
    """Check a form; gives the review and the mapping it writes."""
    written = editor.of_form(replace(form, items=cards.tidied(form.items)), previous)
    return review(written, timezone=services.zone, previous=previous, keyed=False), written


def _begin(form: Form) -> int:
    """Save a form as a new draft; gives its id."""
    found, written = reviewed(form, None, current_services())
    with act.transaction() as (session, now, note):
        survey = authoring.keep(session, found, written, who=access.visitor().name, now=now)
        note("survey.start", f"survey:{survey.id}", survey.title)
    return survey.id


def _save(survey_id: int, form: Form, stamp: int | None, *, then: str) -> ResponseReturnValue:
    services, who = current_services(), access.visitor().name
    with act.transaction() as (session, now, note):
        found, written = reviewed(form, listing.newest(session, survey_id), services)
        kept = authoring.keep(session, found, written, survey_id=survey_id, stamp=stamp, who=who, now=now)
        note("survey.edit", f"survey:{survey_id}", f"{kept.title}，共 {len(form.items)} 题")
    if found.is_whole and then == "publish":
        return act.done(url_for("surveys_pages.publish", survey_id=survey_id))
    here = url_for("surveys_pages.edit", survey_id=survey_id)
    if found.is_whole:
        return act.done(here, "草稿已保存。")
    left = len(found.mistakes)
    return act.done(here, f"草稿已保存。还有 {left} 处没有写好，下面都标出来了，写好才能发布。", "warning")


def _read(services: Services) -> Form:
    picked = short.read(PICKER, request.form, services.criteria)
    return replace(editor.read(request.form.to_dict(flat=False)), audience=picked.written)


def _stored(found: SurveyDetail, services: Services) -> Form:
    return editor.to_form(found.written or editor.of_definition(found.draft, services.zone))


def _show(
    found: SurveyDetail, previous: Definition | None, form: Form, stamp: int, said: AuthoringNotice
) -> ResponseReturnValue:
    services = current_services()
    seen, _ = reviewed(form, previous, services)
    with services.reading() as session:
        picked = short.of_spec(PICKER, form.audience, services.criteria)
        offer = short.offer(session, PICKER, picked, services.criteria)
    published = {question.code: question for question in previous.questions} if previous else {}
    page = render_template(
        "surveys/console/edit.html",
        survey=found,
        form=form,
        items=form.items,
        stamp=stamp,
        said=said,
        faults=writing.placed(seen.problems, cards.tidied(form.items)) if said.is_checked else {},
        left_to_do=len(seen.mistakes),
        offer=offer,
        published=published,
        is_published=found.state is not SurveyState.DRAFT,
        was_anonymous=bool(previous and previous.anonymous),
        results=RESULTS,
        kinds=QuestionType,
        most=MOST_QUESTIONS,
    )
    response = make_response(page, said.status)
    response.headers["Content-Security-Policy"] = FRAMED
    return response


def _codes(previous: Definition | None) -> set[str]:
    return {question.code for question in previous.questions + previous.retired} if previous else set()


def _find(session: Session, services: Services, survey_id: int) -> SurveyDetail:
    found = detail(session, survey_id, now=services.clock())
    if found is None:
        abort(404)
    return found
