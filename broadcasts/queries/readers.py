"""Readers of articles for other parts of the house: a measure, a timeline of a shop, an audience."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState, ArticleVersion, LibraryArticle
from broadcasts.models.reading import ArticleRead
from broadcasts.permissions import LIBRARY_SEE
from foundation.clock import Period
from foundation.errors import Refused
from people.timeline import ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older
from wechat_bot.criterion import Choice, Criterion, Field, Input
from wechat_bot.measure import Measure, columns

#: Articles that a form offers to choose from.
OFFERED = 200


def read(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """Return the articles a shop has read, each at its first time."""
    statement = (
        select(ArticleRead.read_at, LibraryArticle.id, ArticleVersion.title)
        .select_from(ArticleRead)
        .join(LibraryArticle, LibraryArticle.id == ArticleRead.article_id)
        .join(
            ArticleVersion,
            and_(ArticleVersion.article_id == LibraryArticle.id, ArticleVersion.number == LibraryArticle.version),
        )
        .where(ArticleRead.retailer_id == asked.shop.id)
        .where(*older(ArticleRead.read_at, ArticleRead.article_id, before))
        .order_by(ArticleRead.read_at.desc(), ArticleRead.article_id.desc())
        .limit(limit)
    )
    return [
        TimelineEntry(row.read_at, row.id, f"看了《{row.title}》", href=f"/console/broadcasts/articles/{row.id}")
        for row in asked.session.execute(statement)
    ]


def reads(session: Session, period: Period) -> Select[Any]:
    """Select the articles read in a period, each once for each shop."""
    found = select(*columns(ArticleRead.area_id, ArticleRead.class_id, ArticleRead.manager_id))
    return found.where(ArticleRead.read_at >= period.begins_at, ArticleRead.read_at < period.ends_at)


def have_read(session: Session, value: Any, now: datetime) -> Select[int]:
    """Return the shops that have read an article: `{article: 9}`. Raises Refused where there is no such article."""
    number = value.get("article") if isinstance(value, Mapping) and set(value) == {"article"} else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise Refused("对象条件 read_article 应写成 {article: 文章编号}。")
    known = select(LibraryArticle.id).where(LibraryArticle.id == number, LibraryArticle.version > 0)
    if session.scalar(known) is None:
        raise Refused(f"没有编号为 {number} 的已发布文章。")
    return select(ArticleRead.retailer_id).where(ArticleRead.article_id == number)


def _choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    published = (LibraryArticle.state == ArticleState.PUBLISHED, LibraryArticle.published_at.is_not(None))
    rows = session.execute(
        select(LibraryArticle.id, LibraryArticle.title)
        .where(*published)
        .order_by(LibraryArticle.published_at.desc(), LibraryArticle.id.desc())
        .limit(OFFERED)
    )
    return [Choice(row.id, f"{row.title}（编号 {row.id}）") for row in rows]


READ = TimelineKind("articles", "资料", "book", LIBRARY_SEE, read, 60)
ARTICLES_READ = Measure("articles_read", "读了的文章", reads, unit="篇次", order=50)
READ_ARTICLE = Criterion(
    "read_article",
    "看过某篇文章：{article: 编号}",
    "看过文章",
    (Field("文章", Input.ONE, _choices, "article", is_number=True),),
    select=have_read,
)
