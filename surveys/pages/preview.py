"""Console preview of a draft as a phone shows it, on its page and in the chat; trying it out saves nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from console import access, authored_pages
from questions import flow, trial
from questions.editor.form import one
from questions.page import question_page
from questions.question import QuestionType
from surveys.mobile import screens
from surveys.pages import authoring
from surveys.permissions import SURVEYS_WRITE
from surveys.queries.answer_sheet import AnswerSheet
from surveys.queries.detail import detail
from surveys.rules import editor
from surveys.rules.definition import Definition
from surveys.rules.review import Review, review
from surveys.texts import chat, pages
from wechat_bot.services import Services, current_services

KEEPER = "王建国"
FRAMED = access.IN_FRAME.replace("img-src", "img-src blob:")


@access.allow(SURVEYS_WRITE, upload=authoring.LARGEST)
def preview(survey_id: int) -> ResponseReturnValue:
    """Show one step of the trial, of the form's content, of what the last step carried along, or of the saved draft."""
    services, fields = current_services(), request.form.to_dict(flat=False)
    found = authored_pages.find(detail, survey_id)
    if "title" in fields:
        tried, written = authoring.reviewed(editor.read(fields), None, services)
    else:
        written = _carried(fields) or dict(found.written or editor.of_definition(found.draft, services.zone))
        tried = review(written, timezone=services.zone, keyed=False)
    step = trial.step(tried.definition.questions, fields, leaves=chat.paused)
    page = _page(services, survey_id, tried, written, step, is_chat=one(fields, "view") == "chat")
    response = make_response(page)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _page(
    services: Services,
    survey_id: int,
    tried: Review,
    written: Mapping[str, Any],
    step: trial.TrialStep,
    *,
    is_chat: bool,
) -> str:
    definition, action = tried.definition, url_for("surveys_pages.preview", survey_id=survey_id)
    sheet = _sheet(survey_id, definition, step)
    context: dict[str, Any] = {
        "action": action,
        "form_token": lambda: access.visitor().form_token,
        "carried": _hidden(written, step, is_chat=is_chat),
        # For starting again, and for the buttons that change the view.
        "draft": _hidden(written, trial.TrialStep({}, {}), is_chat=is_chat),
        "trail": _hidden(written, step, is_chat=None),
        "is_trial": True,
        "is_chat": is_chat,
        "sheet": sheet,
        "step": step,
        # Questions with mistakes are left out of the preview.
        "lacking": len(written.get("questions", ())) - len(definition.questions),
        "asked_if": _asked_if(definition, step),
    }
    context["above"] = Markup(render_template("surveys/console/_trial.html", **context))  # noqa: S704 – our own template
    if not definition.questions:
        return render_template("surveys/console/trial_empty.html", **context)
    if is_chat:
        return _chat(definition, step, context)
    more = {name: value for name, value in context.items() if name not in ("sheet", "action")}
    if step.is_done and not step.is_handed_in:
        return screens.last(sheet, action=action, **more)
    if step.is_done:
        title, said = pages.thanks(KEEPER), pages.done_on(None)
        return render_template("surveys/console/trial_done.html", title=title, said=said, **context)
    if step.at is None:
        return screens.intro(sheet, action=action, **more)
    given = None
    if step.tried is not None:
        words = next(iter(step.tried.get("other") or step.tried.get("text") or ()), "")
        given = {"o": list(step.tried.get("option", ())), "t": words, "v": ""}
    address = url_for("surveys_pages.picture", survey_id=survey_id, key="-").removesuffix("-")
    page = question_page(sheet.position, step.at, given=given, sentence=step.sentence, pictures=address)
    return screens.question(sheet, page, action=action, **more)


def _chat(definition: Definition, step: trial.TrialStep, context: Mapping[str, Any]) -> str:
    opening = chat.opening(
        definition.title,
        flow.left(definition.questions, {}),
        flow.about_minutes(definition.questions),
        says=definition.intro,
        is_anonymous=definition.anonymous,
    )
    # The chat asks the first question at once.
    begun = step if step.at or step.is_done else trial.step(definition.questions, {"do": ["begin"]}, leaves=chat.paused)
    lines = trial.talk(definition.questions, begun, opening=opening, done=chat.submitted(KEEPER))
    is_photo = begun.at is not None and begun.at.type is QuestionType.PHOTO
    return render_template("surveys/console/trial_chat.html", lines=lines, now=begun, is_photo=is_photo, **context)


def _sheet(survey_id: int, definition: Definition, step: trial.TrialStep) -> AnswerSheet:
    """Return a sheet that belongs to no shop and is in no database."""
    return AnswerSheet(
        survey_id=survey_id,
        opens_at=None,
        closes_at=None,
        results_at=None,
        waves=0,
        is_opened=True,
        is_anonymous=definition.anonymous,
        is_for_everyone=True,
        retailer_id=0,
        keeper=KEEPER,
        area_id=0,
        class_id=0,
        participation_id=None,
        version_id=0,
        definition=definition,
        started_at=None,
        is_submitted=step.is_done,
        submitted_on=None,
        answers=step.answers,
    )


def _hidden(written: Mapping[str, Any], step: trial.TrialStep, *, is_chat: bool | None) -> Markup:
    """Return the hidden fields with what the next step needs, since nothing is saved here."""
    fields = [("written", json.dumps(written, ensure_ascii=False))]
    if is_chat is not None:
        fields.append(("view", "chat" if is_chat else "page"))
    for code, given in step.carried.items():
        fields += [(f"{trial.CARRIED}{code}.{name}", value) for name, values in given.items() for value in values]
    line = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("\n").join(line.format(name, value) for name, value in fields)


def _carried(fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    try:
        written = json.loads(one(fields, "written") or "{}")
    except (ValueError, RecursionError):
        return {}
    return written if isinstance(written, dict) and isinstance(written.get("questions"), list) else {}


def _asked_if(definition: Definition, step: trial.TrialStep) -> str:
    """Return why the present question may not be asked; empty where the answers so far lead to it."""
    if step.at is None or step.at in flow.shown(definition.questions, step.answers):
        return ""
    places = {question.code: n for n, question in enumerate(definition.questions, start=1)}
    return "、".join(f"第 {places[each.question]} 题" for each in step.at.show_if)
