"""Console pages of authoring: a survey begun, copied, edited, deleted, downloaded as a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages
from console.authored import AuthoredState
from console.drafting import DraftOvertaken
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import whole_number
from people import audiences
from people.picker import short
from people.picker.short import Picker
from questions.authoring import pasted_text
from questions.authoring.pasted_text import Pasted
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.editor import form as cards
from questions.editor import moves, pressing, undo, writing
from questions.question import QuestionType
from surveys.actions import authoring
from surveys.pages import illustrating
from surveys.permissions import SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries import pictures as kept_pictures
from surveys.queries.detail import SurveyDetail, detail
from surveys.rules import editor, files, pasted, pictures
from surveys.rules.definition import Definition
from surveys.rules.editor import Form
from surveys.rules.review import Review, review
from wechat_bot.services import Services, current_services

#: Size of a survey with every question and option at its longest, as a browser sends it.
LARGEST = 1 << 20
RESULTS = (("none", "不公布"), ("after", "结束后公布"), ("live", "填完就公布（投票，只能有一题）"))
PICKER = Picker(("class", "area", "manager", "tag", "audience"), everybody="全部已绑定的店", legend="请谁填")


@dataclass(frozen=True, slots=True)
class AuthoringNotice:
    """Notice shown next to the form."""

    notice: str = ""
    status: int = 200
    #: What a button did, where its effect may be out of sight.
    told: str = ""
    #: A pasted questionnaire, to be looked at before it is taken.
    pasted: Pasted | None = None
    #: Whether the fields hold something else than what is saved.
    is_unsaved: bool = False
    #: Whether the author asked for a check, so that mistakes are marked.
    is_checked: bool = False
    overtaken: DraftOvertaken | None = None


class ContentsLine(NamedTuple):
    """Line of the table of contents: a question, and whether something of it is missing."""

    code: str
    type: QuestionType
    text: str
    is_missing: bool


@access.allow(SURVEYS_WRITE, upload=illustrating.LARGEST)
def edit(survey_id: int) -> ResponseReturnValue:
    """Edit the draft; a posted form is saved, or only shown again as one of its buttons changes it."""
    services = current_services()
    with services.reading() as session:
        found = authored_pages.find(detail, survey_id, session)
        previous = listing.newest(session, survey_id)
    if request.method != "POST":
        return _show(found, previous, stored(found, services), found.stamp, AuthoringNotice(is_checked=found.stamp > 1))
    fields = request.form.to_dict(flat=False)
    form, stamp = read_form(services), request.form.get("stamp", -1, type=int)
    is_checked, do = request.form.get("checked") == "1", request.form.get("do", "")
    verb, _, seen = do.partition(":")
    try:
        form = illustrating.received(services, survey_id, form)
    except Refused as refusal:
        said = AuthoringNotice(refusal.sentence, 422, is_unsaved=True, is_checked=is_checked)
        return _show(found, previous, form, stamp, said)
    if verb in ("save", "publish", "overwrite"):
        # Whoever overwrites another's draft says which one: there may be a third by now.
        over = whole_number(seen) or stamp if verb == "overwrite" else stamp
        try:
            return _save(survey_id, editor.with_pasted_options(form), over, then=verb)
        except DraftOvertaken as other:
            at = other.at.astimezone(services.zone).strftime("%H:%M") if other.at else ""
            told = f"{other.who or '别人'} {at} 存过这份草稿。您写的还在这一页，没有存。请先看对方存的，再决定用谁的。"
            said = AuthoringNotice(told, 409, is_unsaved=True, is_checked=is_checked, overtaken=other)
            return _show(found, previous, form, stamp, said)
    before = fields.get("before", ())
    try:
        form, said = _pressed(form, do, before, previous, services)
    except Refused as refusal:
        form = replace(form, items=moves.arranged(form.items, before)) if before else form
        said = AuthoringNotice(refusal.sentence, 422)
    return _show(found, previous, form, stamp, replace(said, is_unsaved=True, is_checked=is_checked))


@access.allow(SURVEYS_WRITE, upload=LARGEST)
def reach(survey_id: int) -> ResponseReturnValue:
    """Return about how many shops the audience in the form means now; the page asks while the form changes."""
    services = current_services()
    form = read_form(services)
    look, broken = None, ""
    with services.reading() as session:
        authored_pages.find(detail, survey_id, session)
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


def _pressed(
    form: Form, do: str, before: Sequence[str], previous: Definition | None, services: Services
) -> tuple[Form, AuthoringNotice]:
    """Return the form after one of its buttons, and what to say of it; `before` is the order before cards were
    dragged."""
    if before:
        return replace(form, items=moves.in_order(form.items)), AuthoringNotice()
    if do in ("read", "take"):
        read = pasted_text.read(form.pasted, files.LAYOUT)
        if do == "read" or not read.file.data["questions"]:
            return form, AuthoringNotice(pasted=read)
        form, added = editor.of_pasted(form, read, previous, services.zone)
        left = f"没读进来的 {len(read.unread)} 处还在粘贴框里。" if read.unread else ""
        return form, AuthoringNotice(told=f"加了 {added} 题。{left}")
    published = previous.questions + previous.retired if previous else ()
    found = pressing.pressed(form.items, form.deleted, do, published)
    return replace(form, items=found.items, deleted=found.deleted), AuthoringNotice(told=found.said)


def _save(survey_id: int, form: Form, stamp: int | None, *, then: str) -> ResponseReturnValue:
    services, who = current_services(), access.visitor().name
    with act.transaction() as (session, now, note):
        # A picture that lay in an open form for days is gone; and no survey shows another's.
        named = pictures.of_items(form.items)
        own = kept_pictures.own(session, survey_id, named)
        form = replace(form, items=pictures.renamed(form.items, {key: key for key in own}))
        found, written = reviewed(form, listing.newest(session, survey_id), services)
        deleted = [undo.to_json(each) for each in form.deleted]
        kept = authoring.keep(
            session, found, written, survey_id=survey_id, stamp=stamp, deleted=deleted, who=who, now=now
        )
        note("survey.edit", f"survey:{survey_id}", f"{kept.title}，共 {len(form.items)} 题")
    if found.is_whole and then == "publish" and len(own) == len(set(named)):
        return act.done(url_for("surveys_pages.publish", survey_id=survey_id))
    here = url_for("surveys_pages.edit", survey_id=survey_id)
    if len(own) < len(set(named)):
        return act.done(here, "草稿已保存。有图片放得太久，已经不在了，请再选一次。", "warning")
    if found.is_whole:
        return act.done(here, "草稿已保存。")
    left = len(found.mistakes)
    return act.done(here, f"草稿已保存。还有 {left} 处没有写好，下面都标出来了，写好才能发布。", "warning")


def read_form(services: Services) -> Form:
    """Read the posted form."""
    picked = short.read(PICKER, request.form, services.criteria)
    return replace(editor.read(request.form.to_dict(flat=False)), audience=picked.written)


def stored(found: SurveyDetail, services: Services) -> Form:
    """Return the form of the draft as it was saved."""
    form = editor.to_form(found.written or editor.of_definition(found.draft, services.zone))
    return replace(form, deleted=undo.of_json(found.deleted))


def _show(
    found: SurveyDetail, previous: Definition | None, form: Form, stamp: int, said: AuthoringNotice
) -> ResponseReturnValue:
    services = current_services()
    seen, _ = reviewed(form, previous, services)
    problems = writing.placed(seen.problems, cards.tidied(form.items))
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
        faults=problems if said.is_checked else {},
        contents=_contents(form.items, problems),
        look=pasted.look(said.pasted, timezone=services.zone) if said.pasted else None,
        undo=undo,
        pictures=url_for("surveys_pages.picture", survey_id=found.id, key="-").removesuffix("-"),
        has_pictures=bool(pictures.of_items(form.items)),
        left_to_do=len(seen.mistakes),
        offer=offer,
        published=published,
        is_published=found.state is not AuthoredState.DRAFT,
        was_anonymous=bool(previous and previous.anonymous),
        results=RESULTS,
        kinds=QuestionType,
        most=MOST_QUESTIONS,
    )
    return access.with_frame(page, said.status)


def _contents(items: cards.Items, problems: Mapping[str, Sequence[str]]) -> list[ContentsLine]:
    """Return the lines of the table of contents beside the form."""
    missing = {field.partition(".")[0] for field in problems}
    return [ContentsLine(item.code, item.type, item.text, item.code in missing) for item in items]
