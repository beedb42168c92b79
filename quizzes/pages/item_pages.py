"""Pages with the form of one question, in the bank and in a quiz: it is shown, drawn again, or saved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from console import access, act
from foundation.errors import Refused
from questions.keyed.items import KeyedItem
from quizzes.actions.bank import FieldRefused
from quizzes.pages import illustrating, item_form
from quizzes.pages.item_form import CARD, ItemForm, ItemReview
from wechat_bot.services import current_services

SAVE, SAVE_MORE = "save", "save_more"
"""The buttons that save: one leads on to the next question. The others only draw the form again."""

Page = Callable[[Mapping[str, Any]], str]


def answer(
    stored: ItemForm,
    review: Callable[[ItemForm], ItemReview],
    keep: Callable[[ItemForm, KeyedItem, bool], ResponseReturnValue],
    page: Page,
) -> ResponseReturnValue:
    """Show a form, or take the posted one. `review` gives the item it means, `keep` saves that, told whether another is
    to follow; `page` makes the page of values for its template."""
    if request.method != "POST":
        return _draw(page, stored)
    form, do = item_form.read(request.form.to_dict(flat=False)), request.form.get("do", "")
    faults: Mapping[str, Sequence[str]] = {}
    error: Refused | None = None
    try:
        form = illustrating.received(current_services(), form)
        if do not in (SAVE, SAVE_MORE):
            return _draw(page, item_form.pressed(form, do), is_unsaved=True)
        found = review(form)
        if found.item is not None:
            return keep(form, found.item, do == SAVE_MORE)
        faults = found.faults
    except FieldRefused as refusal:
        faults = {f"{CARD}.{refusal.field}": [refusal.sentence]}
    except Refused as refusal:
        error = refusal
    return _draw(page, form, faults, error=error, is_unsaved=True), act.status(error) if error else 422


def _draw(page: Page, form: ItemForm, faults: Mapping[str, Sequence[str]] | None = None, **more: Any) -> Response:
    values = {"error": None, "is_unsaved": False, **item_form.context(form, faults or {}), **more}
    return access.with_frame(page(values))  # the preview stands beside the form
