"""Chat door to what should be read after a quiz: the word 复习 opens it, as the result says."""

from quizzes.queries import results
from quizzes.texts import chat
from wechat_bot.conversation import Reply, Turn

TOPIC = "quiz-review"


def open_review(turn: Turn, reference: str) -> Reply:
    """Open what teaches the weakest tag of the shop's last attempt."""
    last = results.last_of(turn.session, turn.openid, now=turn.now)
    if last is None or not last.lesson or turn.board.shut(turn.session, last.lesson, turn.now):
        return Reply(chat.NOTHING_TO_READ)
    return turn.open(last.lesson)
