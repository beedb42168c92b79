"""Console list of what shops answered wrong again and again (反复答错): their customer managers go through it with
them."""

from flask.typing import ResponseReturnValue

from console import access
from console.lists import seeing
from console.lists.listing import Asked, Column, Listing
from courses.permissions import COURSES_EXPORT, COURSES_SEE
from courses.queries import stubborn
from courses.queries.stubborn import StubbornSpot
from foundation.paging import Cursor, Page
from people.pages import filters
from questions.weak_spots import sources
from wechat_bot.services import current_services

GONE = "（题目已停用）"


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[StubbornSpot]:
    known = sources(current_services().declared)
    return stubborn.page(asked.session, known, filters.shops(asked), now=asked.now, cursor=cursor, limit=limit)


STUBBORN: Listing[StubbornSpot] = Listing(
    name="courses.stubborn",
    title="反复答错",
    unit="道",
    see=COURSES_SEE,
    size=stubborn.PAGE,
    filters=filters.OF_WHOM,
    columns=(
        *filters.OF_SHOP,
        Column("question", "题目", lambda line: line.question or GONE, width=40),
        Column("key", "应答", lambda line: line.key, style="named", width=24),
        Column("in_row", "连着答错", lambda line: line.in_row, is_number=True, on_phone="连错"),
        Column("times", "一共答错", lambda line: line.times, is_number=True, is_spare=True),
        Column("at", "最近一次", lambda line: line.wrong_at, style="text-nowrap", width=18),
    ),
    find=_find,
    nothing=("没有反复答错的题", "同一道题连着答错三次，会列在这里，由客户经理当面讲一讲。"),
    nothing_left=("没有符合的题", "换一个条件，或清除筛选再看。"),
    export=COURSES_EXPORT,
)


@access.allow(COURSES_SEE)
def weak() -> ResponseReturnValue:
    """List what shops answered wrong three times in a row. Seeing it is written to the audit log."""
    return seeing.page(STUBBORN, "courses/console/weak.html", "course.weak", "course:")
