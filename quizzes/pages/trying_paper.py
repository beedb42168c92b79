"""Console trial of a whole paper, on a phone's page and in the chat; nothing is saved, and each step is computed
afresh."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access
from foundation.text import whole_number
from questions import trial
from questions.answers import describe
from questions.editor.form import one
from questions.keyed import marking
from questions.keyed.items import KeyedItem
from questions.page import question_page
from questions.stepping import Position
from questions.trial import TrialStep
from quizzes.mobile import asking
from quizzes.pages import illustrating, quiz
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries.detail import QuizDetail
from quizzes.queries.sample import sample
from quizzes.rules.definition import QuizDefinition
from quizzes.texts import chat
from quizzes.texts import trying as texts
from wechat_bot.services import current_services

Fields = Mapping[str, Sequence[str]]
#: Samples that "another one" goes through.
SAMPLES = 1000


class TriedItem(NamedTuple):
    """Item of a paper that was tried to the end."""

    text: str
    said: str
    mark: str
    key: str
    is_right: bool


@access.allow(QUIZZES_WRITE)
def preview_paper(quiz_id: int) -> ResponseReturnValue:
    """Show one step of a trial of the draft's paper, or of the paper asked now."""
    found, fields = quiz.found_quiz(quiz_id), request.form.to_dict(flat=False)
    response = make_response(_page(found, fields))
    response.headers["Content-Security-Policy"] = access.IN_FRAME
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _page(found: QuizDetail, fields: Fields) -> str:
    number = (whole_number(one(fields, "sample")) or 0) % SAMPLES
    if one(fields, "do") == "another":
        number, fields = (number + 1) % SAMPLES, {"view": fields.get("view", ())}
    is_asked = found.asked is not None and one(fields, "of") == "asked"
    definition = found.asked if found.asked is not None and is_asked else found.draft
    with current_services().reading() as session:
        # The same number is the same paper: each step draws it again.
        items = sample(session, found, definition, Random(number))
    questions = tuple(item.question for item in items)
    is_chat = one(fields, "view") == "chat"
    step = trial.step(questions, fields, leaves=lambda left: chat.paused(left, None))
    if not step.at and not step.is_done:
        # Nothing waits to be begun: what stands before the first question is on the publish page.
        step = trial.step(questions, {"do": ["begin"]}, leaves=str)
    context: dict[str, Any] = {
        "action": url_for("quizzes_pages.preview_paper", quiz_id=found.id),
        "title": definition.title,
        "is_chat": is_chat,
        "is_asked": is_asked,
        "has_both": found.asked is not None,
        "may_differ": definition.is_drawn or definition.shuffle,
        "sample": number,
        "carried": [(f"{trial.CARRIED}{code}.{name}", value) for code, name, value in _carried(step)],
        "step": step,
        "is_empty": not items,
        "form_token": lambda: access.visitor().form_token,
        "is_trial": True,
    }
    if not items:
        return render_template("quizzes/console/trial_paper.html", **context)
    if step.is_done:
        context |= _ended(definition, items, step)
    if is_chat:
        maximum = sum(item.points for item in items)
        opening = chat.intro(definition, len(items), maximum, left=definition.attempts, ends_at=None)
        context["lines"] = trial.talk(questions, step, opening=opening, done=context.get("result", ""))
    elif step.at is not None:
        tried = step.tried or {}
        given = {"o": list(tried.get("option", ())), "t": one(tried, "text"), "v": ""} if step.tried else None
        pictures = illustrating.address()
        at = Position(questions, step.answers, at=step.at.code)
        page = question_page(at, step.at, given=given, sentence=step.sentence, pictures=pictures)
        context["page"] = asking.of_quiz(page)
    return render_template("quizzes/console/trial_paper.html", **context)


def _carried(step: TrialStep) -> list[tuple[str, str, str]]:
    return [
        (code, name, value)
        for code, given in step.carried.items()
        for name, values in given.items()
        for value in values
    ]


def _ended(definition: QuizDefinition, items: Sequence[KeyedItem], step: TrialStep) -> dict[str, Any]:
    """Return what the paper got, and each of its items."""
    marked = marking.paper(items, step.answers)
    is_passed = marking.is_passed(marked.total, marked.maximum, definition.pass_mark)
    tried = []
    for item, mark in zip(items, marked.marks, strict=True):
        given = step.answers.get(item.code)
        said = describe(item.question, given) if given is not None else ""
        is_right = mark is None or mark == item.points
        tried.append(
            TriedItem(item.question.text, said, texts.mark(mark, item.points), texts.key(item.right_words), is_right)
        )
    has_pass_mark = definition.pass_mark > 0
    return {
        "result": chat.result(marked.total, marked.maximum, is_passed, has_pass_mark=has_pass_mark),
        "tried": tried,
    }
