"""Pages with the form of one question, whoever keeps it: it is shown, drawn again, or saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from console import access, act
from foundation.errors import Refused
from questions.authoring.spelling import FieldRefused
from questions.editor import item_form
from questions.editor.item_form import CARD, ItemForm, ItemReview
from questions.keyed.items import Difficulty, KeyedItem, Kind, MarkingRule
from wechat_bot import collecting
from wechat_bot.pictures import LIMIT
from wechat_bot.services import Services, current_services

SAVE, SAVE_MORE = "save", "save_more"
"""The buttons that save: one leads on to the next question. The others only draw the form again."""
#: Bytes of a form with a picture.
LARGEST = LIMIT + (1 << 20)
ENDING = ".file"
"""Ending of the name of a file field; before it stand the card and, for an option, its key."""

Page = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class ItemKeeper:
    """Keeper of questions: where their pictures are, and what is asked of each beside its key."""

    #: The address of a picture, before its key.
    pictures: Callable[[], str]
    #: Stores a picture that came with the form; gives its key.
    add_picture: Callable[[Services, IO[bytes]], str]
    #: Whether a question is worth points, is hard or easy, and names what to read.
    is_marked: bool = True


def answer(
    keeper: ItemKeeper,
    stored: ItemForm,
    review: Callable[[ItemForm], ItemReview],
    keep: Callable[[ItemForm, KeyedItem, bool], ResponseReturnValue],
    page: Page,
) -> ResponseReturnValue:
    """Show a form, or take the posted one. `review` gives the item it means, `keep` saves that, told whether another is
    to follow; `page` makes the page of values for its template."""
    if request.method != "POST":
        return _draw(keeper, page, stored)
    form, do = item_form.read(request.form.to_dict(flat=False)), request.form.get("do", "")
    faults: Mapping[str, Sequence[str]] = {}
    error: Refused | None = None
    try:
        form = _pictured(keeper, form)
        if do not in (SAVE, SAVE_MORE):
            return _draw(keeper, page, item_form.pressed(form, do), is_unsaved=True)
        found = review(form)
        if found.item is not None:
            return keep(form, found.item, do == SAVE_MORE)
        faults = found.faults
    except FieldRefused as refusal:
        faults = {f"{CARD}.{refusal.field}": [refusal.sentence]}
    except Refused as refusal:
        error = refusal
    return _draw(keeper, page, form, faults, error=error, is_unsaved=True), act.status(error) if error else 422


def _pictured(keeper: ItemKeeper, form: ItemForm) -> ItemForm:
    """Return the posted form with the pictures that came with it, stored. Raises Refused for one that cannot be."""
    for name, upload in request.files.items():
        if upload.filename and name.endswith(ENDING):
            key = keeper.add_picture(current_services(), upload.stream)
            form = item_form.with_picture(form, name.removesuffix(ENDING).partition(".")[2], key)
    return form


def _draw(
    keeper: ItemKeeper,
    page: Page,
    form: ItemForm,
    faults: Mapping[str, Sequence[str]] | None = None,
    *,
    error: Refused | None = None,
    is_unsaved: bool = False,
) -> Response:
    """Draw `questions/item_form.html` in its page. The page may add `is_fixed`: its kind may no longer change."""
    services = current_services()
    with services.reading() as session:
        lessons = collecting.destinations(session, current_app.extensions["features"], services.clock())
    values = {
        "form": form,
        "faults": faults or {},
        "error": error,
        "is_unsaved": is_unsaved,
        "is_marked": keeper.is_marked,
        "pictures": keeper.pictures(),
        "lessons": lessons,
        "kinds": Kind,
        "rules": MarkingRule,
        "difficulties": Difficulty,
    }
    return access.with_frame(page(values))  # the preview stands beside the form
