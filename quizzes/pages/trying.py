"""Console preview of one question, on a phone's page and in the chat; trying it out saves nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, item_pages
from foundation.text import whole_number
from questions import stepping
from questions.answers import describe
from questions.editor import item_form
from questions.editor.form import one
from questions.keyed import marking
from questions.keyed.items import KeyedItem
from questions.page import question_page
from questions.stepping import Position, Step, StepOutcome
from quizzes.mobile import asking
from quizzes.pages import illustrating
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank_question
from quizzes.texts import trying as texts
from wechat_bot.services import current_services

Fields = Mapping[str, Sequence[str]]
_GIVEN = ("option", "text", "said")


@access.allow(QUIZZES_WRITE, upload=item_pages.LARGEST)
def preview() -> ResponseReturnValue:
    """Show the question of the form, what the last step carried along, or one of the bank; and what an answer to it
    gets."""
    fields = request.form.to_dict(flat=False)
    response = make_response(_page(fields, _item(fields)))
    response.headers["Content-Security-Policy"] = access.IN_FRAME
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _item(fields: Fields) -> KeyedItem | None:
    """Return the question to try; None where it has mistakes, or nothing is written yet."""
    if f"{item_form.CARD}.kind" in fields:
        return item_form.reviewed(item_form.read(fields), code="q1").item
    if question_id := whole_number(request.values.get("question_id", "")):
        with current_services().reading() as session:
            return bank_question.item(session, question_id)
    try:
        return item_form.carried(json.loads(one(fields, "item") or "null"))
    except (ValueError, RecursionError):
        return None


def _page(fields: Fields, item: KeyedItem | None) -> str:
    is_chat = one(fields, "view") == "chat"
    context: dict[str, Any] = {
        "action": url_for("quizzes_pages.preview"),
        "form_token": lambda: access.visitor().form_token,
        "is_trial": True,
        "is_chat": is_chat,
        "carried": json.dumps(item_form.to_carry(item), ensure_ascii=False) if item else "",
    }
    if item is None:
        return render_template("quizzes/console/trial.html", **context)
    asked = Position((item.question,), at=item.code)
    taken = _taken(asked, fields)
    given = taken.position.answers.get(item.code) if taken else None
    context["mark"] = texts.mark(marking.mark(item, given), item.points) if given is not None else ""
    context["key"], context["explanation"] = texts.key(item.right_words), item.explanation
    tried = {name: list(fields[name]) for name in _GIVEN if fields.get(name)} if taken else {}
    if is_chat:
        lines = [(True, stepping.ask(asked))]
        if taken:
            lines.append((False, one(tried, "said") or describe(item.question, given or {"s": True})))
            lines += [(True, taken.text)] if taken.text else []
        return render_template("quizzes/console/trial.html", item=item, lines=lines, **context)
    shown = question_page(
        asked,
        item.question,
        given={"o": tried.get("option", []), "t": one(tried, "text"), "v": ""} if tried else None,
        sentence=taken.text if taken and given is None else "",
        pictures=illustrating.address(),
    )
    said = describe(item.question, given) if given is not None else ""
    return render_template("quizzes/console/trial.html", item=item, page=asking.of_quiz(shown), said=said, **context)


def _taken(asked: Position, fields: Fields) -> Step | None:
    """Return what became of a reply; None where there was none."""
    do = one(fields, "do")
    if do == "say":
        return _staying(asked, stepping.step(asked, one(fields, "said")))
    if fields.get("option") or do == "answer":
        return stepping.tap(asked, "answer", str(asked.at), fields)
    return None


def _staying(asked: Position, step: Step) -> Step:
    """Return the step with what the account says where somebody leaves: here nothing is left."""
    return step if step.outcome is not StepOutcome.LEAVES else Step(StepOutcome.STAYS, asked, texts.LEAVES)
