"""Console list of the library's articles."""

from flask import render_template
from flask.typing import ResponseReturnValue

from broadcasts.models.library import ArticleState
from broadcasts.permissions import LIBRARY_SEE
from broadcasts.queries import articles as queries
from broadcasts.queries import columns
from broadcasts.queries.articles import STATES, ArticleLine
from console import access
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, LineLink, Listing
from foundation.paging import Cursor, Page
from wechat_bot.services import current_services

COLOURS = {ArticleState.DRAFT: "", ArticleState.PUBLISHED: "good", ArticleState.WITHDRAWN: "warn"}


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ArticleLine]:
    return queries.page(
        asked.session,
        search=asked.search,
        column_id=asked.number("column"),
        brand_id=asked.number("brand"),
        states=[each for each in ArticleState if each == asked.given.get("state")],
        cursor=cursor,
        limit=limit,
    )


def _columns(asked: Asked) -> list[tuple[int, str]]:
    return [(each.id, each.name) for each in columns.columns(asked.session, with_retired=True)]


def _brands(asked: Asked) -> list[tuple[int, str]]:
    return [(each.id, each.name) for each in columns.brands(asked.session, with_retired=True)]


ARTICLES: Listing[ArticleLine] = Listing(
    name="broadcasts.articles",
    title="资料库",
    see=LIBRARY_SEE,
    unit="篇",
    search="标题",
    filters=(
        Filter("column", "栏目", "全部栏目", _columns),
        Filter("state", "状态", "全部状态", lambda asked: list(STATES.items())),
        Filter("brand", "品牌", "全部品牌", _brands),
    ),
    saves=True,
    columns=(
        Column("number", "编号", lambda line: str(line.id), is_spare=True, is_shown=False, width=8),
        Column(
            "title",
            "标题",
            lambda line: line.title,
            href=LineLink("broadcasts_pages.article", "article_id", lambda line: line.id),
            width=40,
        ),
        Column("column", "栏目", lambda line: line.column, width=16),
        Column("state", "状态", lambda line: STATES[line.state], width=10),
        Column("version", "版本", lambda line: line.version or None, is_number=True, is_spare=True, width=8),
        Column("reads", "读过", lambda line: line.reads, is_number=True, on_phone="读过", width=8),
        Column("published", "发布", lambda line: line.published_at, style="text-nowrap", is_spare=True, width=18),
        Column("changed", "改动", lambda line: line.changed_at, style="text-nowrap", on_phone="改动", width=18),
        Column("who", "谁改的", lambda line: line.changed_by, is_spare=True, width=12),
    ),
    find=_find,
    nothing=("还没有文章", "货源、法规、真假鉴别……写好一篇，店主在聊天里和网页上都查得到。"),
    nothing_left=("没有符合的文章", "换一个条件，或清除筛选再看。"),
    export=LIBRARY_SEE,
)


@access.allow(LIBRARY_SEE)
def article_list() -> ResponseReturnValue:
    """List the articles, those changed last first."""
    with current_services().reading() as session:
        shown = looking.look(ARTICLES, session)
    return render_template("broadcasts/console/articles.html", shown=shown, states=STATES, colours=COLOURS)
