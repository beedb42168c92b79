"""Console form of a changed key: what is right instead, and why; then it is reckoned whom that moves."""

from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from campaigns.approving import CampaignAuthor
from console import access, act
from foundation.errors import Refused
from foundation.text import whole_number
from questions.keyed.items import Key, KeyEffect, Kind
from quizzes import jobs
from quizzes.actions import rekeying
from quizzes.pages.quiz import found_quiz, head
from quizzes.permissions import QUIZZES_REKEY
from quizzes.queries import regrades as queries
from quizzes.queries.regrades import AskedVersion
from quizzes.texts import regrades as texts
from wechat_bot.services import current_services

#: Steps that a page takes itself, so that most changes are reckoned when it is shown; the clock takes the others.
AT_ONCE = 4


@access.allow(QUIZZES_REKEY)
def rekey(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """Show the key of a question and take another; nothing is changed before somebody else approves it."""
    return act.form(partial(_plan, quiz_id, question_id), partial(_page, quiz_id, question_id))


def _plan(quiz_id: int, question_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    with act.transaction() as (session, now, note):
        asked = queries.asked(session, quiz_id, question_id=question_id)
        key = _written(asked)
        if not reason.strip():
            raise Refused(texts.REASON)
        regrade = rekeying.plan(
            session,
            quiz_id,
            asked,
            key,
            reason=reason,
            is_also_down=bool(request.form.get("also_down")),
            who=CampaignAuthor.of(access.visitor()),
            now=now,
        )
        regrade_id = regrade.id
        note("regrade.plan", f"quiz:{quiz_id}", f"{asked.item.code}：{reason}")
    jobs.go_on(current_services(), regrade_id, most=AT_ONCE)
    return act.done(url_for("quizzes_pages.regrade", quiz_id=quiz_id, regrade_id=regrade_id))


def _written(asked: AskedVersion) -> Key:
    effect = next((each for each in KeyEffect if each == request.form.get("effect")), KeyEffect.MARKED)
    if effect is not KeyEffect.MARKED or asked.item.kind is Kind.FILL:
        return rekeying.read(asked, request.form.get("variants", ""), effect)
    codes = [whole_number(each) for each in request.form.getlist("right")]
    return rekeying.chosen(asked, [each for each in codes if each is not None])


def _page(quiz_id: int, question_id: int, error: Refused | None) -> str:
    quiz = found_quiz(quiz_id)
    with current_services().reading() as session:
        try:
            asked = queries.asked(session, quiz_id, question_id=question_id)
        except Refused:
            abort(404)
        running = [each for each in queries.pending(session, quiz_id) if each.question_id == question_id]
    given = request.form
    right = {whole_number(each) for each in given.getlist("right")} if error else set(asked.key.right)
    return render_template(
        "quizzes/console/rekey.html",
        asked=asked,
        error=error,
        effects=texts.EFFECTS,
        hints=texts.EFFECT_HINTS,
        effect=given.get("effect", KeyEffect.MARKED.value),
        right=right,
        variants=given.get("variants", "\n".join(asked.key.variants)),
        running=running,
        running_words=texts.STATES,
        **head(quiz),
    )
