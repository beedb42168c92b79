"""Console page of the bank's tags: how many questions each has; renamed, or merged into another."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from foundation.errors import Refused
from questions.authoring.spelling import Misspelt
from questions.keyed.item_reader import read_tag
from quizzes.actions import tags
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank_lines
from wechat_bot.services import current_services


@access.allow(QUIZZES_WRITE)
def bank_tags() -> ResponseReturnValue:
    """List the tags; rename one, which a second press merges into another of that name."""
    return act.form(_rename, _page)


def _rename() -> ResponseReturnValue:
    old = request.form.get("tag", "")
    try:
        new = read_tag(request.form.get("name", ""))
    except Misspelt as problem:
        raise Refused(f"新的名字{problem}。") from None
    with act.transaction() as (session, now, note):
        found = tags.rename(session, old, new, merges=request.form.get("do") == "merge", now=now)
        note("quiz.bank.tag", detail=f"{old}→{new}，{found} 题")
    return act.done(url_for("quizzes_pages.bank_tags"), f"{found} 题的标签“{old}”改成了“{new}”。")


def _page(error: Refused | None) -> str:
    with current_services().reading() as session:
        found = bank_lines.tags(session)
    taken = error if isinstance(error, tags.TagTaken) else None
    return render_template("quizzes/console/bank_tags.html", tags=found, taken=taken, error=None if taken else error)
