"""Console list of pushes."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from broadcasts.models.library import LibraryColumn
from broadcasts.permissions import PUSHES_EXPORT, PUSHES_SEE
from broadcasts.queries import pushes as queries
from broadcasts.queries.pushes import PushLine
from broadcasts.rules.states import WORDS, State
from broadcasts.texts.pushes import KINDS, SHOWS
from console import access
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, LineLink, Listing
from foundation.clock import when
from foundation.paging import Cursor, Page
from wechat_bot.services import current_services

COLOURS = {
    State.SUBMITTED: "warn",
    State.PLANNED: "accent",
    State.LISTING: "good",
    State.SENDING: "good",
    State.PAUSED: "warn",
    State.BROKEN: "bad",
    State.MISSED: "bad",
    State.OVER: "bad",
}
#: States to filter by: of those that are told alike, one.
STATES = [(key, word) for word, key in {word: key for key, word in reversed(WORDS.items())}.items()][::-1]


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[PushLine]:
    word = next((word for key, word in STATES if key == asked.given.get("state")), "")
    return queries.page(
        asked.session,
        search=asked.search,
        # Two states that are told alike are found together.
        state=[each for each, said in WORDS.items() if said == word],
        kind=asked.given.get("kind", ""),
        column_id=asked.number("column"),
        cursor=cursor,
        limit=limit,
    )


def _columns(asked: Asked) -> list[tuple[int, str]]:
    rows = select(LibraryColumn.id, LibraryColumn.name).order_by(LibraryColumn.place, LibraryColumn.id)
    return [(row.id, row.name) for row in asked.session.execute(rows)]


PUSHES: Listing[PushLine] = Listing(
    name="broadcasts.pushes",
    title="推送",
    see=PUSHES_SEE,
    unit="条",
    search="标题",
    filters=(
        Filter("state", "状态", "全部状态", lambda asked: STATES),
        Filter("kind", "性质", "全部性质", lambda asked: list(KINDS.items())),
        Filter("column", "栏目", "全部栏目", _columns),
    ),
    columns=(
        Column("number", "编号", lambda line: str(line.id), is_spare=True, width=8),
        Column(
            "title",
            "标题",
            lambda line: line.title or "还没有标题",
            href=LineLink("broadcasts_pages.push", "push_id", lambda line: line.id),
            width=40,
        ),
        Column("kind", "性质", lambda line: KINDS[line.kind], width=12),
        Column("shows", "内容", lambda line: SHOWS[line.shows], is_spare=True, width=12),
        Column(
            "state",
            "状态",
            lambda line: line.word,
            colour=lambda line: COLOURS.get(line.state, ""),
            width=12,
        ),
        Column(
            "due",
            "发送时间",
            lambda line: line.due_at,
            shows=lambda asked, line: when(line.due_at, now=asked.now, zone=asked.services.zone),
            style="text-nowrap",
            on_phone="发送",
            width=18,
        ),
        Column("by", "谁写的", lambda line: line.created_by, is_spare=True, width=12),
    ),
    find=_find,
    nothing=("还没有推送", "写好一篇文章，选好对象和时间，别人批准以后就会发给店主。"),
    nothing_left=("没有符合的推送", "换一个条件，或清除筛选再看。"),
    export=PUSHES_EXPORT,
)


@access.allow(PUSHES_SEE)
def push_list() -> ResponseReturnValue:
    """List every push with its state, the newest first."""
    with current_services().reading() as session:
        return render_template("broadcasts/console/pushes.html", shown=looking.look(PUSHES, session))
