"""Console page on which a question of a quiz's own is written and edited, with the form of the bank."""

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from foundation.errors import Refused
from foundation.text import shortened
from quizzes.pages import illustrating, item_form, paper, quiz
from quizzes.pages.item_form import ItemForm, ItemReview
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank
from quizzes.queries.detail import QuizDetail
from quizzes.rules import paper as steps
from quizzes.rules.items import QuizItem
from wechat_bot.services import current_services


@access.allow(QUIZZES_WRITE, upload=illustrating.LARGEST)
def paper_new_item(quiz_id: int) -> ResponseReturnValue:
    """Write a question of the quiz's own."""
    return _view(quiz.found_quiz(quiz_id), None)


@access.allow(QUIZZES_WRITE, upload=illustrating.LARGEST)
def paper_item(quiz_id: int, code: str) -> ResponseReturnValue:
    """Edit a question of the quiz's own."""
    found = quiz.found_quiz(quiz_id)
    item = next((each for each in found.draft.questions if each.code == code), None)
    if item is None:
        abort(404)
    return _view(found, item)


def _view(found: QuizDetail, before: QuizItem | None) -> ResponseReturnValue:
    if request.method != "POST":
        return _page(found, before, item_form.of_item(before) if before else item_form.fresh())
    services, do = current_services(), request.form.get("do", "")
    form, review, error = item_form.read(request.form.to_dict(flat=False)), ItemReview(None, {}), None
    try:
        form = illustrating.received(services, form)
        if do not in ("save", "save_more"):
            return _page(found, before, item_form.pressed(form, do), is_unsaved=True)
        with services.reading() as session:
            known = bank.own(session, found.id)
        code = before.code if before else form.code or steps.free_code(found.draft, known)
        asked = known[code].item if code in known else before
        review = item_form.reviewed(form, code=code, before=asked)
        if review.item is not None:
            return _kept(found, before, review.item, is_followed=do == "save_more")
    except Refused as refusal:
        error = refusal
    return _page(found, before, form, review, error=error, is_unsaved=True), act.status(error) if error else 422


def _kept(found: QuizDetail, before: QuizItem | None, item: QuizItem, *, is_followed: bool) -> ResponseReturnValue:
    changed = steps.with_item(found.draft, item, instead_of=before.code if before else "")
    did = f"{'改' if before else '加'}了“{shortened(item.question.text, 20)}”"
    paper.keep(found, changed, request.form.get("stamp", -1, type=int), did)
    then = "paper_new_item" if is_followed else "paper"
    return act.done(url_for(f"quizzes_pages.{then}", quiz_id=found.id), f"{did}。")


def _page(
    found: QuizDetail,
    before: QuizItem | None,
    form: ItemForm,
    review: ItemReview | None = None,
    *,
    error: Refused | None = None,
    is_unsaved: bool = False,
) -> Response:
    page = render_template(
        "quizzes/console/paper_item.html",
        **quiz.head(found),
        before=before,
        error=error,
        is_unsaved=is_unsaved,
        is_fixed=before is not None and found.asked is not None,
        **item_form.context(form, review.faults if review else {}),
    )
    return access.with_frame(page)
