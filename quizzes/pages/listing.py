"""Console list of quizzes, and those that run on the front page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, authored_lists, running
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.rules.visitors import Visitor
from foundation.clock import day_in
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Percent
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_SEE
from quizzes.queries import listing, turnout
from quizzes.queries.listing import QuizLine
from quizzes.rules import advice, spread
from wechat_bot.services import Services, current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[QuizLine]:
    state = authored_lists.state(asked)
    return listing.page(asked.session, now=asked.now, search=asked.search, state=state, cursor=cursor, limit=limit)


def _mean(line: QuizLine) -> Any:
    return None if line.share is None else Percent(line.share)


QUIZZES: Listing[QuizLine] = Listing(
    name="quizzes.list",
    title="微测试",
    see=QUIZZES_SEE,
    unit="份",
    search="标题",
    filters=(authored_lists.STATE,),
    columns=(
        *authored_lists.BEGIN,
        *authored_lists.WINDOW,
        Column(
            "counted",
            "考完",
            lambda line: line.counted,
            is_number=True,
            on_phone="考完",
            seen_if=authored_lists.is_whole,
            width=10,
        ),
        Column("mean", "平均得分率", _mean, is_number=True, on_phone="平均", seen_if=authored_lists.is_whole, width=10),
        Column("actions", "", lambda line: "", is_for_file=False, style="text-nowrap"),
    ),
    find=_find,
    nothing=("还没有测试", "营销人员发布测试后，会列在这里。"),
    nothing_left=("没有符合的测试", "换一个条件，或清除筛选再看。"),
    export=QUIZZES_EXPORT,
)
FOUND = authored_lists.finder(
    "测试", QUIZZES_SEE, listing.page, of="quizzes_pages", noun="quiz", icon="checklist", order=35, unit="份"
)


@access.allow(QUIZZES_SEE)
def quiz_list() -> ResponseReturnValue:
    """List every quiz with its state and figures, the newest first."""
    with current_services().reading() as session:
        return render_template("quizzes/console/list.html", shown=looking.look(QUIZZES, session))


class RunningFigures(NamedTuple):
    """Figures of a running quiz: shops asked and begun, and the mean share of the maximum where enough have ended."""

    asked: int
    begun: int
    mean: float | None


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return the quizzes that are running, those that end first in front, with their figures: of all shops, or of the
    visitor's own."""
    today = day_in(now, services.zone)

    def figures(each: QuizLine) -> RunningFigures:
        if visitor.is_company_wide:
            return RunningFigures(each.asked, each.begun, each.share if each.counted >= advice.LEAST_SHOWN else None)
        part = turnout.of_part(session, visitor, each.id, today=today)
        is_shown = sum(part.totals.values()) >= advice.LEAST_SHOWN
        return RunningFigures(part.asked, part.begun, spread.mean_share(part.totals) if is_shown else None)

    found = listing.page(session, now=now, state=AuthoredState.OPEN, limit=running.LOOKED_AT).lines
    return running.tile(found, figures, now=now, zone=services.zone)
