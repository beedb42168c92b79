"""Console page on which questions of the bank are ticked and put into a paper."""

from dataclasses import replace
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Column
from foundation.errors import Refused
from quizzes.pages import paper, quiz
from quizzes.pages.bank import BANK
from quizzes.permissions import QUIZZES_WRITE
from quizzes.rules import paper_steps
from wechat_bot.services import current_services

#: The bank's list, with a box to tick in front.
PICKING = replace(
    BANK,
    name="quizzes.picking",
    title="从题库挑",
    filters=tuple(each for each in BANK.filters if each.name != "state"),
    columns=(Column("tick", "", lambda line: "", is_for_file=False), *BANK.columns),
    nothing=("题库里还没有题", "先在题库里出题或导入，再来挑。"),
)


@access.allow(QUIZZES_WRITE)
def paper_pick(quiz_id: int) -> ResponseReturnValue:
    """List the bank; the ticked questions are put behind those of the paper."""
    return act.form(partial(_add, quiz_id), partial(_page, quiz_id))


def _add(quiz_id: int) -> ResponseReturnValue:
    given, found = request.form, quiz.found_quiz(quiz_id)
    codes = [code for code in given.getlist("code") if code not in found.draft.codes]
    if not codes:
        raise Refused("请先在题目前面打勾。")
    stamp = paper.keep(
        found, paper_steps.with_bank(found.draft, codes), given.get("stamp", -1, type=int), f"加 {len(codes)} 题"
    )
    here = url_for("quizzes_pages.paper", quiz_id=quiz_id)
    return act.done(here, f"加了 {len(codes)} 题。", undo=(here, {"do": "undo", "stamp": stamp}))


def _page(quiz_id: int, error: Refused | None) -> str:
    found = quiz.found_quiz(quiz_id)
    with current_services().reading() as session:
        shown = looking.look(PICKING, session)
    return render_template(
        "quizzes/console/pick.html",
        **quiz.head(found),
        shown=shown,
        taken=set(found.draft.codes),
        ticked=set(request.form.getlist("code")),
        error=error,
    )
