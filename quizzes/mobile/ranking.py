"""H5 page of a quiz's ranking: the first of it, and where the shop itself stands."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from people.models import IS_THERE
from people.rules import salutation
from quizzes.queries import attempt_sheet, ranking
from quizzes.queries.ranking import RankFilter
from quizzes.texts import attempts, chat, pages
from wechat_bot import oauth
from wechat_bot.services import current_services

SHOWN = 20


def board(quiz_id: int) -> ResponseReturnValue:
    """Show the ranking to a shop that was asked; where the quiz has none, there is no such address."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        sheet = attempt_sheet.look(session, quiz_id, openid)
        if not sheet.definition.has_ranking or not (sheet.is_listed or sheet.is_for_everyone):
            abort(404)
        by_speed = sheet.definition.is_ranked_by_speed
        lines = ranking.page(session, quiz_id, RankFilter(seen=(IS_THERE,)), by_speed=by_speed, limit=SHOWN).lines
        own = ranking.own(session, quiz_id, sheet.retailer_id, by_speed=by_speed)
    return render_template(
        "quizzes/ranking.html",
        sheet=sheet,
        lines=lines,
        sentence=pages.own_rank(own, most=ranking.MOST_RANKED),
        spent=attempts.spent,
        greeted=salutation,
        said=chat,
    )
