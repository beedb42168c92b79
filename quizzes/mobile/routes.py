"""Routes of quizzes inside WeChat: every address and its view."""

from datetime import datetime

from sqlalchemy.orm import Session

from quizzes.mobile import mistakes, quiz, ranking
from wechat_bot import oauth
from wechat_bot.conversation import Card

blueprint = oauth.pages("quizzes_mobile", __name__, url_prefix="/m/quizzes", template_folder="../templates")
_ONE, _PRACTICE = "/<int:quiz_id>", "/mistakes/practise"
for _rule, _view, _methods in (
    (_ONE, quiz.show, ("GET",)),
    (_ONE, quiz.take, ("POST",)),
    (f"{_ONE}/ranking", ranking.board, ("GET",)),
    ("/picture/<key>", quiz.picture, ("GET",)),
    ("/mistakes", mistakes.book, ("GET",)),
    (_PRACTICE, mistakes.question, ("GET",)),
    (_PRACTICE, mistakes.practise, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """The cards of quizzes on a follower's own page."""
    return [*quiz.cards(session, openid, now), *mistakes.cards(session, openid, now)]
