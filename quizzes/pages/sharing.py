"""Console page of sharing a quiz: by a message to many, link, QR code, poster, menu key and word."""

from flask import render_template, url_for

from console.authored import AuthoredState
from console.sharing import Shared, Sharing, Ways
from foundation.errors import Refused
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_SEE, QUIZZES_WRITE
from quizzes.queries import extent
from quizzes.texts import poster
from wechat_bot.services import current_services


def _page(quiz_id: int, ways: Ways, error: Refused | None) -> str:
    return render_template("quizzes/console/share.html", **quiz.head(quiz.published(quiz_id)), ways=ways, error=error)


def _shared(quiz_id: int) -> Shared:
    services, found = current_services(), quiz.published(quiz_id)
    assert found.asked is not None and found.version_id is not None
    with services.reading() as session:
        questions, _ = extent.of_version(session, quiz_id, found.version_id, found.asked)
    return Shared(
        f"quiz:{quiz_id}",
        f"/m/quizzes/{quiz_id}",
        found.title,
        found.closes_at,
        found.state is AuthoredState.CLOSED,
        url_for("quizzes_pages.share", quiz_id=quiz_id),
        poster.about(questions, found.asked),
        poster.STEPS,
        poster.ends(found.closes_at, services.zone),
    )


SHARING = Sharing("测试", "开始考", QUIZZES_SEE, QUIZZES_WRITE, "quiz.code", _shared, _page)
