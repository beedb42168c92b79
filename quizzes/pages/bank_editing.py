"""Console pages on which a question of the bank is written and edited."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act, item_pages
from console.stamps import Editable
from foundation.text import shortened
from questions.editor import item_form
from questions.editor.item_form import ItemForm, ItemReview
from questions.keyed.items import KeyedItem, Kind
from quizzes.actions import bank
from quizzes.export.bank import row
from quizzes.models.bank import BankQuestion
from quizzes.pages import illustrating
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank_question
from quizzes.queries.bank_question import BankDetail
from quizzes.rules.files import COLUMNS
from wechat_bot.services import current_services

#: Stands for a code that is given when the question is saved.
_UNNAMED = "new"


@access.allow(QUIZZES_WRITE, upload=item_pages.LARGEST)
def bank_new() -> ResponseReturnValue:
    """Write a new question."""
    kind = next((each for each in Kind if each == request.args.get("kind")), Kind.SINGLE)
    return _view(None, item_form.fresh(kind, tags=request.args.get("tags", "")))


@access.allow(QUIZZES_WRITE, upload=item_pages.LARGEST)
def bank_edit(question_id: int) -> ResponseReturnValue:
    """Edit a question. What was changed is for papers from now on."""
    with current_services().reading() as session:
        found = bank_question.find(session, question_id)
    if found is None:
        abort(404)
    return _view(found, item_form.of_item(found.item))


def _view(found: BankDetail | None, stored: ItemForm) -> ResponseReturnValue:
    before = found.item if found else None

    def review(form: ItemForm) -> ItemReview:
        code = before.code if before else form.code or _UNNAMED
        return item_form.reviewed(form, code=code, before=before)

    def keep(form: ItemForm, item: KeyedItem, is_followed: bool) -> ResponseReturnValue:
        return _changed(found, item) if found else _added(form, item, is_followed=is_followed)

    return item_pages.answer(illustrating.KEEPER, stored, review, keep, partial(_page, found))


def _added(form: ItemForm, item: KeyedItem, *, is_followed: bool) -> ResponseReturnValue:
    with act.transaction() as (session, now, note):
        question = bank.add(session, item, code=form.code, who=access.visitor().name, now=now)
        note("quiz.bank.add", f"question:{question.id}", f"{question.code} {shortened(question.text, 30)}")
    said = f"已存入题库，编码 {question.code}。"
    if is_followed:
        # Said by the form itself: it is shown without a full reload.
        more: dict[str, Any] = {"kind": form.kind.value, "tags": form.tags or None, "saved": question.code}
        return act.done(url_for("quizzes_pages.bank_new", **more))
    return act.done(url_for("quizzes_pages.bank_item", question_id=question.id), said)


def _changed(found: BankDetail, item: KeyedItem) -> ResponseReturnValue:
    rows = select(BankQuestion.id).where(BankQuestion.id == found.id)
    edited = Editable(f"question:{found.id}", rows, partial(_kept_of, question_id=found.id))
    with act.transaction(over=edited) as (session, now, note):
        what = "、".join(bank.change(session, found.id, item, who=access.visitor().name, now=now))
        note("quiz.bank.change", detail=f"{item.code}：{what or '没有改动'}")
    said = f"改好了：{what}。" if what else "和原来一样，没有改动。"
    return act.done(url_for("quizzes_pages.bank_item", question_id=found.id), said)


def _kept_of(session: Session, question_id: int) -> dict[str, str]:
    found = bank_question.find(session, question_id)
    return _kept(found) if found else {}


def _kept(found: BankDetail) -> dict[str, str]:
    """Return a question as it is kept, in the words of a file's columns."""
    return dict(zip(COLUMNS, row(found.item), strict=True)) | {"改过": f"{found.stamp - 1} 次"}


def _page(found: BankDetail | None, values: Mapping[str, Any]) -> str:
    kept = _kept(found) if found else {}
    return render_template(
        "quizzes/console/bank_edit.html", found=found, kept=kept, is_fixed=found is not None, **values
    )
