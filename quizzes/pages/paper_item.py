"""Console page on which a question of a quiz's own is written and edited, with the form of the bank."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, item_pages
from foundation.text import shortened
from questions.editor import item_form
from questions.editor.item_form import ItemForm, ItemReview
from questions.keyed.items import KeyedItem
from quizzes.pages import illustrating, paper, quiz
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank
from quizzes.queries.detail import QuizDetail
from quizzes.rules import paper_steps
from wechat_bot.services import current_services


@access.allow(QUIZZES_WRITE, upload=item_pages.LARGEST)
def paper_new_item(quiz_id: int) -> ResponseReturnValue:
    """Write a question of the quiz's own."""
    return _view(quiz.found_quiz(quiz_id), None)


@access.allow(QUIZZES_WRITE, upload=item_pages.LARGEST)
def paper_item(quiz_id: int, code: str) -> ResponseReturnValue:
    """Edit a question of the quiz's own."""
    found = quiz.found_quiz(quiz_id)
    item = next((each for each in found.draft.questions if each.code == code), None)
    if item is None:
        abort(404)
    return _view(found, item)


def _view(found: QuizDetail, before: KeyedItem | None) -> ResponseReturnValue:
    stored = item_form.of_item(before) if before else item_form.fresh()

    def review(form: ItemForm) -> ItemReview:
        with current_services().reading() as session:
            known = bank.own(session, found.id)
        code = before.code if before else form.code or paper_steps.free_code(found.draft, known)
        return item_form.reviewed(form, code=code, before=known[code].item if code in known else before)

    def keep(form: ItemForm, item: KeyedItem, is_followed: bool) -> ResponseReturnValue:
        return _kept(found, before, item, is_followed=is_followed)

    return item_pages.answer(illustrating.KEEPER, stored, review, keep, partial(_page, found, before))


def _kept(found: QuizDetail, before: KeyedItem | None, item: KeyedItem, *, is_followed: bool) -> ResponseReturnValue:
    changed = paper_steps.with_item(found.draft, item, instead_of=before.code if before else "")
    did = f"{'改' if before else '加'}了“{shortened(item.question.text, 20)}”"
    paper.keep(found, changed, request.form.get("stamp", -1, type=int), did)
    then = "paper_new_item" if is_followed else "paper"
    return act.done(url_for(f"quizzes_pages.{then}", quiz_id=found.id), f"{did}。")


def _page(found: QuizDetail, before: KeyedItem | None, values: Mapping[str, Any]) -> str:
    is_fixed = before is not None and found.asked is not None
    return render_template(
        "quizzes/console/paper_item.html", before=before, is_fixed=is_fixed, **quiz.head(found), **values
    )
