"""Console pages on which a survey is begun: empty, from a ready-made or an earlier one, or from a pasted text."""

import io
from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages
from foundation.errors import Refused
from foundation.paging import FIRST
from questions.authoring import pasted_text
from surveys.actions import authoring
from surveys.actions import pictures as picture_actions
from surveys.pages.authoring import LARGEST, reviewed, stored
from surveys.permissions import SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries.detail import detail
from surveys.rules import editor, files, pasted, pictures, ready_made
from surveys.rules.editor import Form
from surveys.rules.pasted import PastedLook
from surveys.rules.review import of_file
from wechat_bot.services import current_services


def new(error: Refused | None) -> str:
    """Draw the page with every way to begin; `error` is what was wrong with an uploaded file."""
    services, sought = current_services(), request.args.get("earlier", "").strip()
    with services.reading() as session:
        earlier = listing.page(session, now=services.clock(), search=sought, cursor=FIRST, limit=authored_pages.EARLIER)
    return render_template(
        "surveys/console/new.html",
        ready_made=ready_made.ready_made(),
        earlier=earlier.lines,
        sought=sought,
        error=error,
    )


@access.allow(SURVEYS_WRITE)
def start() -> ResponseReturnValue:
    """Begin a new draft: empty, as a poll, or from a ready-made survey."""
    services = current_services()
    kept = ready_made.named(request.form.get("ready", ""))
    if kept is None:
        return _go_to(begin(editor.starts_as(request.form.get("kind", ""))))
    form = editor.to_form(editor.of_definition(kept.definition, services.zone))
    ends = ready_made.ends_at(kept, services.clock(), services.zone)
    # Nobody has seen it yet: its options are numbered afresh, as those of a copy are.
    form = editor.to_form({**editor.of_form(form, None), "closes": ends})
    return _go_to(begin(form), f"已用模板“{kept.definition.title}”建好草稿，题目和结束时间都可以改。")


@access.allow(SURVEYS_WRITE, upload=LARGEST)
def paste() -> ResponseReturnValue:
    """Read a pasted questionnaire, show it as it was read, and begin a draft with it once its author takes it."""
    services, text, error = current_services(), request.form.get("pasted", ""), None
    look: PastedLook | None = None
    if request.method == "POST":
        try:
            look = pasted.look(pasted_text.read(text, files.LAYOUT), timezone=services.zone)
        except Refused as refusal:
            error = refusal
    if look and look.questions and request.form.get("do") == "take":
        form, added = editor.of_pasted(Form(), look.pasted, None, services.zone)
        left = f"没读懂的 {len(look.pasted.unread)} 处没有带进来。" if look.pasted.unread else ""
        return _go_to(begin(form), f"已读进 {added} 题，请再看一遍。{left}")
    page = render_template("surveys/console/paste.html", text=text, look=look, error=error)
    return page, act.status(error)


@access.allow(SURVEYS_WRITE)
def copy(survey_id: int) -> ResponseReturnValue:
    """Begin a new draft with the questions of another survey's draft; its times are not copied."""
    services = current_services()
    with services.reading() as session:
        form = stored(authored_pages.find(detail, survey_id, session), services)
    title = authored_pages.copied(form.title) if form.title else ""
    # Read again as a draft nobody has seen, so that its options are numbered afresh.
    form = editor.to_form({**editor.of_form(form, None), "title": title, "opens": "", "closes": ""})
    copied = begin(form)
    if pictures.of_items(form.items):
        _copy_pictures(survey_id, copied, form)
    return _go_to(copied, "已复制成一份新的草稿，开始和结束时间要重新填。")


@access.allow(SURVEYS_WRITE)
def discard(survey_id: int) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    with act.transaction() as (session, now, note):
        title = authored_pages.find(detail, survey_id, session).title
        authoring.discard(session, survey_id, stamp=request.form.get("stamp", -1, type=int), now=now)
        note("survey.discard", f"survey:{survey_id}", title)
    return act.done(url_for("surveys_pages.survey_list"), "草稿已删除。")


@access.allow(SURVEYS_WRITE)
def draft_file(survey_id: int) -> ResponseReturnValue:
    """Send the draft as a workbook that can be uploaded again."""
    services = current_services()
    with services.reading() as session:
        found = authored_pages.find(detail, survey_id, session)
        previous = listing.newest(session, survey_id)
    if found.written is not None:
        raise Refused("草稿还没有写好，不能下载成 Excel。请先把标出的地方改好。")
    written = editor.of_definition(found.draft, services.zone)
    content = files.filled(written, with_codes=previous is not None)
    try:
        same = of_file(files.of_workbook(content), timezone=services.zone, previous=previous)
    except Refused:
        same = None
    # Pictures are in no file, as the page says. But a workbook that would be read as another survey, such as one for
    # everybody, is worse than none.
    if same != pictures.without(found.draft):
        raise Refused("这份草稿里有 Excel 模板写不下的内容（如几层的对象条件，或选项里的“|”），请在网页里编辑。")
    return access.download(io.BytesIO(content), f"{found.draft.title}.xlsx")


def begin(form: Form) -> int:
    """Save a form as a new draft; gives its id."""
    found, written = reviewed(replace(form, deleted=()), None, current_services())
    with act.transaction() as (session, now, note):
        survey = authoring.keep(session, found, written, who=access.visitor().name, now=now)
        note("survey.start", f"survey:{survey.id}", survey.title)
    return survey.id


def _copy_pictures(from_id: int, survey_id: int, form: Form) -> None:
    """Give a copy pictures of its own: each survey sweeps what it no longer shows."""
    with act.transaction() as (session, now, note):
        keys = picture_actions.copied(session, form.items, from_id, survey_id, now=now)
        own = replace(form, items=pictures.renamed(form.items, keys))
        found, written = reviewed(own, None, current_services())
        who = access.visitor().name
        kept = authoring.keep(session, found, written, survey_id=survey_id, who=who, now=now)
        note("survey.edit", f"survey:{survey_id}", f"{kept.title}，{len(keys)} 张图片")


def _go_to(survey_id: int, said: str = "") -> ResponseReturnValue:
    return act.done(url_for("surveys_pages.edit", survey_id=survey_id), said)
