"""Console list of courses."""

from collections.abc import Callable

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, authored_lists
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from courses.permissions import COURSES_EXPORT, COURSES_SEE
from courses.queries import listing
from courses.queries.listing import CourseLine
from foundation.paging import Cursor, Page
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[CourseLine]:
    state = authored_lists.state(asked)
    return listing.page(asked.session, now=asked.now, search=asked.search, state=state, cursor=cursor, limit=limit)


def _figure(name: str, label: str, value: Callable[[CourseLine], int]) -> Column[CourseLine]:
    return Column(name, label, value, is_number=True, on_phone=label, seen_if=authored_lists.is_whole, width=10)


COURSES: Listing[CourseLine] = Listing(
    name="courses.list",
    title="微课堂",
    see=COURSES_SEE,
    unit="门",
    search="标题",
    filters=(authored_lists.STATE,),
    columns=(
        *authored_lists.BEGIN,
        Column("who", "谁学", lambda line: "客户经理" if line.is_for_staff else "店", style="text-nowrap", width=10),
        *authored_lists.WINDOW,
        _figure("enrolled", "加入", lambda line: line.enrolled),
        _figure("finished", "学完", lambda line: line.finished),
        _figure("certificates", "证书", lambda line: line.certificates),
    ),
    find=_find,
    nothing=("还没有微课", "营销人员发布微课后，会列在这里。"),
    nothing_left=("没有符合的微课", "换一个条件，或清除筛选再看。"),
    export=COURSES_EXPORT,
)
FOUND = authored_lists.finder(
    "微课", COURSES_SEE, listing.page, of="courses_pages", noun="course", icon="school", order=33, unit="门"
)


@access.allow(COURSES_SEE)
def course_list() -> ResponseReturnValue:
    """List every course with its state and figures, the newest first."""
    with current_services().reading() as session:
        return render_template("courses/console/list.html", shown=looking.look(COURSES, session))
