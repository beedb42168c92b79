"""Console ranking of a quiz: shops, and areas, managers and classes by the mean of theirs; the screen of a contest.

A quiz whose ranking is switched off has none of these addresses.
"""

from datetime import timedelta

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from console import access, sharing
from console.authored import AuthoredState
from console.lists import looking, seeing
from console.lists.listing import Asked, Column, Listing
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Percent
from people.pages import filters
from people.rules import salutation
from quizzes.models.figures import GroupedBy
from quizzes.pages import quiz
from quizzes.pages.attempts import SCORE, SPENT
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_SEE
from quizzes.queries import ranking as queries
from quizzes.queries.detail import QuizDetail, detail
from quizzes.queries.ranking import RankLine
from quizzes.rules.definition import FULL_SHARE
from quizzes.texts import attempts as texts
from quizzes.texts import chat
from wechat_bot.services import current_services

SHOPS = "shop"
BYS = {SHOPS: "店", GroupedBy.AREA: "片区", GroupedBy.MANAGER: "客户经理", GroupedBy.CLASS: "客户类型"}
#: Shops on the screen of a contest.
ON_SCREEN = 10
#: How long after the end of a quiz its screen still looks for new results.
LIVES_ON = timedelta(hours=1)
OFF = "这份测试没有开排行榜。"


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[RankLine]:
    found = detail(asked.session, asked.of["quiz_id"], now=asked.now)
    if found is None or found.asked is None or not found.asked.has_ranking:
        raise Refused(OFF)
    whose = queries.narrowed(
        asked.session,
        asked.visitor,
        area_id=asked.number(filters.AREA.name),
        manager_id=asked.number(filters.MANAGER.name),
        class_id=asked.number(filters.CLASS.name),
        today=asked.today,
    )
    return queries.page(
        asked.session,
        found.id,
        whose,
        by_speed=found.asked.is_ranked_by_speed,
        most=None if asked.is_file else queries.MOST_RANKED,
        cursor=cursor,
        limit=limit,
    )


def _share(line: RankLine) -> Percent:
    return Percent(line.share / FULL_SHARE)


RANKING: Listing[RankLine] = Listing(
    name="quizzes.ranking",
    title="排行榜",
    unit="家",
    see=QUIZZES_SEE,
    size=queries.PAGE,
    means=lambda asked: f"测试 {asked.of['quiz_id']}",
    filters=filters.OF_WHOM,
    columns=(
        Column("rank", "名次", lambda line: line.rank, is_number=True, width=8),
        *filters.WHICH_SHOP,
        *filters.WHERE,
        SCORE,
        Column("share", "得分率", _share, is_number=True, is_spare=True, width=10),
        SPENT,
        Column(
            "state",
            "结果",
            lambda line: texts.STATES["passed" if line.is_passed else "failed"],
            colour=lambda line: texts.COLOURS["passed" if line.is_passed else "failed"],
            seen_if=quiz.has_pass_mark,
            width=10,
        ),
    ),
    find=_find,
    nothing=("还没有人考完", "店主一交卷，马上排在这里。"),
    nothing_left=("没有符合的店", "换一个条件，或清除筛选再看。"),
    export=QUIZZES_EXPORT,
)


@access.allow(QUIZZES_SEE)
def ranking(quiz_id: int) -> ResponseReturnValue:
    """Rank shops, or areas, managers and classes by the mean of theirs. Seeing shops is written to the audit log."""
    found = quiz.published(quiz_id)
    if not found.rules.has_ranking:
        abort(404)
    head, by = quiz.head(found), request.args.get("by", SHOPS)
    if by in list(GroupedBy):
        with current_services().reading() as session:
            lines = queries.groups(session, access.visitor(), quiz_id, GroupedBy(by))
        return render_template("quizzes/console/ranking.html", by=by, bys=BYS, lines=lines, least=queries.LEAST, **head)
    values = {"by": SHOPS, "bys": BYS, "most": queries.MOST_RANKED, **head}
    return seeing.page(RANKING, "quizzes/console/ranking.html", "quiz.ranking", f"quiz:{quiz_id}", **values)


@access.allow(QUIZZES_SEE)
def screen(quiz_id: int) -> ResponseReturnValue:
    """Show the code and the first of the ranking, to be projected. Names are those a whole room may read."""
    return render_template("quizzes/console/screen.html", **_on_screen(quiz.published(quiz_id)))


@access.allow(QUIZZES_SEE, polled=True)
def screen_live(quiz_id: int) -> ResponseReturnValue:
    """Return the ranking of the screen alone."""
    return render_template("quizzes/console/_screen.html", **_on_screen(quiz.published(quiz_id)))


def _on_screen(found: QuizDetail) -> dict[str, object]:
    services = current_services()
    now = services.clock()
    lines: tuple[RankLine, ...] = ()
    with services.reading() as session:
        held = sharing.held(session, f"quiz:{found.id}", f"/m/quizzes/{found.id}", now=now)
        if found.rules.has_ranking:
            asked = looking.ask(RANKING, session, {})
            lines = _find(asked, Cursor(), ON_SCREEN).lines
    return quiz.head(found) | {
        "lines": lines,
        "picture": sharing.picture(held) if held else "",
        "is_over": found.state is AuthoredState.CLOSED,
        # Attempts that were begun in time may still end.
        "is_live": found.closes_at is None or now < found.closes_at + LIVES_ON,
        "texts": texts,
        "points": chat.points,
        "greeted": salutation,
    }
