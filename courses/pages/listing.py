"""Console list of courses."""

from collections.abc import Callable

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from courses.permissions import COURSES_EXPORT, COURSES_SEE
from courses.queries import listing
from courses.queries.listing import CourseLine
from foundation.paging import Cursor, Page
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[CourseLine]:
    state = next((each for each in AuthoredState if each == asked.given.get("state")), None)
    return listing.page(asked.session, now=asked.now, search=asked.search, state=state, cursor=cursor, limit=limit)


def _is_whole(asked: Asked) -> bool:
    """Whether the list shows figures: they are the whole company's."""
    return asked.visitor.is_company_wide


def _figure(name: str, label: str, value: Callable[[CourseLine], int]) -> Column[CourseLine]:
    return Column(name, label, value, is_number=True, on_phone=label, seen_if=_is_whole, width=10)


COURSES: Listing[CourseLine] = Listing(
    name="courses.list",
    title="微课堂",
    see=COURSES_SEE,
    unit="门",
    search="标题",
    filters=(Filter("state", "状态", "全部状态", lambda asked: AuthoredState.choices()),),
    columns=(
        Column("number", "编号", lambda line: str(line.id), is_spare=True, width=8),
        Column("title", "标题", lambda line: line.title, width=40),
        Column("state", "状态", lambda line: line.state.label, colour=lambda line: line.state.colour),
        Column("who", "谁学", lambda line: "客户经理" if line.is_for_staff else "店", style="text-nowrap", width=10),
        Column("opens", "开始", lambda line: line.opens_at, is_shown=False, style="text-nowrap", width=18),
        Column("closes", "结束", lambda line: line.closes_at, style="text-nowrap", on_phone="结束", width=18),
        _figure("enrolled", "加入", lambda line: line.enrolled),
        _figure("finished", "学完", lambda line: line.finished),
        _figure("certificates", "证书", lambda line: line.certificates),
    ),
    find=_find,
    nothing=("还没有微课", "营销人员发布微课后，会列在这里。"),
    nothing_left=("没有符合的微课", "换一个条件，或清除筛选再看。"),
    export=COURSES_EXPORT,
)


@access.allow(COURSES_SEE)
def course_list() -> ResponseReturnValue:
    """List every course with its state and figures, the newest first."""
    with current_services().reading() as session:
        return render_template("courses/console/list.html", shown=looking.look(COURSES, session))
