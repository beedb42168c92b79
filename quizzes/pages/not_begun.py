"""Console list of the shops that have not begun a quiz: as a file, as a message to many, as an invitation."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from foundation.paging import Cursor, Page
from people.pages import filters
from people.picker import short
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_SEE
from quizzes.queries import not_begun as queries
from quizzes.queries.not_begun import NotBegun
from quizzes.texts import attempts as texts
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[NotBegun]:
    return queries.page(asked.session, asked.of["quiz_id"], filters.shops(asked), cursor=cursor, limit=limit)


NOT_BEGUN: Listing[NotBegun] = Listing(
    name="quizzes.not_begun",
    title="没有开始考的店",
    unit="家",
    see=QUIZZES_SEE,
    size=queries.PAGE,
    means=lambda asked: f"测试 {asked.of['quiz_id']}",
    filters=filters.OF_WHOM,
    columns=(*filters.OF_SHOP, Column("state", "到哪一步", texts.how_far, style="text-nowrap", width=20)),
    find=_find,
    nothing=("都开始考了", "请过的店都开始考了。"),
    nothing_left=("没有符合的店", "换一个条件再看；也可能这些店都开始考了。"),
    export=QUIZZES_EXPORT,
)


@access.allow(QUIZZES_SEE)
def not_begun(quiz_id: int) -> ResponseReturnValue:
    """List the shops that have not begun. Seeing them is written to the audit log."""
    found = quiz.published(quiz_id)
    with current_services().reading() as session:
        shown = looking.look(NOT_BEGUN, session)
        whom = {"not_begun_quiz": {"quiz": quiz_id}} | filters.audience(session, shown.kept)
        page = render_template(
            "quizzes/console/not_begun.html",
            shown=shown,
            to_many=filters.to_many(whom),
            invitation=url_for("quizzes_pages.waves", quiz_id=quiz_id, **short.query_of(whom)) + "#invite",
            **quiz.head(found),
        )
        said = NOT_BEGUN.said(shown.asked)
    act.seen("quiz.not_begun", f"quiz:{quiz_id}", said)
    return page
