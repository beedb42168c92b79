"""Console page of one question of a quiz: its figures, its key, and who chose what."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from console import access
from questions.keyed.items import KeyEffect
from quizzes.pages import quiz, results
from quizzes.permissions import QUIZZES_SEE
from quizzes.queries import figures, papers
from quizzes.queries import question as queries
from quizzes.texts import chat, regrades
from quizzes.texts import figures as texts
from wechat_bot.services import current_services

EFFECTS = {KeyEffect.MARKED: "", KeyEffect.STRUCK: "这题不计分。", KeyEffect.FULL: "这题人人满分。"}


@access.allow(QUIZZES_SEE)
def question(quiz_id: int, question_id: int) -> ResponseReturnValue:
    """Show a question with its key; its figures to whoever sees the whole company, for they are the whole company's."""
    found = quiz.published(quiz_id)
    with current_services().reading() as session:
        whole = figures.figures(session, quiz_id)
        sheet = queries.sheet(session, whole, quiz_id, question_id)
        tags = papers.tags(session, [sheet.of.version_id]) if sheet is not None else {}
    if sheet is None:
        abort(404)
    lines = results.named(whole)
    place = next(n for n, line in enumerate(lines) if line.of is sheet.of)
    return render_template(
        "quizzes/console/question.html",
        **quiz.head(found),
        whole=whole,
        sheet=sheet,
        line=lines[place],
        before=lines[place - 1] if place else None,
        after=lines[place + 1] if place + 1 < len(lines) else None,
        effects=EFFECTS,
        regrade_states=regrades.STATES,
        tags=tags.get(sheet.of.version_id, ()),
        points=chat.points,
        keys=texts.of_question(sheet.of.figures),
        is_shown=sheet.of.is_shown and access.visitor().is_company_wide,
    )
